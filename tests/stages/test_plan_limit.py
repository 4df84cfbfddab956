"""OUT-15: the organisation's plan limit, and the records that it keeps waiting."""

import threading
from datetime import timedelta

from contact_sync.config.resolved import ResolvedSync
from contact_sync.warehouse.database import Warehouse
from tests.stages.desk import MORNING, Became, Desk, record
from tests.stages.world import World

DAILY = "candidates_daily"
WITHHELD = Became("ignored", "plan_limit")


def limited(sync: ResolvedSync, limit: int | None) -> ResolvedSync:
    """The sync under a plan of so many contacts."""
    return sync.model_copy(update={"policies": sync.policies.model_copy(update={"contact_limit": limit})})


def created(record_id: str, minutes: int) -> dict[str, object]:
    """A record created so many minutes after MORNING."""
    when = (MORNING + timedelta(minutes=minutes)).isoformat()
    return record(record_id, f"p{record_id}@mail.example.org", Created_Time=when)


def test_imports_up_to_the_limit_by_created_time_then_id(desk: Desk) -> None:
    """OUT-15: up to the limit by created time, then id; the rest is plan_limit and the fetch ends partial."""
    rows = [created("4", 0), created("30", 0), created("1", 9), created("2", 5)]
    outcomes = desk.take(*rows, sync=limited(desk.sync, 3))
    assert outcomes == {"4": Became("new"), "30": Became("new"), "2": Became("new"), "1": WITHHELD}
    assert desk.last.status == "partial"
    assert [row["record_id"] for row in desk.rows("SELECT record_id FROM sync.withheld")] == ["1"]


def test_duplicates_need_no_room_and_deleted_contacts_take_none(desk: Desk) -> None:
    """OUT-15: only new and re_added count; a deleted contact makes room."""
    desk.take(created("1", 0), created("2", 0))
    assert desk.take(created("1", 0), created("3", 0), sync=limited(desk.sync, 2)) == {
        "1": Became("duplicate", "in_list"),
        "3": WITHHELD,
    }
    desk.execute("UPDATE contacts.contact SET deleted_at = now() WHERE email_key = 'p2@mail.example.org'")
    assert desk.take(created("2", 0), created("3", 1), sync=limited(desk.sync, 2)) == {
        "3": Became("new"),
        "2": WITHHELD,
    }


def test_withheld_come_before_new_ones(desk: Desk) -> None:
    """OUT-15: who waited is taken before who is new, although created later; who is taken waits no more."""
    desk.take(created("1", 0), created("2", 5), sync=limited(desk.sync, 1))
    outcomes = desk.take(created("2", 5), created("3", 0), sync=limited(desk.sync, 2))
    assert outcomes == {"2": Became("new"), "3": WITHHELD}
    assert [row["record_id"] for row in desk.rows("SELECT record_id FROM sync.withheld")] == ["3"]


def test_withheld_are_fetched_again_by_id_until_taken(world: World) -> None:
    """OUT-15, OPS-1: with room again the next fetch asks for them by id, though nothing changed at the source; as long
    as any waits, a fetch is partial.
    """
    free = world.syncs[DAILY]
    everybody = len([kind for kind in world.kinds() if kind["approved"]])
    first = world.fetch(DAILY, limited(free, 100))
    assert (first.status, first.counts["new"]) == ("partial", 100)
    waiting = world.one("SELECT count(*) FROM sync.withheld")
    assert 0 < waiting < everybody
    world.control("DELETE", "calls")
    still = world.fetch(DAILY, limited(free, 100))
    assert (still.counts["read"], still.status) == (0, "partial")
    assert not [call for call in world.control("GET", "calls") if call["path"].startswith("/recruit/v2/Candidates/")]
    second = world.fetch(DAILY, limited(free, 110))
    assert (second.counts["read"], second.counts["new"], second.status) == (10, 10, "partial")
    third = world.fetch(DAILY, limited(free, None))
    assert (third.counts["new"], third.status) == (waiting - 10, "succeeded")
    assert world.one("SELECT count(*) FROM sync.withheld") == 0


