"""Runs of one daily sync as Airflow makes them: scheduled, by hand over the API, two at once, refused."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from include.local.rest import Run
from tests.integration.conftest import NIGHTLY, VIEW
from tests.integration.whole import Whole, until

OVERLAP = timedelta(minutes=10)


@pytest.fixture
def edited(whole: Whole, scheduled: Run) -> dict[str, Any]:
    """Somebody of the list who moved to Atlantis since the last run."""
    members = {row["record_id"] for row in whole.rows("SELECT record_id FROM contacts.source_link")}
    plain = [kind for kind in whole.kinds() if kind["kind"] == "plain" and kind["approved"] and not kind["converted"]]
    person = next(kind for kind in plain if kind["id"] in members and VIEW in kind["views"])
    whole.control("POST", "records/Candidates", {"edits": [{"id": person["id"], "City": "Atlantis"}]})
    return person


def watermark(whole: Whole) -> datetime:
    (row,) = whole.rows("SELECT value FROM sync.watermark")
    moment: datetime = row["value"]
    return moment


def test_scheduled_run_reads_to_the_end_of_its_interval(whole: Whole, scheduled: Run) -> None:
    """RET-4, RET-7: one run for the last due moment; everything up to the interval's end, and the watermark there."""
    assert [run.run_type for run in whole.api.runs(NIGHTLY)][:1] == ["scheduled"]
    fetch = whole.fetch(scheduled)
    assert (fetch["run_type"], fetch["status"]) == ("scheduled", "succeeded")
    assert (fetch["window_start"], fetch["window_end"]) == (None, scheduled.interval_end)
    assert fetch["read"] == whole.changed_within(VIEW, None, fetch["window_end"]) > 500
    mark = whole.rows("SELECT value FROM sync.watermark WHERE fetch_id = :id", id=fetch["fetch_id"])
    assert mark in ([], [{"value": scheduled.interval_end}])  # a later run may have moved it on


def test_two_runs_by_hand_take_turns_and_only_a_change_is_told(whole: Whole, edited: dict[str, Any]) -> None:
    """OPS-10, OPS-13, RET-4: triggered at once without logical date, the second waits; one asset event, with counts."""
    before = watermark(whole)
    first, second = (whole.succeed(run) for run in [whole.api.start(NIGHTLY), whole.api.start(NIGHTLY)])
    details = [whole.api.detail(run) for run in (first, second)]
    assert [detail["logical_date"] for detail in details] == [None, None]
    assert datetime.fromisoformat(details[0]["end_date"]) <= datetime.fromisoformat(details[1]["start_date"])
    changing, repeating = whole.fetch(first), whole.fetch(second)
    assert (changing["window_start"], changing["window_end"]) == (before - OVERLAP, first.run_after)
    assert changing["read"] == whole.changed_within(VIEW, before - OVERLAP, first.run_after)
    assert changing["changed"] >= 1
    assert changing["window_end"] - OVERLAP >= repeating["window_start"] >= before
    assert (repeating["read"] >= 1, repeating["new"], repeating["changed"]) == (True, 0, 0)
    assert whole.rows("SELECT count(*) AS n FROM contacts.contact WHERE fields ->> 'city' = 'Atlantis'") == [{"n": 1}]
    (event,) = whole.api.asset_events(first)
    assert (event["name"], event["extra"]["fetch_id"]) == ("mailing_list:Engineers", changing["fetch_id"])
    assert event["extra"]["counts"]["changed"] == changing["changed"]
    assert whole.api.asset_events(second) == []


def test_unknown_key_of_the_form_is_refused_at_once(whole: Whole, scheduled: Run) -> None:
    """RET-6, OPS-7: Airflow takes any key; the run refuses it without a second try and says what is allowed. That it is
    red is told by Airflow's callback, through the notifier of organisation.yaml, with the page of the run.
    """
    before = watermark(whole)
    run = whole.finish(whole.api.start(NIGHTLY, conf={"retreive": "all"}))
    tasks = whole.api.tasks(run)
    assert (run.state, tasks["extract"]["state"], tasks["extract"]["try_number"]) == ("failed", "failed", 1)
    told = whole.api.log(run, "extract")
    assert "conf: unknown key 'retreive'. Allowed: retrieve, after, push, preview. Did you mean 'retrieve'?" in told
    assert watermark(whole) == before
    red = until(lambda: [line for line in whole.told() if line[1:3] == ["failed", NIGHTLY]] or None, "it is told")
    assert (red[-1][0], red[-1][3]) == ("began", run.run_id)
    assert red[-1][4].endswith(f"/dags/{NIGHTLY}/runs/{quote(run.run_id, safe='')}")
