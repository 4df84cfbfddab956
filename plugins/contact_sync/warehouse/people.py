"""People by contact id, for acts that name them so: who there is, and under which address.

An address found here goes to the statement that needs it and nowhere else: messages name people by number.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from contact_sync.errors import ConfigError
from contact_sync.warehouse import statements
from contact_sync.warehouse.database import Warehouse


def addresses(warehouse: Warehouse, contact_ids: Sequence[int]) -> list[str]:
    """The address of each, in order. Raises ConfigError that names whom there is not, and who was erased."""
    with warehouse.transaction() as connection:
        found = {row.contact_id: row.email for row in connection.execute(_ADDRESSES, {"ids": list(contact_ids)})}
    unknown = [each for each in contact_ids if each not in found]
    if unknown:
        raise ConfigError(f"there is no contact {_numbers(unknown)}. Nothing was done.")
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
    with warehouse.transaction() as connection:
        found = {row.contact_id for row in connection.execute(_ADDRESSES, {"ids": list(contact_ids)})}
    unknown = [each for each in contact_ids if each not in found]
    if unknown:
        raise ConfigError(f"there is no contact {_numbers(unknown)}. Nothing was done.")


def _numbers(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids))


_ADDRESSES = text("SELECT contact_id, email FROM contacts.contact WHERE contact_id = ANY (CAST(:ids AS bigint[]))")
