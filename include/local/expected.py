"""The independent count: what each sync of the demo should have counted, worked out without the product.

It reads the sandbox's own account of its records (their kind, not their looks; see witness.py), the sync's YAML as
plain text, and the end of the run's window from Airflow, and applies the rules of the first fetch one record at a
time. It shares no line with contact_sync, so that an error there does not excuse itself here.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from include.local.past import LISTS, Past
from include.local.rest import Run
from include.local.sync_files import Sync, moment

FLAWS = {
    "empty_email": ("empty_email",),
    "white_space_email": ("empty_email",),
    "invalid_pattern": ("invalid_pattern", "syntax"),
    "misspelt_domain": ("invalid_pattern", "misspelt_domain"),
    "role_address": ("group_email", "role"),
    "role_address_tagged": ("group_email", "role"),
}
"""Kinds of records that are ignored for their address, with the reason and what is finer."""


@dataclass
class Organisation:
    """Who is known, who is in which list, whom not to mail: carried from one sync to the next."""

    known: set[str] = field(default_factory=set)
    lists: dict[str, set[str]] = field(default_factory=dict)
    bounced: dict[str, str] = field(default_factory=dict)  # address → hard or soft
    blocked: set[str] = field(default_factory=set)
    openers: dict[str, int] = field(default_factory=dict)  # list → who opened a campaign and is to be pushed

    def join(self, list_name: str, address: str) -> None:
        """A person is in the organisation and in this list from now on."""
        self.known.add(address)
        self.lists.setdefault(list_name, set()).add(address)


def organisation_before(past: Past) -> Organisation:
    """The organisation as the past left it."""
    organisation = Organisation()
    for role, list_name in LISTS.items():
        for address in past.addresses(role):
            organisation.join(list_name, key(address))
    for manner in ("hard", "soft"):
        organisation.bounced |= {key(each): manner for each in past.addresses(f"{manner}_bounce")}
    organisation.blocked = {key(each) for each in past.addresses("blocked")}
    organisation.openers = {LISTS["reader"]: len(past.readers)}
    return organisation


def window_end(run: Run, sync: Sync) -> datetime:
    """Up to when a run reads: a scheduled one to the end of its interval, one-time and manual ones to their start."""
    if run.run_type == "scheduled" and not sync.once and run.interval_end:
        return run.interval_end
    return max(filter(None, (run.run_after, run.started)))


def count(records: list[dict[str, Any]], sync: Sync, end: datetime, organisation: Organisation) -> dict[str, int]:
    """The counters of a first fetch; the organisation is changed as the fetch does.

    records: as the sandbox told them just before the run. Among the counters are `ignored.<reason>`, with what is finer
    `ignored.<reason>.<sub-code>`, and `out_of_scope.<cause>`.
    """
    read = [each for each in records if _is_read(each, sync, end)]
    scope, counters = [], Counter({"read": len(read)})
    for record in read:
        cause = _out_of_scope(record, sync)
        if cause:
            counters.update(["out_of_scope", f"out_of_scope.{cause}"])
        else:
            scope.append(record)
    winners = _winners(scope)
    counters["total"] = len(scope)
    counters["pushed"] = organisation.openers.pop(sync.list_name, 0) if sync.pushes else 0
    joining = []
    for record in scope:
        why = _why_ignored(record, sync, winners, organisation)
        address = key(record["email"])
        if why:
            counters.update(["ignored", *(".".join(["ignored", *why[:length]]) for length in range(1, len(why) + 1))])
        elif address in organisation.known:
            counters.update(["duplicate", f"duplicate_{_where(address, sync, organisation)}"])
            joining.append(address)
        else:
            counters.update(["new"])
            joining.append(address)
    for address in joining:
        organisation.join(sync.list_name, address)
    return dict(counters)


def differences(expected: dict[str, int], told: dict[str, int]) -> list[str]:
    """One line for each counter that the history tells otherwise; counters that are absent count as 0."""
    names = sorted(expected.keys() | told.keys())
    return [
        f"{name}: the history says {told.get(name, 0):,}, the independent count {expected.get(name, 0):,}"
        for name in names
        if expected.get(name, 0) != told.get(name, 0)
    ]


def key(address: str | None) -> str:
    """What two spellings of one address have in common."""
    return (address or "").strip().casefold()


def _is_read(record: dict[str, Any], sync: Sync, end: datetime) -> bool:
    changed = moment(record["updated_on"])
    in_view = sync.view is None or sync.view in record["views"]
    return in_view and changed < end and (sync.after is None or changed >= sync.after)


def _out_of_scope(record: dict[str, Any], sync: Sync) -> str | None:
    if not record.get("matches", True):
        return "pattern"
    return None if record["approved"] or sync.take_unapproved else "unapproved"


def _winners(scope: list[dict[str, Any]]) -> dict[str, str]:
    """Address → id of the record that stands for it: the latest changed, then the lowest id."""
    ordered = sorted(scope, key=lambda each: (-moment(each["updated_on"]).timestamp(), int(each["id"])))
    winners: dict[str, str] = {}
    for record in ordered:
        if record["kind"] not in FLAWS:
            winners.setdefault(key(record["email"]), record["id"])
    return winners


def _why_ignored(
    record: dict[str, Any], sync: Sync, winners: dict[str, str], organisation: Organisation
) -> tuple[str, ...]:
    """Why a record is ignored: the first reason that holds, and what is finer; empty when it is not."""
    address = key(record["email"])
    if record["kind"] in FLAWS:
        return FLAWS[record["kind"]]
    if winners[address] != record["id"]:
        return ("file_duplicate",)
    if address in organisation.bounced:
        return ("bounced", organisation.bounced[address])
    if address in organisation.blocked:
        return ("do_not_mail", "blocked")
    if record["converted"] and address not in organisation.lists.get(sync.list_name, set()):
        return ("converted",)
    return ()


def _where(address: str, sync: Sync, organisation: Organisation) -> str:
    if address in organisation.lists.get(sync.list_name, set()):
        return "in_list"
    return "other_list" if any(address in members for members in organisation.lists.values()) else "no_list"
