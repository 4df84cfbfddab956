"""The SQL of the project: one statement per file under include/sql, run by its name.

A file is a head comment (purpose, parameters, what it returns) and one statement with named parameters. Values are
always bound; no statement holds a place for an identifier, because the tables of a fetch are reached through fixed
names (see staging.bind).
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, CursorResult, TextClause, text

from contact_sync.paths import sql_folder

LOAD_ORDER = (
    "load/005_field_change",
    "load/006_field_owner_before",
    "load/010_address_history",
    "load/020_address",
    "load/030_contact_update",
    "load/040_contact_insert",
    "load/045_field_owner",
    "load/046_field_owner_new",
    "load/050_source_link",
    "load/060_converted",
    "load/070_membership",
    "load/075_unsubscribe_clash",
    "load/080_taken_record",
    "load/090_suppression_clash",
)
"""What load writes, in this order: addresses are left before others take them, contacts exist before links."""
OWNERS = frozenset({"load/006_field_owner_before", "load/045_field_owner", "load/046_field_owner_new"})
"""Those of them that say which sync holds a contested field: other fetches are decided by it, no contact changes."""
NO_CHANGE = OWNERS | {"load/005_field_change"}
"""Those of them by which nobody's standing changes."""


def run(connection: Connection, name: str, **parameters: Any) -> CursorResult[Any]:
    """Run the statement `name`, such as `load/100_ledger`."""
    return connection.execute(statement(name), parameters)


@lru_cache(maxsize=128)
def statement(name: str) -> TextClause:
    """The statement of the file include/sql/<name>.sql."""
    return text((sql_folder() / f"{name}.sql").read_text(encoding="utf-8"))
