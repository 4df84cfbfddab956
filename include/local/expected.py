"""The independent count: what each sync of the demo should have counted, worked out without the product.

It reads the sandbox's own account of its records (their kind, not their looks), the sync's YAML as plain text, and the
end of the run's window from Airflow, and applies the rules of the first fetch one record at a time. It shares no
line with contact_sync, so that an error there does not excuse itself here.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from include.local.past import LISTS, Past
from include.local.rest import Run

FLAWS = {
    "empty_email": "empty_email",
    "white_space_email": "empty_email",
    "invalid_pattern": "invalid_pattern",
    "misspelt_domain": "invalid_pattern",
    "role_address": "group_email",
    "role_address_tagged": "group_email",
}
ORDER = {"daily": 0, "weekly": 1, "monthly": 2, "once": 3}


@dataclass(frozen=True)
class Sync:
    """What the count needs of a sync's file."""

    sync_id: str
    list_name: str
    view: str | None
    take_unapproved: bool
    once: bool
    after: datetime | None


@dataclass
class Organisation:
    """Who is known, who is in which list, whom not to mail: carried from one sync to the next."""

    known: set[str] = field(default_factory=set)
    lists: dict[str, set[str]] = field(default_factory=dict)
    bounced: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)

    def join(self, list_name: str, address: str) -> None:
        """A person is in the organisation and in this list from now on."""
        self.known.add(address)
        self.lists.setdefault(list_name, set()).add(address)


def read_syncs(folder: Path) -> list[Sync]:
    """The sync files of a folder in the order in which the demo runs them: daily, weekly, monthly, once."""
    found = []
    for path in folder.glob("*.yaml"):
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
        source, frequency, retrieve = given["source"], given["schedule"]["frequency"], given.get("retrieve")
        sync = Sync(
            sync_id=path.stem,
            list_name=given["list"],
            view=source.get("view") if source.get("scope") == "view" else None,
            take_unapproved=source.get("unapproved") == "take",
            once=frequency == "once",
            after=_moment(retrieve["after"]) if isinstance(retrieve, dict) else None,
        )
        found.append((ORDER.get(frequency, 9), path.stem, sync))
    return [sync for _, _, sync in sorted(found, key=lambda each: each[:2])]


def organisation_before(past: Past) -> Organisation:
    """The organisation as the past left it."""
    organisation = Organisation()
    for role, list_name in LISTS.items():
        for address in past.addresses(role):
            organisation.join(list_name, key(address))
    organisation.bounced = {key(each) for role in ("hard_bounce", "soft_bounce") for each in past.addresses(role)}
    organisation.blocked = {key(each) for each in past.addresses("blocked")}
    return organisation


def window_end(run: Run, sync: Sync) -> datetime:
    """Up to when a run reads: a scheduled one to the end of its interval, one-time and manual ones to their start."""
    if run.run_type == "scheduled" and not sync.once and run.interval_end:
        return run.interval_end
    return max(filter(None, (run.run_after, run.started)))


def count(records: list[dict[str, Any]], sync: Sync, end: datetime, organisation: Organisation) -> dict[str, int]:
    """The counters of a first fetch, `ignored.<reason>` among them; the organisation is changed as the fetch does.

    records: as the sandbox told them just before the run.
    """
    read = [each for each in records if _is_read(each, sync, end)]
    scope = [each for each in read if each["approved"] or sync.take_unapproved]
    winners = _winners(scope)
    counters: Counter[str] = Counter(read=len(read), out_of_scope=len(read) - len(scope), total=len(scope))
    joining = []
    for record in scope:
        reason = _reason(record, sync, winners, organisation)
        address = key(record["email"])
        if reason:
            counters.update(["ignored", f"ignored.{reason}"])
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
    changed = _moment(record["updated_on"])
    in_view = sync.view is None or sync.view in record["views"]
    return in_view and changed < end and (sync.after is None or changed >= sync.after)


def _winners(scope: list[dict[str, Any]]) -> dict[str, str]:
    """Address → id of the record that stands for it: the latest changed, then the lowest id."""
    ordered = sorted(scope, key=lambda each: (-_moment(each["updated_on"]).timestamp(), int(each["id"])))
    winners: dict[str, str] = {}
    for record in ordered:
        if record["kind"] not in FLAWS:
            winners.setdefault(key(record["email"]), record["id"])
    return winners


def _reason(record: dict[str, Any], sync: Sync, winners: dict[str, str], organisation: Organisation) -> str | None:
    """Why a record is ignored: the first reason that holds."""
    address = key(record["email"])
    if record["kind"] in FLAWS:
        return FLAWS[record["kind"]]
    if winners[address] != record["id"]:
        return "file_duplicate"
    if address in organisation.bounced:
        return "bounced"
    if address in organisation.blocked:
        return "do_not_mail"
    if record["converted"] and address not in organisation.lists.get(sync.list_name, set()):
        return "converted"
    return None


def _where(address: str, sync: Sync, organisation: Organisation) -> str:
    if address in organisation.lists.get(sync.list_name, set()):
        return "in_list"
    return "other_list" if any(address in members for members in organisation.lists.values()) else "no_list"


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
