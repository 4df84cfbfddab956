"""Fingerprints of accounts' credentials: what changes them, and what a change does to syncs and token (ACC-4)."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import text

from contact_sync.warehouse import registry
from contact_sync.warehouse.accounts import SAME, Sight, fingerprint, known, see
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.registry import Registration

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PARTS = ("zsc-0000", "refresh-0000", "client-0000", "secret-0000", "eu", "talent@zylker.example")


def look(warehouse: Warehouse, seen: str, account: str = "recruit_demo", *, deactivate: bool = True) -> Sight:
    with warehouse.transaction() as connection:
        return see(connection, account, seen, deactivate=deactivate, now=NOW)


def register(warehouse: Warehouse, *syncs: str, account: str = "recruit_demo") -> list[int]:
    """Syncs of an account, by their ids; their numbers."""
    with warehouse.transaction() as connection:
        return [
            registry.register(
                connection, Registration(each, each, account, "Candidates", "Talent news", each, "m", {}), NOW
            ).sync_no
            for each in syncs
        ]


def states(warehouse: Warehouse) -> dict[str, str]:
    with warehouse.engine.connect() as connection:
        found = connection.execute(text("SELECT sync_id, coalesce(inactive_reason, state) AS stands FROM sync.sync"))
        return {row.sync_id: row.stands for row in found}


@pytest.mark.parametrize("place", range(len(PARTS)))
def test_each_part_counts(warehouse: Warehouse, place: int) -> None:
    """ACC-4: ZSC key, refresh token, client id, client secret, data centre, primary e-mail."""
    changed = [*PARTS]
    changed[place] += "1"
    assert fingerprint(warehouse, PARTS) == fingerprint(warehouse, PARTS)
    assert fingerprint(warehouse, changed) != fingerprint(warehouse, PARTS)


@pytest.mark.parametrize("other", [("ab", "c"), ("a", "bc", ""), ("bc", "a"), ("a", "", "bc")], ids=repr)
def test_parts_do_not_run_into_each_other(warehouse: Warehouse, other: Sequence[str]) -> None:
    """ACC-4: what moved from one field to another is a change."""
    assert fingerprint(warehouse, ("a", "bc")) != fingerprint(warehouse, other)


def test_the_first_sight_is_no_change(warehouse: Warehouse) -> None:
    """ACC-4: neither of the account, nor of another one."""
    register(warehouse, "one")
    with warehouse.transaction() as connection:
        assert not known(connection, "recruit_demo")
    assert look(warehouse, fingerprint(warehouse, PARTS)) == SAME
    assert look(warehouse, fingerprint(warehouse, PARTS)) == SAME
    assert look(warehouse, fingerprint(warehouse, ["other"]), "recruit_other") == SAME
    assert states(warehouse) == {"one": "active"}


def test_nothing_readable_is_kept(warehouse: Warehouse) -> None:
    """ACC-4: a keyed hash; without the warehouse's key not even a guess can be confirmed."""
    look(warehouse, fingerprint(warehouse, PARTS))
    with warehouse.engine.connect() as connection:
        kept = connection.execute(text("SELECT fingerprint FROM sync.account")).scalar_one()
    assert not any(part in kept for part in PARTS if len(part) > 2)
    with warehouse.engine.begin() as connection:
        connection.execute(text("UPDATE sync.organisation SET hash_key_cipher = NULL"))
    assert fingerprint(warehouse, PARTS) != kept


def test_a_change_ends_the_use_of_the_accounts_syncs(warehouse: Warehouse) -> None:
    """ACC-4: every active sync of it, none of another account; a reason that holds already stays; seen once."""
    _, off = register(warehouse, "one", "two")
    register(warehouse, "other", account="recruit_other")
    with warehouse.transaction() as connection:
        registry.deactivate(connection, [off], "by_hand", "ann")
        connection.execute(text("INSERT INTO sync.token VALUES ('recruit_demo', 'x', now(), now())"))
        connection.execute(text("INSERT INTO sync.token VALUES ('recruit_other', 'x', now(), now())"))
    look(warehouse, fingerprint(warehouse, ["old"]))
    assert look(warehouse, fingerprint(warehouse, ["new"])) == Sight(True, ("one",))
    assert states(warehouse) == {"one": "credentials_changed", "two": "by_hand", "other": "active"}
    with warehouse.engine.connect() as connection:
        assert list(connection.execute(text("SELECT account FROM sync.token")).scalars()) == ["recruit_other"]
    assert look(warehouse, fingerprint(warehouse, ["new"])) == SAME


def test_policy_continue(warehouse: Warehouse) -> None:
    """ACC-4: the syncs go on; the token of the old credentials goes all the same."""
    register(warehouse, "one")
    look(warehouse, fingerprint(warehouse, ["old"]))
    with warehouse.transaction() as connection:
        connection.execute(text("INSERT INTO sync.token VALUES ('recruit_demo', 'x', now(), now())"))
    assert look(warehouse, fingerprint(warehouse, ["new"]), deactivate=False) == Sight(True)
    assert states(warehouse) == {"one": "active"}
    with warehouse.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sync.token")).scalar_one() == 0


def test_a_new_hash_key_is_no_change(warehouse: Warehouse) -> None:
    """ACC-4: after CONTACT_SYNC_KEY was lost, nobody can say whether they are others; later changes count again."""
    register(warehouse, "one")
    look(warehouse, fingerprint(warehouse, PARTS))
    with warehouse.engine.begin() as connection:
        connection.execute(text("UPDATE sync.organisation SET hash_key_cipher = NULL"))
    assert look(warehouse, fingerprint(warehouse, PARTS)) == SAME
    assert look(warehouse, fingerprint(warehouse, ["new"])).deactivated == ("one",)


def test_many_runs_at_once_see_a_change_once(warehouse: Warehouse) -> None:
    """ACC-4: twelve runs of four syncs meet it together, each holding its sync afterwards; nobody deadlocks."""
    syncs = register(warehouse, "one", "two", "three", "four")
    old, new = fingerprint(warehouse, ["old"]), fingerprint(warehouse, ["new"])
    look(warehouse, old)
    together = Barrier(12)

    def run(number: int) -> Sight:
        with warehouse.transaction() as connection:
            together.wait(30)
            sight = see(connection, "recruit_demo", new, deactivate=True, now=NOW)
            sync_no = syncs[number % 4]
            connection.execute(text("SELECT FROM sync.sync WHERE sync_no = :no FOR UPDATE"), {"no": sync_no})
            return sight

    with ThreadPoolExecutor(12) as pool:
        sights = list(pool.map(run, range(12)))
    assert sorted(sights, key=lambda sight: sight.changed) == [SAME] * 11 + [
        Sight(True, ("four", "one", "three", "two"))
    ]
