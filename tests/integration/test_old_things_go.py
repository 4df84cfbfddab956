"""Housekeeping under the running scheduler: on from the beginning, as the harness sees, and its task does the work.

Its name places it behind the tests that begin with a warehouse of their own: the scheduled run must still be there.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from include.local.rest import Run
from tests.integration.whole import HOUSEKEEPING, Whole

OLD_FETCH = """
INSERT INTO sync.fetch (sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, started_at, finished_at,
                        window_end, first, moves_watermark, status)
SELECT sync_no, source_no, list_id, config_version, dag_id, 'long ago', 'manual', now() - interval '9 days',
       now() - interval '8 days', now() - interval '9 days', false, false, 'failed'
  FROM sync.fetch WHERE run_id = :run_id AND dag_id = :dag_id
RETURNING fetch_id
"""


def exists(whole: Whole, table: str) -> bool:
    (row,) = whole.rows("SELECT to_regclass(:name) IS NOT NULL AS there", name=table)
    return bool(row["there"])


def test_it_prunes_what_is_old_and_makes_the_months_ahead(whole: Whole, scheduled: Run) -> None:
    """OPS-11: Airflow began it unasked and describes it in words; staging of eight days ago goes, the last run's stays,
    and a month that is missing ahead is made again.
    """
    assert whole.api.runs(HOUSEKEEPING)[0].run_type == "scheduled"
    assert whole.api.dags()[HOUSEKEEPING]["timetable_summary"] == "Hourly, 17 minutes past the hour, UTC"
    months = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'sync' AND tablename ~ '^ledger_' ORDER BY 1"
    ahead, coming = whole.rows(months), f"ledger_{datetime.now(UTC) + timedelta(days=62):%Y_%m}"
    kept = f"staging.fetch_{whole.fetch(scheduled)['fetch_id']}"
    assert exists(whole, kept)
    with whole.warehouse.transaction() as connection:
        values = {"run_id": scheduled.run_id, "dag_id": scheduled.dag_id}
        old = int(connection.execute(text(OLD_FETCH), values).scalar_one())
        connection.exec_driver_sql(f"CREATE TABLE staging.fetch_{old} ()")
        connection.exec_driver_sql(f"DROP TABLE sync.{coming}")
    whole.api.pause(HOUSEKEEPING, False)
    run = whole.succeed(whole.api.start(HOUSEKEEPING))
    whole.api.pause(HOUSEKEEPING, True)
    assert "Housekeeping: ledger_months_made " in whole.api.log(run, "housekeeping")
    assert (exists(whole, f"staging.fetch_{old}"), exists(whole, kept)) == (False, True)
    assert whole.rows(months) == ahead
    assert whole.rows("SELECT status FROM sync.fetch WHERE fetch_id = :id", id=old) == [{"status": "failed"}]
    with whole.warehouse.transaction() as connection:
        connection.exec_driver_sql(f"DELETE FROM sync.fetch WHERE fetch_id = {old}")
