-- Purpose:    what the fetches of a sync made of one record, the last first (CRIT-6, OUT-16).
-- Parameters: sync_id, record_id; most: how many.
-- Returns:    at, fetch_id, run_type, module, record_id, outcome, reason, sub_code, evidence, changed, contact_id; criteria: those
--             of the fetch, null without any.
SELECT
    line.fetch_started_at AS at, line.fetch_id, run.run_type, source.module, line.record_id, line.outcome, line.reason,
    line.sub_code, line.evidence, line.changed, line.contact_id, version.settings -> 'criteria' AS criteria
FROM sync.ledger AS line
JOIN sync.fetch AS run USING (fetch_id)
JOIN sync.sync USING (sync_no)
JOIN sync.source ON source.source_no = line.source_no
JOIN sync.config_version AS version ON version.config_version = run.config_version
WHERE line.record_id = :record_id AND sync.sync_id = :sync_id
ORDER BY line.fetch_started_at DESC, line.fetch_id DESC, line.record_no DESC
LIMIT :most
