"""Runs over the limit of the day that wait for the next (LIM-2, `over_limit: next_day`)."""

from datetime import UTC, datetime, timedelta

import pytest

from contact_sync.errors import NextDay, SyncSkipped
from contact_sync.stages import states
from contact_sync.stages.opening import open_fetch
from tests.stages.office import NOON, Office, silent
from tests.stages.test_limits import places, under

TOMORROW = datetime(2026, 11, 20, 23, 5, tzinfo=UTC)
"""00:05 in Berlin on the day after NOON."""


def test_a_run_waits_until_five_past_midnight_and_counts_on_that_day(office: Office) -> None:
    """LIM-2: nothing is skipped; the wait says the rule and until when."""
    one, two = under(office, "one", "two", syncs_per_day=1, over_limit="next_day")
    office.opens(one)
    run = office.run(two)
    with pytest.raises(NextDay) as wait:
        office.opens(two, run=run)
    assert wait.value.retry_after == (TOMORROW - NOON).total_seconds()
    assert str(wait.value) == (
        "two waits: the limit of distinct syncs created, initiated or run a day is 1 (LIM-2, syncs_per_day in "
        "organisation.yaml), and on 2026-11-20 (Europe/Berlin) these were: one. This run waits until 2026-11-21 00:05 "
        "Europe/Berlin and counts on that day (over_limit: next_day)."
    )
    assert len(office.rows("SELECT * FROM sync.fetch")) == 1
    assert office.stands() == {"one": "active", "two": "active"}
    fetch, _ = open_fetch(run, two, office.warehouse, TOMORROW)
    assert (fetch.run_id, fetch.window.end) == (run.run_id, NOON)
    assert places(office) == [("2026-11-20", "one", "run"), ("2026-11-21", "two", "run")]


def test_waiting_runs_spread_over_the_days(office: Office) -> None:
    """LIM-2: as many a day as there are places; a sync that is not registered yet keeps its turn among the slots."""
    syncs = under(office, "a", "b", "c", "d", "e", syncs_per_day=2, over_limit="next_day")
    runs = [office.run(sync) for sync in syncs]
    moment, waiting = NOON, list(zip(syncs, runs, strict=True))
    for _ in range(3):
        again = []
        for sync, run in waiting:
            try:
                open_fetch(run, sync, office.warehouse, moment)
            except NextDay as wait:
                again.append((sync, run))
                later = moment + timedelta(seconds=wait.retry_after or 0)
        moment, waiting = later, again
    assert waiting == []
    assert [row[:2] for row in places(office)] == [
        ("2026-11-20", "a"), ("2026-11-20", "b"), ("2026-11-21", "c"), ("2026-11-21", "d"), ("2026-11-22", "e"),
    ]  # fmt: skip
    assert office.rows("SELECT sync_id FROM sync.sync ORDER BY sync_no") == [
        {"sync_id": sync.sync_id} for sync in syncs
    ]


@pytest.mark.parametrize(
    ("zone", "now", "until"),
    [
        ("Europe/Berlin", "2027-03-27T12:00:00+01:00", "2027-03-28T00:05:00+01:00"),
        ("Europe/Berlin", "2027-03-28T12:00:00+02:00", "2027-03-29T00:05:00+02:00"),
        ("Europe/Berlin", "2026-10-25T02:30:00+01:00", "2026-10-26T00:05:00+01:00"),
        ("Africa/Cairo", "2027-04-29T12:00:00+02:00", "2027-04-30T01:05:00+03:00"),
        ("Pacific/Kiritimati", "2026-11-20T06:00:00+00:00", "2026-11-20T10:05:00+00:00"),
    ],
    ids=["before spring", "in spring", "in autumn", "no such minute", "far east"],
)
def test_midnight_is_the_organisations(office: Office, zone: str, now: str, until: str) -> None:
    """LIM-2: whatever the clocks do; where there is no 00:05, as much later as they skip."""
    (sync,) = under(office, "one", syncs_per_day=0, over_limit="next_day")
    sync = sync.model_copy(update={"organisation_timezone": zone})
    moment = datetime.fromisoformat(now)
    with pytest.raises(NextDay) as wait:
        open_fetch(office.run(sync, at=moment), sync, office.warehouse, moment)
    assert moment + timedelta(seconds=wait.value.retry_after or 0) == datetime.fromisoformat(until)


def test_an_initiate_is_taken_and_its_run_waits(office: Office) -> None:
    """LIM-2, RET-10: it counts for the month today, and its run takes a place of the day on which it works."""
    one, two = under(office, "one", "two", syncs_per_day=1, per_month=3, over_limit="next_day")
    office.opens(two)
    with pytest.raises(NextDay):
        office.opens(one)
    change = states.activate(office.warehouse, one, "ann", None, NOON, silent)
    assert (change.changed, change.state) == (False, "active")
    change = states.initiate(office.warehouse, one, "ann", NOON, silent)
    assert change.waits_until == TOMORROW
    with pytest.raises(NextDay):
        office.opens(one)
    office.opens(one, run=office.run(one, at=TOMORROW))
    assert places(office) == [("2026-11-20", "two", "run"), ("2026-11-21", "one", "run")]
    (three,) = under(office, "three", syncs_per_day=1, per_month=3, over_limit="next_day")
    new = states.activate(office.warehouse, three, "ann", None, NOON, silent)
    assert (new.before, new.waits_until) == ("new", TOMORROW)
    with pytest.raises(SyncSkipped, match="monthly_limit"):
        states.initiate(office.warehouse, one, "ann", NOON, silent)


def test_the_month_does_not_wait(office: Office) -> None:
    """LIM-2: past the limit of the month a run is skipped until the 1st, under next_day too."""
    one, two = under(office, "one", "two", per_month=1, syncs_per_day=1, over_limit="next_day")
    office.opens(one)
    assert office.skips(two).reason == "monthly_limit"


def test_a_wait_ends_at_once_where_the_limit_is_lifted(office: Office) -> None:
    """LIM-2: the settings in force are those of the file when the run asks again."""
    (one,) = under(office, "one", syncs_per_day=0, over_limit="next_day")
    run = office.run(one)
    with pytest.raises(NextDay):
        open_fetch(run, one, office.warehouse, NOON)
    (lifted,) = under(office, "one", syncs_per_day=None, over_limit="next_day")
    open_fetch(run, lifted, office.warehouse, NOON)
