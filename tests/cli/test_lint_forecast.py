"""`contact-sync lint --forecast`: what the coming runs are likely to cost, measured by the latest ones (LIM-5)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from contact_sync.warehouse.database import Warehouse, open_warehouse
from contact_sync.warehouse.forecast import History, histories
from tests.cli.conftest import SYNC

Run = Callable[..., Any]
ORGANISATION = """\
name: Zylker
timezone: Europe/Berlin
accounts:
  recruit_demo: {kind: recruit, daily_credits: 100}
  creator_demo: {kind: creator, owner: zylker}
"""
REPORT = """\
name: Applicants
created: 2026-11-01
account: creator_demo
list: Talent news
schedule: {frequency: monthly, day: 31, at: "02:00"}
source: {application: talent-desk, report: All_Applicants, date_format: dd-MMM-yyyy}
"""


@pytest.fixture
def warehouse(with_warehouse: str, folder: Path) -> Warehouse:
    """A warehouse at hand; the daily sync of a Recruit account is configured."""
    (folder / "organisation.yaml").write_text(ORGANISATION)
    (folder / "expectations").symlink_to(Path(__file__).parents[2] / "include" / "expectations")
    return open_warehouse(with_warehouse, None)


def past(warehouse: Warehouse, credits: Sequence[int], sync_id: str = "candidates_daily", **changes: Any) -> None:
    """Loaded runs of a sync, oldest first, which cost so many credits each."""
    values = {"sync_id": sync_id, "state": "active", "run_type": "scheduled", "first": False, "loaded": True, **changes}
    with warehouse.engine.begin() as connection:
        if not connection.execute(text("SELECT 1 FROM sync.sync WHERE sync_id = :sync_id"), values).scalar():
            connection.execute(_SYNC, values)
        for number, cost in enumerate(credits):
            connection.execute(_RUN, {**values, "number": f"{number} {cost} {sorted(changes)}", "cost": cost})


_SYNC = text(
    "WITH list AS (INSERT INTO contacts.mailing_list (name, created_at) VALUES (:sync_id, now()) RETURNING list_id), "
    "source AS (INSERT INTO sync.source (account, module) VALUES (:sync_id, 'Candidates') RETURNING source_no), "
    "sync AS (INSERT INTO sync.sync (sync_id, name, state, inactive_reason, state_changed_at, state_changed_by, "
    "registered_at) VALUES (:sync_id, :sync_id, :state, CASE WHEN :state = 'inactive' THEN 'by_hand' END, now(), 'a', "
    "now()) RETURNING sync_no) "
    "INSERT INTO sync.config_version (sync_no, fingerprint, mapping_fingerprint, mapping_version, settings, "
    "registered_at) SELECT sync_no, 'f', 'm', 1, '{}', now() FROM sync"
)
_RUN = text(
    "WITH run AS (INSERT INTO sync.fetch (sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, "
    "started_at, window_end, first, moves_watermark, status, loaded_at, credits, calls) "
    "SELECT sync_no, source.source_no, list_id, config_version, :sync_id, :number, :run_type, now(), now(), :first, "
    "true, 'succeeded', CASE WHEN :loaded THEN clock_timestamp() END, 1, 1 "
    "FROM sync.sync JOIN sync.config_version USING (sync_no) JOIN contacts.mailing_list AS list ON list.name = sync_id "
    "JOIN sync.source ON account = sync_id WHERE sync_id = :sync_id RETURNING fetch_id) "
    "INSERT INTO sync.credit (account, fetch_id, at, method, path, status, rows, cost, seconds) "
    "SELECT 'recruit_demo', fetch_id, now(), 'GET', '/', 200, 0, :cost - 1, 0 FROM run"
)
"""One credit was summed up by housekeeping already."""


def test_the_median_of_the_latest_runs_is_expected(warehouse: Warehouse) -> None:
    """LIM-5: ten runs back; first ones, backfills and those that loaded nothing measure none."""
    past(warehouse, [900] * 5)
    past(warehouse, [5, 6, 7, 8, 9, 10, 11, 12, 13, 1000])
    past(warehouse, [500], first=True)
    past(warehouse, [500], run_type="backfill")
    past(warehouse, [500], loaded=False)
    assert histories(warehouse) == {"candidates_daily": History("active", (1000, 13, 12, 11, 10, 9, 8, 7, 6, 5))}
    assert histories(warehouse)["candidates_daily"].expected == 10


def test_the_forecast_of_a_day(run: Run, warehouse: Warehouse) -> None:
    """LIM-5: each sync's next run, and each account's day against its ceiling; within it nothing is wrong."""
    past(warehouse, [20, 30, 40])
    done = run("lint", "--forecast")
    assert done.code == 0
    assert "about 30" in done.out
    assert (
        "recruit_demo: about 30 credits in the next 24 hours; 87 spent in the last. A day: 100 (rolling 24 hours).\n"
        in done.out
    )
    assert "1 file checked: 0 errors, 0 warnings." in done.out


def test_a_day_beyond_the_ceiling_is_a_warning(run: Run, warehouse: Warehouse, folder: Path) -> None:
    """LIM-5: it names the account's line, both numbers and the dearest sync."""
    (folder / "syncs" / "others_daily.yaml").write_text(SYNC.replace("All candidates", "Others"))
    past(warehouse, [60])
    past(warehouse, [41], "others_daily")
    done = run("lint", "--forecast")
    assert done.code == 0
    assert (
        "warning: include/organisation.yaml:4: accounts.recruit_demo.daily_credits: the runs of the next 24 hours are "
        "likely to cost 101 API credits, more than the 100 a day of this account, most of them 'candidates_daily' "
        "(60); syncs stop at the ceiling (LIM-5)." in done.out
    )


