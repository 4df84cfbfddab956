"""The life of a sync file in a running Airflow: broken, mended, removed, brought back; and what the others see."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from include.local.errors import LocalError
from include.local.rest import Run
from tests.integration.conftest import BY_HAND, NIGHTLY, nightly
from tests.integration.whole import FAST, Whole, until

MOVING = "moving"
GOOD = (BY_HAND, NIGHTLY)
SETTINGS: dict[str, Any] = {**nightly(), "list": "Moving"}
STALE = timedelta(seconds=1 + int(FAST["AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD"]))


def parsed_since(whole: Whole, moment: datetime) -> bool:
    dags = whole.api.dags()
    return all(datetime.fromisoformat(dags[dag_id]["last_parsed_time"]) > moment for dag_id in GOOD)


def check_the_others(whole: Whole) -> None:
    """They are read again after now, and neither stale nor marked."""
    seen = datetime.now(UTC)
    whole.read_again()
    until(lambda: parsed_since(whole, seen), "the loader was read again")
    dags = whole.api.dags()
    states = {dag_id: (dags[dag_id]["is_stale"], dags[dag_id]["has_import_errors"]) for dag_id in GOOD}
    assert states == dict.fromkeys(GOOD, (False, False))


def told(whole: Whole) -> list[tuple[str, str]]:
    """Run and status of the sync's fetches, as the command line tells them, the newest first."""
    return [
        (fetch["run_id"], fetch["status"])
        for fetch in json.loads(whole.command("contact_sync", "history", MOVING, "--output", "json"))
    ]


def watermark(whole: Whole) -> datetime:
    query = "SELECT value FROM sync.watermark JOIN sync.sync USING (sync_no) WHERE sync_id = :id"
    (row,) = whole.rows(query, id=MOVING)
    moment: datetime = row["value"]
    return moment


def gone(whole: Whole) -> bool:
    return MOVING not in whole.api.dags()


def wait_until_gone(whole: Whole) -> None:
    """Airflow takes the DAG away once its file was read without it, more than so many seconds after it was with it."""

    def away() -> bool:
        dags = whole.api.dags()
        if MOVING in dags:
            with_it, last = (datetime.fromisoformat(dags[each]["last_parsed_time"]) for each in (MOVING, NIGHTLY))
            if last <= with_it + STALE < datetime.now(UTC):
                whole.read_again()
        return MOVING not in dags

    until(away, "the sync's DAG is away")


def run_from(whole: Whole, mark: datetime) -> Run:
    """A run by hand of the DAG that came back as it was: switched on, with its history, from its watermark."""
    until(lambda: not gone(whole), "the DAG is back")
    assert whole.api.dags()[MOVING]["is_paused"] is False
    run = whole.succeed(whole.api.start(MOVING))
    assert whole.fetch(run)["window_start"] == mark - timedelta(minutes=10)
    return run


def break_it(whole: Whole, path: Path) -> None:
    """A word that is no frequency; the error names file, line, key and close match, apart from the good DAGs."""
    whole.write_sync(MOVING, **{**SETTINGS, "schedule": {**SETTINGS["schedule"], "frequency": "dayly"}})
    line = next(n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "dayly" in text)
    (error,) = until(lambda: whole.api.broken_files() or None, "Airflow tells of the broken file")
    assert error["filename"].endswith("contact_sync_errors.py")
    assert f"include/syncs/{MOVING}.yaml:{line}: schedule.frequency: 'dayly'" in error["stack_trace"]
    assert "Did you mean 'daily'? Check with: contact-sync lint" in error["stack_trace"]


def test_a_file_is_broken_mended_removed_and_brought_back(whole: Whole, scheduled: Run) -> None:
    """LIM-4: the others run throughout; the sync's DAG goes and returns with the state, the history and the watermark
    that it had.
    """
    path = whole.write_sync(MOVING, **SETTINGS)
    try:
        until(lambda: not gone(whole), "Airflow has read the sync")
        whole.api.pause(MOVING, False)
        (first,) = until(lambda: whole.api.runs(MOVING) or None, "the scheduler has made the run that is due")
        history = [(whole.succeed(first).run_id, "succeeded")]
        mark = watermark(whole)

        break_it(whole, path)
        wait_until_gone(whole)
        check_the_others(whole)
        with pytest.raises(LocalError, match="HTTP 4"):
            whole.api.start(MOVING)
        whole.succeed(whole.api.start(NIGHTLY))
        assert len(whole.api.broken_files()) == 1
        assert (told(whole), watermark(whole)) == (history, mark)

        whole.write_sync(MOVING, **SETTINGS)
        until(lambda: not whole.api.broken_files(), "the import error is gone")
        history.insert(0, (run_from(whole, mark).run_id, "succeeded"))
        mark = watermark(whole)

        path.unlink()
        wait_until_gone(whole)
        check_the_others(whole)
        assert whole.api.broken_files() == []
        assert (told(whole), watermark(whole)) == (history, mark)

        whole.write_sync(MOVING, **SETTINGS)
        history.insert(0, (run_from(whole, mark).run_id, "succeeded"))
        assert told(whole) == history
        assert [run.run_id for run in reversed(whole.api.runs(MOVING))] == [run_id for run_id, _ in history]
    finally:
        path.unlink(missing_ok=True)
