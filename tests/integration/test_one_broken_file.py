"""A broken sync file among good ones, seen as a person sees it: through Airflow's own API."""

from datetime import UTC, datetime

from include.local.rest import Run
from tests.integration.conftest import BY_HAND, NIGHTLY, nightly
from tests.integration.whole import Whole, until

GOOD = (BY_HAND, NIGHTLY)


def parsed_since(whole: Whole, moment: datetime) -> bool:
    dags = whole.api.dags()
    return all(datetime.fromisoformat(dags[dag_id]["last_parsed_time"]) > moment for dag_id in GOOD)


def test_the_others_run_and_the_error_is_told_until_it_is_mended(whole: Whole, scheduled: Run) -> None:
    """LIM-4: good DAGs are not stale and run; the error names file, line, key and close match; mended it is gone."""
    settings = nightly()
    path = whole.write_sync("broken", **{**settings, "schedule": {**settings["schedule"], "frequency": "dayly"}})
    line = next(n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "dayly" in text)
    try:
        (error,) = until(lambda: whole.api.broken_files() or None, "Airflow tells of the broken file")
        assert error["filename"].endswith("contact_sync_errors.py")
        assert f"include/syncs/broken.yaml:{line}: schedule.frequency: 'dayly'" in error["stack_trace"]
        assert "Did you mean 'daily'? Check with: contact-sync lint" in error["stack_trace"]
        seen = datetime.now(UTC)
        until(lambda: parsed_since(whole, seen), "the loader was read again beside the broken file")
        dags = whole.api.dags()
        assert {dag_id: (dags[dag_id]["is_stale"], dags[dag_id]["has_import_errors"]) for dag_id in GOOD} == (
            dict.fromkeys(GOOD, (False, False))
        )
        assert "broken" not in dags
        whole.succeed(whole.api.start(NIGHTLY))
        assert [each["filename"] for each in whole.api.broken_files()] == [error["filename"]]
        whole.write_sync("broken", **settings)
        until(lambda: not whole.api.broken_files(), "the import error is gone")
        until(lambda: "broken" in whole.api.dags(), "the mended file has its DAG")
    finally:
        path.unlink()
