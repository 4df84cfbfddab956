"""`airflow backfill create` by its command line, over the last change of the clocks, again and overlapping."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from include.local.rest import Run
from tests.integration.conftest import VIEW, nightly
from tests.integration.whole import Whole, until
from tests.stages.snapshot import snapshot

FILLED = "filled"
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
DAY = timedelta(days=1)
Interval = tuple[datetime, datetime]
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Standing:
    """Where the sync stands and whom it has pushed: what no backfill may move."""

    watermark: Rows
    pushed: Rows
    writes_to_recruit: int


@dataclass(frozen=True)
class Filled:
    """A daily sync that has run once, and the three local days around the last change of the clocks."""

    intervals: list[Interval]
    standing: Standing


def last_change(now: datetime) -> tuple[str, date]:
    """The zone and the local day of the latest change of the clocks that is over for two days."""
    found = []
    for name in ZONES:
        zone = ZoneInfo(name)
        day = (now - 3 * DAY).astimezone(zone).date()
        while midnight(day, zone).utcoffset() == midnight(day + DAY, zone).utcoffset():
            day -= DAY
        found.append((day, name))
    latest, name = max(found)
    return name, latest


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def standing(whole: Whole) -> Standing:
    calls = whole.control("GET", "calls")
    return Standing(
        whole.rows("SELECT * FROM sync.watermark"),
        whole.rows("SELECT * FROM sync.push_ledger"),
        sum(call["method"] == "POST" and "/recruit/" in call["path"] for call in calls),
    )


def people(whole: Whole) -> dict[str, Any]:
    """Contacts, memberships, links, suppressions: everything that is no history."""
    return {name: rows for name, rows in snapshot(whole.warehouse).items() if name.startswith("contacts.")}


@pytest.fixture(scope="module")
def filled(whole: Whole) -> Iterator[Filled]:
    """The sync reads the last three days at its first run and pushes nobody; then its push is switched on."""
    whole.begin_anew()
    now = datetime.now(UTC)
    name, change = last_change(now)
    zone = ZoneInfo(name)
    at = "18:00" if 0 <= now.astimezone(zone).hour < 12 else "06:00"  # not due while the tests run
    settings = {
        **nightly(),
        "list": "Talent news",
        "schedule": {"frequency": "daily", "at": at, "timezone": name},
        "retrieve": {"after": (now - 3 * DAY).replace(microsecond=0).isoformat()},
    }
    due = [datetime.combine(change + n * DAY, time.fromisoformat(at), zone).astimezone(UTC) for n in range(-2, 2)]
    plant(whole, due)
    path = whole.write_sync(FILLED, **settings)
    try:
        until(lambda: FILLED in whole.api.dags(), "Airflow has read the sync")
        whole.api.pause(FILLED, False)
        (run,) = until(lambda: whole.api.runs(FILLED) or None, "the scheduler has made the run that is due")
        whole.succeed(run)
        whole.write_sync(FILLED, **{**settings, "push": True})
        yield Filled(list(pairwise(due)), standing(whole))
    finally:
        path.unlink()


def plant(whole: Whole, due: list[datetime]) -> None:
    """Somebody who changed at the first and at the last second of each interval, and just outside of all."""
    chosen = [kind["id"] for kind in whole.kinds() if VIEW in kind["views"] and kind["kind"] == "plain"]
    moments = [moment - n * timedelta(seconds=1) for moment in due for n in (0, 1)]
    edits = [
        {"id": record, "Updated_On": moment.isoformat()}
        for record, moment in zip(chosen[:: len(chosen) // len(moments)], moments, strict=False)
    ]
    assert len(edits) == 8
    whole.control("POST", "records/Candidates", {"edits": edits})


def create_backfill(whole: Whole, intervals: list[Interval], *options: str) -> list[Run]:
    """The command, and its runs when they are over; the first interval first."""
    dates = "--from-date", intervals[0][0].isoformat(), "--to-date", intervals[-1][0].isoformat()
    whole.command("airflow", "backfill", "create", "--dag-id", FILLED, *dates, *options)
    ends = [end for _, end in intervals]

    def made() -> list[Run] | None:
        runs = [run for run in whole.api.runs(FILLED) if run.run_type == "backfill" and run.interval_end in ends]
        return runs if len(runs) == len(ends) else None

    runs = until(made, "the backfill has made its runs")
    return [whole.succeed(run) for run in runs]


def close_backfills(whole: Whole) -> None:
    """As Airflow does up to 30 s after the last run of a backfill is over; it makes no other before."""
    with psycopg.connect(whole.services.addresses.airflow_url.replace("+psycopg2", "")) as connection:
        connection.execute("UPDATE backfill SET completed_at = now() WHERE completed_at IS NULL")


def check_windows(whole: Whole, runs: list[Run], intervals: list[Interval]) -> None:
    fetches = [whole.fetch(run) for run in runs]
    assert [(fetch["run_type"], fetch["status"]) for fetch in fetches] == [("backfill", "succeeded")] * len(runs)
    assert [(fetch["window_start"], fetch["window_end"]) for fetch in fetches] == intervals
    assert [fetch["read"] for fetch in fetches] == [whole.changed_within(VIEW, *interval) for interval in intervals]
    assert all(fetch["read"] >= 2 for fetch in fetches)
    in_turn = sorted(fetches, key=lambda fetch: fetch["started_at"])
    for earlier, later in pairwise(in_turn):
        assert later["started_at"] >= earlier["finished_at"] - timedelta(seconds=1)


def test_three_days_over_a_change_of_the_clocks(whole: Whole, filled: Filled) -> None:
    """RET-5, RET-1, RET-4, PUSH-10, OPS-10: exactly the local days, 23 or 25 hours among them; two runs at once take
    turns, the watermark stays, nobody is pushed.
    """
    lengths = [end - start for start, end in filled.intervals]
    assert (lengths[0], lengths[2]) == (DAY, DAY)
    assert timedelta(minutes=30) <= abs(lengths[1] - DAY) <= timedelta(hours=1)
    runs = create_backfill(whole, filled.intervals, "--max-active-runs", "2")
    check_windows(whole, runs, filled.intervals)
    logs = [whole.api.log(run, "extract") for run in runs]
    assert any("of another run is under way; this run waits" in log for log in logs)
    assert sum(whole.fetch(run)["new"] for run in runs) >= 3
    assert standing(whole) == filled.standing


def test_overlapping_and_backwards_changes_nothing_twice(whole: Whole, filled: Filled) -> None:
    """RET-5, OUT-3, PUSH-10: completed days are read again, the last first; people stay as they are, nobody is pushed
    until a run by hand does it.
    """
    close_backfills(whole)
    again = filled.intervals[1:]
    before, read_before = people(whole), len(whole.rows("SELECT 1 FROM sync.fetch WHERE run_type = 'backfill'"))
    options = "--reprocess-behavior", "completed", "--run-backwards", "--max-active-runs", "1"
    runs = create_backfill(whole, again, *options)
    check_windows(whole, runs, again)
    first, last = (whole.fetch(run) for run in runs)
    assert last["finished_at"] <= first["started_at"]
    assert len(whole.rows("SELECT 1 FROM sync.fetch WHERE run_type = 'backfill'")) == read_before + 2
    assert [(fetch["new"], fetch["re_added"], fetch["changed"]) for fetch in (first, last)] == [(0, 0, 0)] * 2
    assert people(whole) == before
    assert standing(whole) == filled.standing
    by_hand = whole.fetch(whole.succeed(whole.api.start(FILLED)))
    assert by_hand["pushed"] > 0
    assert standing(whole).writes_to_recruit > filled.standing.writes_to_recruit
