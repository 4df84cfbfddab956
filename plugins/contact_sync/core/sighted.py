"""Records that a fetch sees beside its batch, as columns of staging.sighting_template (ADV-2, ADV-4, ADV-7).

Live ones with their flags, deleted ones with when and how. A flag that is neither true nor false counts as not set.
Times are ISO 8601 text, None where the source's text is none. Refused: a deleted record without an id.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from contact_sync.core.mapping import convert_column
from contact_sync.core.moments import moment_texts
from contact_sync.core.values import source_texts
from contact_sync.errors import ContractBroken

CONVERTED, CONVERTED_DETAIL = "$converted", "$converted_detail"
GONE_KINDS = ("recycle", "permanent")


def live_columns(rows: Sequence[Mapping[str, Any]], change_field: str, opt_out_field: str) -> dict[str, list[Any]]:
    """Rows of a listing as columns: record_id, modified_at, opted_out, converted, contact_record_id."""
    converted = flags([row.get(CONVERTED) for row in rows])
    return {
        "record_id": source_texts([row.get("id") for row in rows]),
        "modified_at": moment_texts(source_texts([row.get(change_field) for row in rows])),
        "opted_out": flags([row.get(opt_out_field) for row in rows]),
        "converted": converted,
        "contact_record_id": contact_record_ids(rows, converted),
    }


def gone_columns(rows: Sequence[Mapping[str, Any]], otherwise: datetime) -> dict[str, list[Any]]:
    """Rows of a list of deleted records as columns: record_id, gone_at, gone_kind.

    otherwise: when a record was deleted whose time cannot be read. Raises ContractBroken for a row without id.
    """
    ids = source_texts([row.get("id") for row in rows])
    if not all(ids):
        raise ContractBroken("Zoho Recruit: the list of deleted records has a row without id. Nothing of it is used.")
    times = moment_texts(source_texts([row.get("deleted_time") for row in rows]))
    kinds = [str(row.get("type")).lower() for row in rows]
    return {
        "record_id": ids,
        "gone_at": [time or otherwise.isoformat() for time in times],
        "gone_kind": [kind if kind in GONE_KINDS else GONE_KINDS[0] for kind in kinds],
    }


def flags(values: Sequence[Any]) -> list[bool]:
    """A column of truth values, as booleans or as text such as Creator's decision boxes have."""
    return [flag is True for flag in convert_column(values, "boolean").values]


def contact_record_ids(rows: Sequence[Mapping[str, Any]], converted: Sequence[bool]) -> list[str | None]:
    """Ids of the Contacts that converted candidates became, where the source tells them (ADV-4).

    Recruit's samples name `$converted_detail` and no more; its keys, and that a lookup stands as an id or as an object
    with one, are those of the sibling product. Not confirmed: that a listing tells it at all.
    """
    if not any(converted):
        return [None] * len(rows)
    return [_contact_of(row.get(CONVERTED_DETAIL)) if flag else None for row, flag in zip(rows, converted, strict=True)]


def _contact_of(detail: Any) -> str | None:
    named = detail.get("contact") if isinstance(detail, Mapping) else None
    named = named.get("id") if isinstance(named, Mapping) else named
    told = str(named) if isinstance(named, str | int) else ""
    return told if told.isalnum() else None
