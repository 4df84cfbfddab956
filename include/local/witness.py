"""What the sandbox itself says of the records that a sync is about: the truth that the independent count starts from.

Asks the sandbox's control routes, never the API that the product reads, so that a mistake in a listing, a search or a
report does not hide itself. Records of any source come in one shape: id, kind, email, updated_on, created_time,
approved, converted, opt_out, views, `matches`, which says whether the record meets the sync's criteria, and `lacking`,
the first required field without a value.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from include.local.conditions import is_met, modules_named
from include.local.errors import LocalError
from include.local.sync_files import Sync

AT_ONCE = 400
Record = dict[str, Any]


def told(sandbox_url: str, route: str) -> list[Record]:
    """The rows that a control route answers."""
    answer = httpx.get(f"{sandbox_url}/_sandbox/{route}", timeout=60, trust_env=False)
    if answer.is_error:
        raise LocalError(f"The sandbox refused {route[:80]}: HTTP {answer.status_code}, {answer.text[:300]}")
    return list(answer.json())


def read_records(sandbox_url: str, sync: Sync) -> list[Record]:
    """Every live record of the sync's module or report."""
    if sync.report:
        if sync.required:
            raise LocalError(f"{sync.sync_id}: the independent count knows required fields of Recruit only.")
        return [_of_report(row) for row in told(sandbox_url, f"creator/kinds/{'/'.join(sync.report)}")]
    records = told(sandbox_url, f"kinds/{sync.module}")
    if sync.criteria:
        met = _who_meets(sandbox_url, sync, sync.criteria)
        records = [{**each, "matches": each["id"] in met} for each in records]
    if sync.required:
        rows = _whole(sandbox_url, sync.module)
        records = [{**each, "lacking": _lacks(rows[each["id"]], sync.required)} for each in records]
    return records


def _lacks(row: Record, required: Mapping[str, str]) -> str | None:
    return next((name for name, source in required.items() if row.get(source) in (None, "", [])), None)


def _of_report(row: Record) -> Record:
    """A row of Creator; approval, conversion and views are things of Recruit."""
    emails = list(row["emails"].values())
    if len(emails) != 1:
        raise LocalError(f"The independent count knows reports with one e-mail field only, not {len(emails)}.")
    usual = {"approved": True, "converted": False, "opt_out": False, "views": []}
    times = {"updated_on": row["modified"], "created_time": row["added"]}
    return {**usual, **times, "id": row["id"], "kind": row["kind"], "email": emails[0]}


def _who_meets(sandbox_url: str, sync: Sync, criteria: Record) -> set[str]:
    rows = _whole(sandbox_url, sync.module)
    related = {name: _whole(sandbox_url, name) for name in modules_named(criteria)}
    if related and sync.module != "Contacts":
        raise LocalError(f"{sync.sync_id}: the independent count follows related records of Contacts only.")
    own, of_client = _openings(related.get("Job_Openings", {}))
    met = set()
    for record_id, row in rows.items():
        client = _id_in(row.get("Client_Name"))
        openings = own[record_id] if sync.own_openings_first else []
        joined = _joined(row, related.get("Clients", {}).get(client), openings or of_client[client])
        if is_met(criteria, joined):
            met.add(record_id)
    return met


def _joined(row: Record, client: Record | None, openings: list[Record]) -> Iterator[Record]:
    """The record beside its client and each of its job openings in turn; once, if it has none."""
    for opening in openings or [{}]:
        yield {**row, **_under("Clients", client or {}), **_under("Job_Openings", opening)}


def _openings(rows: dict[str, Record]) -> tuple[dict[str, list[Record]], dict[str, list[Record]]]:
    """Job openings by the contact and by the client that they name."""
    own: dict[str, list[Record]] = defaultdict(list)
    of_client: dict[str, list[Record]] = defaultdict(list)
    for row in rows.values():
        for field, found in (("Contact_Name", own), ("Client_Name", of_client)):
            if _id_in(row[field]):
                found[_id_in(row[field])].append(row)
    return own, of_client


def _whole(sandbox_url: str, module: str) -> dict[str, Record]:
    """Every live record of a module with all its fields, by id."""
    ids = [each["id"] for each in told(sandbox_url, f"kinds/{module}")]
    parts = (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))
    return {row["id"]: row for part in parts for row in told(sandbox_url, f"records/{module}?ids={','.join(part)}")}


def _under(module: str, row: Record) -> Record:
    return {f"{module}.{name}": value for name, value in row.items()}


def _id_in(lookup: Any) -> str:
    """The id that a lookup names; an empty text for none."""
    return str(lookup.get("id") or "") if isinstance(lookup, dict) else ""
