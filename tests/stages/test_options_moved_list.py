"""A sync that goes on to another list: its pairs stay bound to what they were first taken under (ADV-5, RET-11)."""

from pathlib import Path
from typing import Any

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.config.options import RemovalGuard
from contact_sync.config.resolved import ResolvedSync
from contact_sync.paths import include_folder
from contact_sync.stages import options
from contact_sync.warehouse import migrate
from contact_sync.warehouse.database import Warehouse
from tests.stages.desk import Became, record
from tests.stages.options_desk import OptionsDesk, deleted

ANN = "ann@mail.example.org"
TALKS = "Tech talks"
NEWER = {"option_newer_than_record": True}


@pytest.fixture
def desk(warehouse: Warehouse) -> OptionsDesk:
    return OptionsDesk(warehouse, load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"])


def ann(**fields: Any) -> dict[str, Any]:
    return record("1", ANN, **fields)


def moved(desk: OptionsDesk, **choices: Any) -> ResolvedSync:
    """The sync with another list, and perhaps with other options."""
    return desk.choosing(desk.sync.model_copy(update={"list_name": TALKS}), **choices)


def pairs(desk: OptionsDesk) -> list[tuple[Any, ...]]:
    found = desk.rows(
        "SELECT list.name, first_fetch, taken_at = started_at AS then, taken.opt_out, taken.deleted, "
        "taken.unsubscribed, taken.opted_out FROM sync.taken_record AS taken "
        "JOIN contacts.mailing_list AS list USING (list_id) "
        "JOIN sync.fetch ON fetch_id = first_fetch ORDER BY taken.list_id"
    )
    return [tuple(row.values()) for row in found]


def test_a_pair_stays_bound_in_the_new_list(desk: OptionsDesk) -> None:
    """ADV-5, RET-11: taken before the option was on, so that the flag is no reason; the pair is as old as ever."""
    desk.take(ann(), sync=desk.choosing())
    first = desk.last.fetch_id
    sync = moved(desk, opt_out="remove_from_list", deleted="remove_from_org")
    assert desk.take(ann(Email_Opt_Out=True, modified=1), sync=sync) == {"1": Became("duplicate", "other_list")}
    assert desk.evidence("1") == NEWER
    assert (desk.standing(ANN), desk.standing(ANN, TALKS)) == (("subscribed", None), ("subscribed", None))
    bound = (first, True, "dont_exclude", "keep", "keep", True)
    assert pairs(desk) == [(desk.sync.list_name, *bound), (TALKS, *bound)]


def test_ignored_by_an_older_choice_also_in_the_new_list(desk: OptionsDesk) -> None:
    """ADV-5: bound to remove_from_list, the record does not come in by another list when the option is off again."""
    desk.take(ann(), sync=desk.choosing(opt_out="remove_from_list"))
    desk.take(ann(Email_Opt_Out=True, modified=1), sync=desk.choosing(opt_out="remove_from_list"))
    assert desk.take(ann(Email_Opt_Out=True, modified=1), sync=moved(desk)) == {"1": Became("ignored", "opted_out")}
    assert desk.evidence("1") == NEWER
    assert desk.standing(ANN, TALKS) is None


def test_a_flag_is_news_to_the_pair_once(desk: OptionsDesk) -> None:
    """ADV-1: dealt with in the one list it is dealt with; whom somebody else brought back is not deleted again."""
    strict = {"opt_out": "remove_from_org"}
    desk.take(ann(), sync=desk.choosing(**strict))
    desk.take(ann(Email_Opt_Out=True, modified=1), sync=desk.choosing(**strict))
    assert desk.is_deleted(ANN) == "opted_out"
    desk.take(ann(Email_Opt_Out=True, modified=1), sync=desk.named("kind"))
    desk.take(ann(Email_Opt_Out=True, modified=1), sync=moved(desk, **strict))
    assert desk.is_deleted(ANN) is None
    assert desk.standing(ANN, "kind") == ("subscribed", None)


def test_removals_that_waited_in_the_old_list_are_kept(desk: OptionsDesk) -> None:
    """ADV-8, RET-11: nobody answers for the old list any more: the question is dropped, and the ledger says so."""
    choices: dict[str, Any] = {"guard": RemovalGuard(memberships=1, share=0), "deleted": "remove_from_list"}
    sync, ben = desk.choosing(**choices), "ben@mail.example.org"
    desk.take(ann(), record("2", ben), sync=sync)
    waits = Became("deleted", "pending", "recycle")
    assert desk.see(deleted("1"), deleted("2"), sync=sync) == {"1": waits, "2": waits}
    asked = desk.last.fetch_id
    desk.take(record("3", "cid@mail.example.org"), sync=moved(desk, **choices))
    kept = Became("deleted", "kept", "recycle")
    assert desk.outcomes(asked) == {"1": kept, "2": kept}
    assert desk.rows("SELECT DISTINCT state FROM sync.removal") == [{"state": "dropped"}]
    assert (desk.standing(ANN), desk.standing(ben)) == (("subscribed", None), ("subscribed", None))


def test_whoever_unsubscribes_leaves_by_the_older_choice(desk: OptionsDesk) -> None:
    """ADV-3, ADV-5: what binds the pair decides, although the sync never took the record into this list."""
    desk.take(ann(), sync=desk.choosing(unsubscribed="remove_from_list"))
    desk.take(ann(), sync=desk.named("talks", TALKS))
    desk.unsubscribe(ANN)
    desk.take(ann(), sync=moved(desk))
    assert desk.outcomes(desk.last.fetch_id) == {"1": Became("ignored", "unsubscribed")}
    assert desk.standing(ANN, TALKS) == ("removed", "unsubscribed")
    assert desk.standing(ANN) == ("unsubscribed", None)


@pytest.mark.parametrize("bound", ["keep", "remove_from_list"])
def test_a_deletion_ends_the_present_list_by_the_older_choice(desk: OptionsDesk, bound: str) -> None:
    """ADV-2, ADV-5, RET-11: old memberships stay; the new list is left if the pair's choice says so, not today's."""
    other = {"keep": "remove_from_org", "remove_from_list": "keep"}[bound]
    desk.take(ann(), sync=desk.choosing(deleted=bound))
    desk.take(ann(), sync=moved(desk, deleted=other))
    desk.see(deleted("1"), sync=moved(desk, deleted=other))
    left = ("subscribed", None) if bound == "keep" else ("removed", "deleted")
    assert (desk.standing(ANN), desk.standing(ANN, TALKS)) == (("subscribed", None), left)
    assert (desk.why("1"), desk.is_deleted(ANN)) == (NEWER, None)


def test_applied_by_hand_and_taken_back_for_every_list(desk: OptionsDesk) -> None:
    """ADV-6: today's options bind the pair in all its lists; one pair is counted; undo binds it as before."""
    desk.take(ann(), sync=desk.choosing())
    sync = moved(desk, opt_out="remove_from_list")
    desk.take(ann(Email_Opt_Out=True, modified=1), sync=sync)
    before = pairs(desk)
    done = options.apply(desk.warehouse, sync, "asked", "carla")
    assert (done.pairs, len(done.people)) == (1, 1)
    assert {row[3] for row in pairs(desk)} == {"remove_from_list"}
    assert (desk.standing(ANN), desk.standing(ANN, TALKS)) == (("subscribed", None), ("removed", "opted_out"))
    assert options.preview(desk.warehouse, sync).pairs == 0
    assert options.undo(desk.warehouse, sync.sync_id, done.act_id, "mistake", "otto").pairs == 1  # type: ignore[arg-type]
    assert pairs(desk) == before
    assert desk.standing(ANN, TALKS) == ("subscribed", None)


def test_a_pair_known_from_a_former_list_only_is_applied_to_as_well(desk: OptionsDesk) -> None:
    """ADV-5, ADV-6: no fetch has read the record since the list was changed, and yet the pair is an older one."""
    desk.take(ann(), record("2", "bob@mail.example.org"), sync=desk.choosing())
    sync = moved(desk, opt_out="remove_from_org")
    desk.take(record("2", "bob@mail.example.org"), sync=sync)
    assert options.apply(desk.warehouse, sync, "asked", "carla").pairs == 2
    assert {row[3] for row in pairs(desk)} == {"remove_from_org"}


def test_pairs_that_were_bound_for_each_list_are_bound_once(desk: OptionsDesk) -> None:
    """ADV-5: the migration lets hold what was bound first, and leaves pairs of one list as they are."""
    desk.take(ann(), record("2", "bob@mail.example.org"), sync=desk.choosing(opt_out="remove_from_list"))
    first = desk.last.fetch_id
    desk.take(ann(), sync=moved(desk))
    desk.execute(
        "UPDATE sync.taken_record SET opt_out = 'dont_exclude', first_fetch = first_fetch + 1, opted_out = true, "
        "taken_at = taken_at + interval '1 hour' WHERE list_id = (SELECT max(list_id) FROM sync.taken_record)"
    )
    script = Path(migrate.__file__).parent / "migrations" / "versions" / "0011_one_pair" / "bound_once.sql"
    with desk.warehouse.transaction() as connection:
        connection.exec_driver_sql(script.read_text(encoding="utf-8"))
    found = desk.rows("SELECT record_id, first_fetch, opt_out, opted_out FROM sync.taken_record ORDER BY 1, list_id")
    assert [tuple(row.values()) for row in found] == [
        ("1", first, "remove_from_list", True), ("1", first, "remove_from_list", True),
        ("2", first, "remove_from_list", False),
    ]  # fmt: skip
