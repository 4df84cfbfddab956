"""Who is meant by a contact id or an address, for acts that people ask for by hand.

An address found here goes to the statement that needs it and nowhere else: messages name people by number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from contact_sync.core.email import address_key
from contact_sync.errors import ConfigError
from contact_sync.warehouse import statements
from contact_sync.warehouse.database import Warehouse

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Named:
    """Who is meant. contact_id: None if no contact has or had the address. key: as compared, None if named by id.

    former: whether the person was found by an address that they do not have any more, and nobody else has.
    """

    contact_id: int | None
    key: str | None = None
    former: bool = False


def is_contact_id(given: str) -> bool:
    """Whether a text is meant as a contact id: digits only."""
    return given.isascii() and given.isdigit()


def named(connection: Connection, given: str) -> Named:
    """The person given by contact id or address.

    Raises ConfigError for a contact id that nobody has, for what is neither, and for an address that several people
    had before. The messages repeat no address.
    """
    words = given.strip()
    if is_contact_id(words):
        if int(words) > LARGEST_ID or not connection.execute(_BY_ID, {"contact_id": int(words)}).scalar():
            raise ConfigError(f"there is no contact {words}.")
        return Named(int(words))
    key = address_key(words)
    if key is None:
        raise ConfigError("PERSON is neither a contact id (digits only) nor an e-mail address.")
    found = connection.execute(_BY_ADDRESS, {"email_key": key}).scalar()
    if found is not None:
        return Named(int(found), key)
    had = former(connection, [key]).get(key, ())
    if len(had) > 1:
        raise ConfigError(
            f"nobody has this address now, and contacts {', '.join(map(str, had))} had it before: give the contact id "
            "of the one who is meant. Nothing was done."
        )
    return Named(had[0], key, former=True) if had else Named(None, key)


def addresses(warehouse: Warehouse, contact_ids: Sequence[int]) -> list[str]:
    """The address of each, in order. Raises ConfigError that names whom there is not, and who was erased."""
    found = _found(warehouse, contact_ids)
    erased = [each for each in contact_ids if found[each] is None]
    if erased:
        raise ConfigError(
            f"contact {_numbers(erased)} was erased and has no address. Whoever knows the address can lift an erasure: "
            "contact-sync unsuppress - --force. Nothing was done."
        )
    return [str(found[each]) for each in contact_ids]


def former(connection: Connection, keys: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Who had each of these address keys that nobody has now: contact ids by key, without those nobody ever had."""
    found = statements.run(connection, "removal/former", keys=list(keys))
    return {row.email_key: tuple(row.contact_ids) for row in found}


def must_exist(warehouse: Warehouse, contact_ids: Sequence[int]) -> None:
    """Raises ConfigError that names whom there is not."""
    _found(warehouse, contact_ids)


def _found(warehouse: Warehouse, contact_ids: Sequence[int]) -> dict[int, str | None]:
    """The address of each, None if erased. Raises ConfigError that names whom there is not."""
    given = {"ids": [each for each in contact_ids if each <= LARGEST_ID]}
    with warehouse.transaction() as connection:
        found = {row.contact_id: row.email for row in connection.execute(_ADDRESSES, given)}
    unknown = [each for each in contact_ids if each not in found]
    if unknown:
        raise ConfigError(f"there is no contact {_numbers(unknown)}. Nothing was done.")
    return found


def _numbers(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids))


_ADDRESSES = text("SELECT contact_id, email FROM contacts.contact WHERE contact_id = ANY (CAST(:ids AS bigint[]))")
_BY_ID = text("SELECT contact_id FROM contacts.contact WHERE contact_id = :contact_id")
_BY_ADDRESS = text("SELECT contact_id FROM contacts.contact WHERE email_key = :email_key")
