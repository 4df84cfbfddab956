"""What commands read from views of the warehouse, all of it as of one moment."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder


def rows_of(queries: Sequence[str], view: str, **values: Any) -> list[list[dict[str, Any]]]:
    """The rows of each query. view: one that they read, by which a warehouse of an older version is known.

    Raises ConfigError with the command that brings it up to date.
    """
    from sqlalchemy import text

    from contact_sync.cli.connections import open_warehouse_at_hand

    with open_warehouse_at_hand().transaction() as connection:
        if connection.execute(text("SELECT to_regclass(:view)"), {"view": view}).scalar_one() is None:
            raise ConfigError("The warehouse is not of this version. Run: contact-sync warehouse migrate")
        found = [connection.execute(text(query), values).mappings() for query in queries]
        return [[dict(row) for row in rows] for rows in found]


def organisation_zone() -> ZoneInfo:
    """The zone in which times are shown; UTC while organisation.yaml is broken."""
    from contact_sync.config.loader import read_organisation

    organisation, _ = read_organisation(include_folder())
    return ZoneInfo(organisation.timezone if organisation else "Etc/UTC")
