"""The story of one person (OPS-3): what every fetch made of their records, and all else that is known of them.

For who asked, on their terminal or page: the values are personal and go nowhere else; errors repeat no address. Only
reads, in one transaction that sees one moment. Of somebody erased it tells that, and nothing more.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from contact_sync.core.email import hash_keys
from contact_sync.core.story import Story
from contact_sync.errors import ConfigError
from contact_sync.warehouse import people, statements
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.secrets import hash_key_if_any


def story(warehouse: Warehouse, given: str, most: int = 100) -> Story:
    """Everything of the person given by contact id or address; at most so many outcomes.

    Raises ConfigError as `people.named` does; for an address that nobody has, without CONTACT_SYNC_KEY, too: what was
    ignored is known by the hash of its address only.
    """
    secret = hash_key_if_any(warehouse) if warehouse.keys else None
    with warehouse.transaction() as connection:
        connection.execute(_ONLY_READ)
        return story_of(connection, given, secret, most, keyed=bool(warehouse.keys))


def story_of(connection: Connection, given: str, secret: bytes | None, most: int, *, keyed: bool) -> Story:
    """The same in a transaction of the caller's, which is to see one moment. secret: of hashes, None while nothing was
    ever hashed. keyed: whether CONTACT_SYNC_KEY is at hand.
    """
    meant = people.named(connection, given)
    if meant.contact_id is None and not keyed:
        raise ConfigError(
            "nobody has this address. What fetches made of records with it is known by its hash only, and the "
            "hash needs CONTACT_SYNC_KEY: set it as Airflow's components have it, and ask again."
        )
    asked = [meant.key] if meant.key is not None else []
    if _erased(connection, meant.contact_id, _hashes(asked, secret) if meant.contact_id is None else []):
        return Story(meant.contact_id, erased=True)
    found = statements.run(connection, "erasure/addresses", contact_id=meant.contact_id, email_key=None)
    keys = [*found.scalars(), *(asked if meant.contact_id is None else [])]
    return _told(connection, meant, keys, _hashes(keys, secret), most, by_address=keyed)


def _told(
    connection: Connection, meant: people.Named, keys: list[str], hashes: list[bytes], most: int, *, by_address: bool
) -> Story:
    whose = {"contact_id": meant.contact_id, "hashes": hashes}
    outcomes = _rows(connection, "outcomes", **whose, most=most + 1)
    last = {row["list_id"]: dict(row) for row in _rows(connection, "last_outcomes", **whose)}
    lists = _rows(connection, "lists", contact_id=meant.contact_id)
    return Story(
        meant.contact_id,
        former=meant.former,
        by_address=by_address,
        lists=[{**row, "last": last.get(row["list_id"])} for row in lists],
        outcomes=outcomes[:most],
        more=len(outcomes) > most,
        suppressions=_rows(connection, "suppressions", keys=keys, **whose),
        bounces=_rows(connection, "bounces", contact_id=meant.contact_id, keys=keys),
        waiting=_rows(connection, "waiting", keys=keys),
        **(_of_contact(connection, meant.contact_id) if meant.contact_id is not None else {}),
    )


def _of_contact(connection: Connection, contact_id: int) -> dict[str, Any]:
    """What is known of contacts only, by the name of the statement and of the part of the story."""
    names = ("records", "addresses", "campaigns", "pushes", "removals", "acts")
    told: dict[str, Any] = {name: _rows(connection, name, contact_id=contact_id) for name in names}
    return {"person": _rows(connection, "person", contact_id=contact_id)[0], **told}


def _erased(connection: Connection, contact_id: int | None, hashes: list[bytes]) -> bool:
    return bool(statements.run(connection, "story/erased", contact_id=contact_id, hashes=hashes).scalar_one())


def _hashes(keys: Sequence[str], secret: bytes | None) -> list[bytes]:
    """Of each address; none without a key, or while nothing was ever hashed."""
    return [] if secret is None else [each for each in hash_keys(keys, secret) if each is not None]


def _rows(connection: Connection, name: str, **values: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in statements.run(connection, f"story/{name}", **values).mappings()]


_ONLY_READ = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