def test_a_sync_that_does_not_run_costs_nothing(run: Run, warehouse: Warehouse) -> None:
    """LIM-5: an inactive one is told, but not added up."""
    past(warehouse, [500], state="inactive")
    done = run("lint", "--forecast")
    assert "about 500" in done.out
    assert "recruit_demo: about 0 credits in the next 24 hours" in done.out
    assert "0 warnings" in done.out


def test_a_sync_whose_period_is_over_costs_nothing(run: Run, warehouse: Warehouse, folder: Path) -> None:
    """LIM-5, RET-9: no run has noticed it yet, and the next one is skipped."""
    (folder / "syncs" / "candidates_daily.yaml").write_text(f"{SYNC}active_until: 2026-11-02\n")
    past(warehouse, [500])
    assert "recruit_demo: about 0 credits in the next 24 hours" in run("lint", "--forecast").out


def test_what_nothing_measures_is_not_guessed(run: Run, warehouse: Warehouse, folder: Path) -> None:
    """LIM-5: before its first run a sync's size is unknown; how credits come about is told instead."""
    (folder / "syncs" / "applicants.yaml").write_text(REPORT)
    done = run("lint", "--forecast")
    words = " ".join(done.out.replace("│", " ").split())
    assert (
        "cannot tell: 3 for each 200 records, and a few for metadata; by bulk job 6 for each 200,000, 1 for each look "
        "at it, and 3 for each 200 converted or not yet approved ones" in words
    )
    assert "cannot tell: 1 for each 1,000 records, and 1 or 2 to begin with" in words
    assert "recruit_demo: about 0 credits in the next 24 hours, without 1 whose runs nothing measures yet." in words
    assert "creator_demo: about 0 credits in the next 24 hours" in words
    assert "A day: no ceiling is known." in words


def test_without_a_warehouse_there_is_no_forecast(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LIM-5: who asks for it is told why."""
    monkeypatch.setenv("CONTACT_SYNC_WAREHOUSE_URL", "postgresql://nobody@127.0.0.1:1/none")
    done = run("lint", "--forecast")
    assert done.code == 1
    assert "no credits can be forecast, because the warehouse keeps the history of runs: The contacts" in done.out
