"""Records whose related records changed, brought back for evaluation although they did not change themselves (ADV-7).

A Client that becomes one of the wanted industry makes its Contacts qualify; a new Application makes a Candidate. Found
from what changed in the related modules since an instant. Records that no longer qualify need no finding: a record that
leaves the criteria stays in the list.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from contact_sync.stages.related import CLIENT_FIELD, lookup_field, lookup_id
from contact_sync.stages.whole_module import ReadModule
from contact_sync.zoho.failures import CeilingReached
from contact_sync.zoho.recruit import MOST_CONDITIONS, RecruitClient

MOST_SEARCHED = 50
"""Ids that are searched for; with more, one listing of the whole module is cheaper."""
MOST_BY_ID = 100
"""Records that are read one by one; with more, the whole module is listed."""

Row = dict[str, Any]


def changed_beside(
    client: RecruitClient,
    read: ReadModule,
    module: str,
    related: Iterable[str],
    since: datetime,
    fields: Sequence[str],
) -> Iterator[Row]:
    """Records of `module` one of whose related records changed at or after `since`; some may come twice.

    read: how a module is read. related: those that the criteria name. fields: what is asked of each record.
    """
    if module == "Candidates":
        yield from _candidates(client, read, since, fields)
        return
    clients: set[str] = set()
    contacts: set[str] = set()
    if "Clients" in related:
        clients |= _changed_ids(read, "Clients", since)
    if "Job_Openings" in related:
        to_contact = lookup_field(client, "Job_Openings", "Contacts")
        to_client = lookup_field(client, "Job_Openings", "Clients")
        for row in read("Job_Openings", (to_contact, to_client), since):
            contacts.add(lookup_id(row.get(to_contact)) or "")
            clients.add(lookup_id(row.get(to_client)) or "")
    yield from pointing_at(client, read, module, CLIENT_FIELD, clients - {""}, fields)
    yield from by_ids(client, read, module, contacts - {""}, fields)


def _candidates(client: RecruitClient, read: ReadModule, since: datetime, fields: Sequence[str]) -> Iterator[Row]:
    to_candidate = lookup_field(client, "Applications", "Candidates")
    to_opening = lookup_field(client, "Applications", "Job_Openings")
    openings = _changed_ids(read, "Job_Openings", since)
    applications = [*read("Applications", (to_candidate,), since)]
    applications += pointing_at(client, read, "Applications", to_opening, openings, (to_candidate,))
    candidates = {lookup_id(row.get(to_candidate)) or "" for row in applications}
    yield from by_ids(client, read, "Candidates", candidates - {""}, fields)


def pointing_at(
    client: RecruitClient, read: ReadModule, module: str, lookup: str, ids: set[str], fields: Sequence[str]
) -> Iterator[Row]:
    """Records of `module` whose lookup points at one of the ids: by search while they are few, else read whole."""
    if not ids:
        return
    if len(ids) <= MOST_SEARCHED:
        try:
            yield from list(_searched(client, module, lookup, ids, fields))
            return
        except CeilingReached:
            pass  # more than a search can give: the listing below has no such end
    for row in read(module, (*fields, lookup), None):
        if lookup_id(row.get(lookup)) in ids:
            yield row


def by_ids(client: RecruitClient, read: ReadModule, module: str, ids: set[str], fields: Sequence[str]) -> Iterator[Row]:
    """Records with these ids, those that still exist: one by one while they are few, else read whole."""
    if len(ids) <= MOST_BY_ID:
        for record_id in sorted(ids):
            row = client.record(module, record_id)
            if row is not None:
                yield row
        return
    for row in read(module, fields, None):
        if str(row.get("id")) in ids:
            yield row


def _searched(client: RecruitClient, module: str, lookup: str, ids: set[str], fields: Sequence[str]) -> Iterator[Row]:
    wanted = sorted(ids)
    for first in range(0, len(wanted), MOST_CONDITIONS):
        some = wanted[first : first + MOST_CONDITIONS]
        criteria = "or".join(f"({lookup}:equals:{each})" for each in some)
        for page in client.search(module, f"({criteria})", fields=(*fields, lookup)):
            # A search may be loose; the lookup says for sure.
            yield from (row for row in page.rows if lookup_id(row.get(lookup)) in ids)


def _changed_ids(read: ReadModule, module: str, since: datetime) -> set[str]:
    return {str(row["id"]) for row in read(module, ("id",), since)}
