"""What a person sees of a run that was skipped by rule, in Airflow itself: the note of the run."""

from datetime import UTC, datetime, timedelta

from include.local.rest import Run
from tests.integration.conftest import nightly
from tests.integration.whole import Whole, until

LATER = "later"


def note(whole: Whole, run: Run) -> str | None:
    found: str | None = whole.api.detail(run)["note"]
    return found


def test_the_note_tells_reason_and_remedy_until_the_run_is_no_longer_skipped(whole: Whole) -> None:
    """OPS-1: the scheduler writes them below what a person noted, and takes them away once the cleared run reads."""
    tomorrow = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    path = whole.write_sync(LATER, **{**nightly(), "list": "Later", "retrieve": {"after": tomorrow.isoformat()}})
    try:
        until(lambda: LATER in whole.api.dags(), "Airflow has read the sync")
        whole.api.pause(LATER, False)
        skipped = whole.succeed(whole.api.start(LATER, note="Asked for by Ann."))
        assert {task["state"] for task in whole.api.tasks(skipped).values()} == {"skipped"}
        first, second = (note(whole, skipped) or "").splitlines()
        assert first == "Asked for by Ann."
        assert second.startswith("Skipped: not_yet. ")
        assert tomorrow.isoformat() in second
        assert second.endswith("to read earlier, change retrieve.after.")
        (kept,) = whole.rows("SELECT status FROM sync.fetch WHERE run_id = :run", run=skipped.run_id)
        assert kept == {"status": "skipped"}
        whole.write_sync(LATER, **{**nightly(), "list": "Later"})
        whole.api.clear(skipped)
        again = whole.succeed(until(lambda: _begun(whole, skipped), "the cleared run has begun"))
        assert whole.fetch(again)["status"] == "succeeded"
        assert note(whole, again) == "Asked for by Ann."
    finally:
        path.unlink()


def _begun(whole: Whole, run: Run) -> Run | None:
    now = whole.api.run(run)
    return now if not now.over else None
