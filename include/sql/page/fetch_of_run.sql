-- Purpose:    the fetch behind a run of Airflow.
-- Parameters: dag_id, run_id.
-- Returns:    one row, the newest round: sync_id, fetch_id; none if the run has fetched nothing yet.
SELECT sync.sync_id, run.fetch_id
FROM sync.fetch AS run
JOIN sync.sync USING (sync_no)
WHERE run.dag_id = :dag_id AND run.run_id = :run_id
ORDER BY run.round DESC
LIMIT 1
