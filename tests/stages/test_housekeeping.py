"""Housekeeping: what is kept only for a time goes when its time is over, and nothing else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import text
from sqlalchemy.engine import make_url

from contact_sync.config.organisation import Retention
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.errors import StagingLost, Unavailable
from contact_sync.stages import housekeeping as module
from contact_sync.stages.classify import classify
from contact_sync.stages.failures import record_failure
from contact_sync.stages.housekeeping import housekeeping, months_before
from contact_sync.stages.load import load
from contact_sync.warehouse import retention
from contact_sync.warehouse.database import Warehouse, open_warehouse
from tests.stages.desk import Desk, record
from tests.stages.snapshot import differences, snapshot

NOW = datetime(2026, 12, 20, 12, 0, tzinfo=UTC)
KEPT = Retention()
NOTHING = {
    "ledger_months_made": 0,
    "staging_dropped": 0,
    "raw_values_blanked": 0,
    "events_set_aside_deleted": 0,
    "ledger_months_dropped": 0,
    "ledger_rows_deleted": 0,
    "former_values_deleted": 0,
    "reservations_settled": 0,
    "calls_summed_up": 0,
    "token_requests_deleted": 0,
    "syncs_deleted": 0,
    "switches_turned_off": 0,
}


def keep_house(desk: Desk, now: datetime = NOW, kept: Retention = KEPT) -> dict[str, int]:
    """What housekeeping did, without the steps that had nothing to do; a second time no step has."""
    done = housekeeping(desk.warehouse, kept, now)
    after = snapshot(desk.warehouse, without=set())
    assert housekeeping(desk.warehouse, kept, now) == NOTHING
    assert differences(after, snapshot(desk.warehouse, without=set())) == {}
    return {name: number for name, number in done.items() if number and name != "ledger_months_made"}


def staged(desk: Desk) -> set[str]:
    found = desk.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'staging' AND tablename ~ '_[0-9]+$'")
    return {row["tablename"] for row in found}


def partitions(desk: Desk) -> list[str]:
    found = desk.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'sync' AND tablename ~ '^ledger_' ORDER BY 1")
    return [row["tablename"] for row in found]


def history(desk: Desk) -> list[Any]:
    """What survives: the import history and the reasons."""
    return [
        desk.rows("SELECT * FROM sync.import_history ORDER BY fetch_id"),
        desk.rows("SELECT * FROM sync.ignored_by_reason ORDER BY 1, 3, 4, 5"),
    ]


def finished(desk: Desk, fetch_id: int, at: datetime) -> None:
    desk.execute("UPDATE sync.fetch SET finished_at = :at WHERE fetch_id = :id", at=at, id=fetch_id)


def test_staging_goes_some_days_after_the_end(desk: Desk) -> None:
    """OPS-11: tables of fetches that ended longer ago; those at work, or just failed, keep theirs."""
    desk.take(record("1", "a@mail.example.org"))
    desk.take(record("1", "a@mail.example.org"))
    finished(desk, 1, NOW - timedelta(days=7, seconds=1))
    finished(desk, 2, NOW - timedelta(days=6, hours=23))
    desk.sync = desk.sync.model_copy(update={"sync_id": "third"})
    running = desk.stage([record("1", "a@mail.example.org")])
    desk.execute("UPDATE sync.fetch SET started_at = :at WHERE fetch_id = 3", at=NOW - timedelta(days=30))
    desk.sync = desk.sync.model_copy(update={"sync_id": "fourth"})
    failed = desk.stage([record("1", "a@mail.example.org")])
    record_failure(failed, desk.warehouse, "classify", RuntimeError())
    finished(desk, 4, NOW - timedelta(days=1))
    desk.execute("CREATE TABLE staging.fetch_999 ()")
    people = history(desk)
    assert keep_house(desk) == {"staging_dropped": 2}
    assert staged(desk) == {"fetch_2", "outcome_2", "removal_2", "fetch_3", "fetch_4"}
    assert history(desk) == people
    desk.classify_and_load(running)
    assert desk.classify_and_load(failed).status == "succeeded"


def test_event_rows_set_aside_go_after_some_months(desk: Desk) -> None:
    """OPS-11, CAMP-1: wrong ones like raw values, those that wait like the ledger, by when they were last seen."""
    desk.execute(
        "INSERT INTO sync.event_set_aside (kind, reason, detail, raw, digest, file, line, email_key, campaign, at, "
        "first_seen_at, last_seen_at) SELECT 'send', reason, 'd', '{}', reason || days, 'f', 1, 'a@example.org', 'c', "
        ":now, :now - interval '9 years', :now - days * interval '1 day' FROM (VALUES ('bad_value', 91), "
        "('bad_value', 89), "
        "('unknown_contact', 91), ('unknown_contact', 800)) AS row (reason, days)",
        now=NOW,
    )
    assert keep_house(desk) == {"events_set_aside_deleted": 2}
    left = desk.rows("SELECT digest FROM sync.event_set_aside ORDER BY 1")
    assert [row["digest"] for row in left] == ["bad_value89", "unknown_contact91"]


def test_a_failed_fetch_whose_staging_went_says_what_to_do(desk: Desk) -> None:
    """OPS-11, OPS-4: cleared too late it starts again from extract; nothing is half there."""
    run = desk.stage([record("1", "a@mail.example.org")])
    classify(run, desk.warehouse)
    record_failure(run, desk.warehouse, "load", RuntimeError())
    finished(desk, 1, NOW - timedelta(days=8))
    assert keep_house(desk) == {"staging_dropped": 1}
    with pytest.raises(StagingLost, match="from extract"):
        load(run, desk.warehouse)


def test_raw_values_are_blanked_and_the_reason_stays(desk: Desk) -> None:
    """OPS-11, MAP-6: whatever else the evidence says stays too."""
    mapping = (*desk.sync.mapping, FieldMapping("years", "Years", "integer"))
    sync = desk.sync.model_copy(update={"mapping": mapping})
    desk.take(record("1", "a@gnail.com", Years="a dozen"), record("2", "b@mail.example.org", Years="7"), sync=sync)
    before = desk.evidence("1")
    assert before["misfits"]["years"]["raw"] == "a dozen"
    started = desk.rows("SELECT started_at FROM sync.fetch")[0]["started_at"]
    finished(desk, 1, started + timedelta(days=90))
    assert keep_house(desk, started + timedelta(days=90)) == {}
    assert keep_house(desk, started + timedelta(days=90, seconds=1)) == {"raw_values_blanked": 1}
    assert desk.evidence("1") == {**before, "misfits": {"years": {"reason": before["misfits"]["years"]["reason"]}}}


def test_the_ledger_goes_by_whole_months_and_by_rows(desk: Desk) -> None:
    """OPS-11: counters and history survive; former values for a revert go with the ledger."""
    desk.take(record("1", "a@mail.example.org"), record("2", None))
    desk.take(record("1", "a@mail.example.org", City="Ulm"), record("2", None))
    desk.execute("SELECT sync.make_ledger_partitions('2024-09-01', 6)")
    old = datetime(2024, 12, 20, 11, 59, tzinfo=UTC)
    for fetch_id, at in ((1, old), (2, old + timedelta(minutes=2))):
        desk.execute("UPDATE sync.ledger SET fetch_started_at = :at WHERE fetch_id = :id", at=at, id=fetch_id)
        desk.execute("UPDATE sync.fetch SET started_at = :at WHERE fetch_id = :id", at=at, id=fetch_id)
    for fetch_id in (1, 2):
        finished(desk, fetch_id, NOW)
    before = history(desk)
    assert keep_house(desk) == {"ledger_months_dropped": 3, "ledger_rows_deleted": 2}
    assert partitions(desk)[:2] == ["ledger_2024_12", "ledger_2025_01"]
    assert [row["fetch_id"] for row in desk.rows("SELECT DISTINCT fetch_id FROM sync.ledger")] == [2]
    assert len(desk.rows("SELECT * FROM sync.field_change")) == 1
    done = keep_house(desk, NOW + timedelta(days=3650))
    assert (done["former_values_deleted"], desk.rows("SELECT * FROM sync.ledger")) == (1, [])
    assert history(desk) == before


def test_portions_come_to_an_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-11: more rows than one transaction takes away, and exactly as many."""
    monkeypatch.setattr(retention, "MOST_AT_ONCE", 2)
    desk.take(*(record(str(number), f"p{number}@mail.example.org") for number in range(5)))
    desk.execute(
        "INSERT INTO sync.credit (account, fetch_id, at, method, path, status, rows, cost, seconds) "
        "SELECT 'a', NULL, :at, 'GET', '/', 200, 1, 1, 0.1 FROM generate_series(1, 4)",
        at=NOW - timedelta(days=91),
    )
    done = keep_house(desk, datetime(2026, 12, 25, tzinfo=UTC), Retention(ledger_months=1))
    assert (done["ledger_rows_deleted"], done["calls_summed_up"]) == (5, 4)