def test_a_withheld_record_that_vanished_is_waited_for_no_more(world: World) -> None:
    """OUT-15: a record deleted at the source leaves the queue without a word; the next in line has its room."""
    free = world.syncs[DAILY]
    world.fetch(DAILY, limited(free, 100))
    earliest = world.one(
        "SELECT record_id FROM sync.withheld ORDER BY created_at, length(record_id), record_id LIMIT 1"
    )
    world.control("POST", "records/Candidates/delete", {"ids": [earliest], "type": "permanent"})
    again = world.fetch(DAILY, limited(free, 101))
    assert (again.counts["read"], again.counts["new"]) == (1, 1)
    assert world.one("SELECT count(*) FROM sync.withheld WHERE record_id = :id", id=earliest) == 0


def test_whoever_finds_no_room_stays_deleted_for_all_their_records(desk: Desk) -> None:
    """OUT-15: two records of one deleted person: neither is a duplicate of who is not there; nothing changes."""
    desk.take(created("1", 0))
    desk.take(created("2", 0) | {"Email": "p1@mail.example.org"})
    desk.execute("UPDATE contacts.contact SET deleted_at = now()")
    moved = created("2", 0) | {"Email": "p2@mail.example.org", "Updated_On": MORNING.isoformat()}
    assert desk.take(created("1", 0), moved, sync=limited(desk.sync, 0)) == {"1": WITHHELD, "2": WITHHELD}
    assert (desk.last.counts["ignored"], desk.last.counts["changed"]) == (2, 0)
    assert [row["email_key"] for row in desk.rows("SELECT email_key FROM contacts.contact")] == ["p1@mail.example.org"]
    assert desk.take(created("1", 0), moved, sync=limited(desk.sync, 1)) == {
        "1": Became("re_added"),
        "2": Became("duplicate", "in_list"),
    }
    assert desk.rows("SELECT record_id FROM sync.withheld") == []


def test_who_is_out_of_scope_by_now_waits_no_more(desk: Desk) -> None:
    """OUT-15: nobody who left the scope stands for ever before those who could be taken; a repeated record waits on."""
    desk.take(created("1", 0), created("2", 5), sync=limited(desk.sync, 0))
    assert desk.take(created("1", 0) | {"$approved": False}, sync=limited(desk.sync, 1)) == {
        "1": Became("out_of_scope", "unapproved")
    }
    assert [row["record_id"] for row in desk.rows("SELECT record_id FROM sync.withheld")] == ["2"]
    desk.take(created("2", 5), created("2", 5), sync=limited(desk.sync, 0))
    assert [row["record_id"] for row in desk.rows("SELECT record_id FROM sync.withheld")] == ["2"]


def test_a_read_from_the_beginning_waits_for_nobody_whom_it_did_not_find(desk: Desk) -> None:
    """OUT-15, OPS-1: deleted at the source, or out of the view by now: nothing in scope is left for later."""
    desk.take(created("1", 0), created("2", 5), created("3", 9), sync=limited(desk.sync, 0))
    run = desk.stage([created("2", 5)], limited(desk.sync, 0))
    desk.execute("UPDATE sync.fetch SET window_start = started_at - interval '1 day' WHERE run_id = :id", id=run.run_id)
    assert desk.classify_and_load(run).status == "partial"
    waiting = "SELECT record_id FROM sync.withheld ORDER BY 1"
    assert [row["record_id"] for row in desk.rows(waiting)] == ["1", "2", "3"]
    desk.sync = desk.sync.model_copy(update={"list_name": "Moved"})  # a first fetch again (RET-11)
    desk.take(created("2", 5), sync=limited(desk.sync, 0))
    assert ([row["record_id"] for row in desk.rows(waiting)], desk.last.status) == (["2"], "partial")
    assert desk.take(created("2", 5), sync=limited(desk.sync, 1)) == {"2": Became("new")}
    assert desk.last.status == "succeeded"


def test_two_syncs_at_once_keep_the_limit_exact(desk: Desk, warehouse: Warehouse) -> None:
    """OUT-15, OPS-10: two loads that meet never pass the limit together."""
    other = limited(desk.sync, 30).model_copy(update={"sync_id": "other", "list_name": "Other", "push_switches": ()})
    runs = [
        desk.stage([created(str(number), 0) for number in range(100, 120)], limited(desk.sync, 30)),
        desk.stage([created(str(number), 0) for number in range(200, 220)], other),
    ]
    threads = [threading.Thread(target=desk.classify_and_load, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.rows("SELECT count(*) AS people FROM contacts.contact")[0]["people"] == 30
    assert desk.rows("SELECT sum(new) AS new FROM sync.import_history")[0]["new"] == 30
