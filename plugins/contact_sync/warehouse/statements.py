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
    "load/055_link_seen",
    "load/056_link_gone",
    "load/060_converted",
    "load/063_conversion_manner",
    "load/065_conversion",
    "load/070_membership",
    "load/075_unsubscribe_clash",
    "load/076_removal_clash",
    "load/080_taken_record",
    "load/085_pair_live",
    "load/086_pair_gone",
    "load/087_pair_opted_out",
    "load/090_suppression_clash",
    "load/092_link_ignored",
    "load/093_untaken_address",
    "load/095_suppressed_record",
    "load/096_erased_record",
)
"""What load writes, in this order: addresses are left before others take them, contacts exist before links."""
DECIDING = frozenset(
    {
        "load/006_field_owner_before",
        "load/045_field_owner",
        "load/046_field_owner_new",
        "load/055_link_seen",
        "load/056_link_gone",
        "load/060_converted",
        "load/063_conversion_manner",
        "load/065_conversion",
        "load/085_pair_live",
        "load/086_pair_gone",
        "load/087_pair_opted_out",
        "load/092_link_ignored",
        "load/093_untaken_address",
        "load/095_suppressed_record",
        "load/096_erased_record",
    }
)
"""Those of them by which other fetches are decided, though no contact changes: who holds a contested field, whose a
record or an address is that was kept out, what the source told of a record beside its fields."""
OF_SIGHTINGS = frozenset({"load/056_link_gone", "load/086_pair_gone"})
"""Those of them that have nothing to do where extract saw nothing beside the batch."""
NO_CHANGE = DECIDING | {"load/005_field_change"}
"""Those of them by which nobody's standing changes."""


def run(connection: Connection, name: str, **parameters: Any) -> CursorResult[Any]:
    """Run the statement `name`, such as `load/100_ledger`."""
    return connection.execute(statement(name), parameters)


@lru_cache(maxsize=128)
def statement(name: str) -> TextClause:
    """The statement of the file include/sql/<name>.sql."""
    return text((sql_folder() / f"{name}.sql").read_text(encoding="utf-8"))