def test_calls_are_summed_up_and_the_history_still_has_them(desk: Desk) -> None:
    """OPS-11: single calls go after 90 days, their sums do not; a later call of the same fetch is added."""
    desk.take(record("1", "a@mail.example.org"))
    for at, cost in ((NOW - timedelta(days=91), 3), (NOW - timedelta(days=91), 4), (NOW - timedelta(days=89), 5)):
        desk.execute(
            "INSERT INTO sync.credit (account, fetch_id, at, method, path, status, rows, cost, seconds) "
            "VALUES ('a', 1, :at, 'GET', '/', 200, 1, :cost, 0.1)",
            at=at,
            cost=cost,
        )
        desk.execute("INSERT INTO sync.token_request (account, at, succeeded) VALUES ('a', :at, true)", at=at)
    finished(desk, 1, NOW)
    query = "SELECT credits, calls FROM sync.import_history"
    before = desk.rows(query)
    assert (before[0]["credits"], before[0]["calls"]) == (12, 3)
    assert keep_house(desk) == {"calls_summed_up": 2, "token_requests_deleted": 2}
    assert (desk.rows(query), len(desk.rows("SELECT * FROM sync.credit"))) == (before, 1)
    assert keep_house(desk, NOW + timedelta(days=2))["calls_summed_up"] == 1
    assert desk.rows(query) == before


@pytest.mark.parametrize("months", [1, 3, 14])
def test_exactly_the_months_asked_for_are_made(desk: Desk, months: int) -> None:
    """OPS-11: from the month of the day on; those that exist stay and are not counted."""
    before = partitions(desk)
    assert desk.rows("SELECT sync.make_ledger_partitions('2031-12-31', :months) AS made", months=months) == [
        {"made": months}
    ]
    with desk.warehouse.transaction() as connection:
        made = connection.execute(text("SELECT sync.make_ledger_partitions('2031-12-31', :m)"), {"m": months}).scalar()
    assert made == months
    added = [name for name in partitions(desk) if name not in before]
    assert (len(added), added[0]) == (months, "ledger_2031_12")
    with desk.warehouse.transaction() as connection:
        made = connection.execute(text("SELECT sync.make_ledger_partitions('2031-12-01', 15)")).scalar()
    assert made == 15 - months


def test_months_ahead_are_always_there(desk: Desk) -> None:
    """OPS-11: years later a load still finds its month."""
    late = datetime(2040, 2, 29, 23, 30, tzinfo=UTC)
    assert housekeeping(desk.warehouse, KEPT, late)["ledger_months_made"] == retention.MONTHS_AHEAD
    assert partitions(desk)[-1] == "ledger_2042_01"


def test_a_locked_ledger_holds_up_nothing_else(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-11: the step gives up after some seconds, the others have their turn, and the next time it is done."""
    monkeypatch.setattr(retention, "_LOCK_SECONDS", 1)
    desk.take(record("1", "a@mail.example.org"))
    desk.execute("SELECT sync.make_ledger_partitions('2020-01-01', 1)")
    finished(desk, 1, NOW - timedelta(days=8))
    with desk.warehouse.transaction() as connection:
        connection.execute(text("LOCK TABLE sync.ledger IN ACCESS SHARE MODE"))
        with pytest.raises(Unavailable, match=r"ledger_months_dropped: .*lock timeout"):
            housekeeping(desk.warehouse, KEPT, NOW)
        assert staged(desk) == set()
    assert keep_house(desk) == {"ledger_months_dropped": 1}


def test_killed_between_two_steps_it_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-11: what was done stays done, the rest is done by the next run."""

    class Killed(BaseException):
        pass

    def kill(*_: object) -> int:
        raise Killed

    desk.take(record("1", "a@mail.example.org"))
    desk.execute("SELECT sync.make_ledger_partitions('2020-01-01', 1)")
    finished(desk, 1, NOW - timedelta(days=8))
    with monkeypatch.context() as patched:
        patched.setattr(module.retention, "drop_ledger_months", kill)
        with pytest.raises(Killed):
            housekeeping(desk.warehouse, KEPT, NOW)
    assert staged(desk) == set()
    assert keep_house(desk) == {"ledger_months_dropped": 1}


def test_the_role_of_the_tasks_suffices(desk: Desk) -> None:
    """OPS-11: whoever runs the tasks need not own the ledger to make and drop its months."""
    desk.execute("CREATE USER task_user PASSWORD 'x' IN ROLE contact_sync_writer")
    url = make_url(desk.warehouse.engine.url).set(username="task_user", password="x")
    tasks = open_warehouse(url.render_as_string(hide_password=False), None)
    desk.execute("SELECT sync.make_ledger_partitions('2020-01-01', 1)")
    try:
        with tasks.transaction() as connection:
            assert connection.execute(text("SELECT current_user")).scalar_one() == "task_user"
        done = housekeeping(Warehouse(tasks.engine, None), KEPT, datetime(2031, 1, 1, tzinfo=UTC))
        assert done["ledger_months_made"] == retention.MONTHS_AHEAD
        assert "ledger_2020_01" not in partitions(desk)
    finally:
        desk.execute("DROP USER task_user")


@pytest.mark.parametrize(
    ("now", "months", "then"),
    [
        ("2026-12-20T12:00", 24, "2024-12-20T12:00"),
        ("2028-02-29T00:00", 12, "2027-02-28T00:00"),
        ("2026-03-31T08:00", 1, "2026-02-28T08:00"),
        ("2026-01-31T08:00", 2, "2025-11-30T08:00"),
    ],
)
def test_months_before(now: str, months: int, then: str) -> None:
    """OPS-11: the same day of an earlier month, or its last."""
    assert months_before(datetime.fromisoformat(now), months) == datetime.fromisoformat(then)


def test_reservations_of_dead_tasks_are_settled(desk: Desk) -> None:
    """LIM-5: after an hour without a sign what they hold counts as spent; what was spent in full leaves nothing."""
    desk.execute(
        "INSERT INTO sync.credit_reservation (account, fetch_id, work, credits, reserved_at) VALUES "
        "('recruit_demo', 7, 'import', 21, :old), ('recruit_demo', 8, 'push', 0, :old), "
        "('recruit_demo', 9, 'import', 12, :new)",
        old=NOW - timedelta(hours=1, seconds=1),
        new=NOW - timedelta(minutes=59),
    )
    assert keep_house(desk) == {"reservations_settled": 2}
    assert desk.rows("SELECT fetch_id, cost, at FROM sync.credit WHERE method = 'SETTLED'") == [
        {"fetch_id": 7, "cost": 21, "at": NOW - timedelta(hours=1, seconds=1)}
    ]
    assert desk.rows("SELECT fetch_id FROM sync.credit_reservation") == [{"fetch_id": 9}]


def test_push_switches_that_the_file_does_not_have_are_off(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PUSH-7: also of lists that no sync feeds, whose DAG went with them; not while the file is broken."""
    file = tmp_path / "organisation.yaml"
    monkeypatch.setenv("CONTACT_SYNC_INCLUDE", str(tmp_path))
    (tmp_path / "syncs").mkdir()
    switch = {"opened": {"list": "Web"}}
    file.write_text(yaml.safe_dump({"name": "Z", "accounts": {"a": {"kind": "recruit", "push": {"contacts": switch}}}}))
    desk.execute("INSERT INTO contacts.mailing_list (list_id, name, created_at) VALUES (1, 'Web', now())")
    desk.execute(
        "INSERT INTO sync.push_switch (account, module, response, list_id, enabled, enabled_since) VALUES "
        "('a', 'Contacts', 'opened', 1, true, now()), ('a', 'Contacts', 'clicked', 1, true, now())"
    )
    assert keep_house(desk) == {"switches_turned_off": 1}
    assert desk.rows("SELECT response FROM sync.push_switch WHERE enabled")[0]["response"] == "opened"
    file.write_text("name: [")
    assert keep_house(desk) == {}
    file.write_text("name: Z\naccounts: {a: {kind: recruit}}")
    assert keep_house(desk) == {"switches_turned_off": 1}
