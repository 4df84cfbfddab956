"""The independent count: what each fetch of the demo should have counted, worked out without the product.

It reads the sandbox's own account of its records (their kind, not their looks; see witness.py), the sync's YAML as
plain text, and the end of the run's window from Airflow, and applies the rules one record at a time. It shares no line
with contact_sync, so that an error there does not excuse itself here.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from include.local.organisation import Organisation, Supply, key
from include.local.rest import Run
from include.local.sync_files import Sync, moment

Record = dict[str, Any]
Verdict = tuple[str, ...]
FLAWS = {
    "empty_email": ("empty_email",),
    "white_space_email": ("empty_email",),
    "invalid_pattern": ("invalid_pattern", "syntax"),
    "misspelt_domain": ("invalid_pattern", "misspelt_domain"),
    "role_address": ("group_email", "role"),
    "role_address_tagged": ("group_email", "role"),
}
"""Kinds of records that are ignored for their address, with the reason and what is finer."""
TAKEN = ("new", "re_added", "duplicate")


def window_end(run: Run, sync: Sync) -> datetime:
    """Up to when a run reads: a scheduled one to the end of its interval, one-time and manual ones to their start."""
    if run.run_type == "scheduled" and not sync.once and run.interval_end:
        return run.interval_end
    return max(filter(None, (run.run_after, run.started)))


def count(records: list[Record], sync: Sync, end: datetime, organisation: Organisation) -> dict[str, int]:
    """The counters of the sync's next fetch; the organisation is changed as the fetch does.

    records: all live ones, as the sandbox told them just before the run. Among the counters are `ignored.<reason>`,
    with what is finer `ignored.<reason>.<sub-code>`, and `out_of_scope.<cause>`.
    """
    waiting = _waiting(records, sync, organisation)
    listed = {each["id"] for each in records if _is_read(each, sync, end, organisation)}
    read = [each for each in records if each["id"] in listed or each["id"] in waiting]
    repeated = len(listed & waiting)
    counters, scope = Counter({"read": len(read) + repeated}), []
    counters += Counter({"out_of_scope": repeated, "out_of_scope.page_repeat": repeated})
    for record in read:
        cause = _out_of_scope(record, sync)
        if cause:
            counters.update(["out_of_scope", f"out_of_scope.{cause}"])
        else:
            scope.append(record)
    counters["total"] = len(scope)
    counters["pushed"] = organisation.openers.pop(sync.list_name, 0) if sync.pushes else 0
    verdicts = _verdicts(scope, sync, organisation)
    for verdict in verdicts.values():
        counters.update(".".join(verdict[:length]) for length in range(1, len(verdict) + 1))
    for outcome in ("duplicate.in_list", "duplicate.other_list", "duplicate.no_list"):
        counters[outcome.replace(".", "_")] = counters.pop(outcome, 0)
    for record in scope:
        _carry_out(record, verdicts[record["id"]], sync, organisation)
    counters["deleted"] = _see_off({each["id"] for each in records}, sync, organisation)
    organisation.read_up_to[sync.sync_id] = end
    return dict(counters)


def differences(expected: dict[str, int], told: dict[str, int]) -> list[str]:
    """One line for each counter that the history tells otherwise; counters that are absent count as 0."""
    names = sorted(expected.keys() | told.keys())
    return [
        f"{name}: the history says {told.get(name, 0):,}, the independent count {expected.get(name, 0):,}"
        for name in names
        if expected.get(name, 0) != told.get(name, 0)
    ]


def _waiting(records: list[Record], sync: Sync, organisation: Organisation) -> set[str]:
    """Withheld records that the plan has room for now, the earliest created first."""
    withheld = [each for each in records if each["id"] in organisation.withheld.get(sync.sync_id, set())]
    return {each["id"] for each in sorted(withheld, key=_age)[: _room(sync, organisation)]}


def _room(sync: Sync, organisation: Organisation) -> int | None:
    """How many more people the plan allows; None for any number."""
    return None if sync.contact_limit is None else max(sync.contact_limit - len(organisation.known), 0)


def _age(record: Record) -> tuple[float, int]:
    return moment(record["created_time"]).timestamp(), int(record["id"])


def _is_read(record: Record, sync: Sync, end: datetime, organisation: Organisation) -> bool:
    changed, before = moment(record["updated_on"]), organisation.read_up_to.get(sync.sync_id)
    if before and sync.overlap is not None and changed < before - sync.overlap:
        return False
    in_view = sync.view is None or sync.view in record["views"]
    return in_view and changed < end and (sync.after is None or changed >= sync.after)


def _out_of_scope(record: Record, sync: Sync) -> str | None:
    if not record.get("matches", True):
        return "pattern"
    return None if record["approved"] or sync.take_unapproved else "unapproved"


def _verdicts(scope: list[Record], sync: Sync, organisation: Organisation) -> dict[str, Verdict]:
    """Record id → its outcome and what is finer, before anything of this fetch is carried out."""
    winners = _winners(scope)
    verdicts = {each["id"]: _verdict(each, sync, winners, organisation) for each in scope}
    room = _room(sync, organisation)
    if room is not None:
        withheld = organisation.withheld.setdefault(sync.sync_id, set())
        joining = [each for each in scope if verdicts[each["id"]][0] in ("new", "re_added")]
        for record in sorted(joining, key=lambda each: (each["id"] not in withheld, *_age(each)))[room:]:
            verdicts[record["id"]] = ("ignored", "plan_limit")
    return verdicts


def _winners(scope: list[Record]) -> dict[str, str]:
    """Address → id of the record that stands for it: the latest changed, then the lowest id."""
    ordered = sorted(scope, key=lambda each: (-moment(each["updated_on"]).timestamp(), int(each["id"])))
    winners: dict[str, str] = {}
    for record in ordered:
        if record["kind"] not in FLAWS:
            winners.setdefault(key(record["email"]), record["id"])
    return winners


def _verdict(record: Record, sync: Sync, winners: dict[str, str], organisation: Organisation) -> Verdict:
    person = _person(record, sync, organisation)
    why = _why_ignored(record, person, sync, winners, organisation)
    if why:
        return ("ignored", *why)
    if person in organisation.known:
        return ("duplicate", _where(person, sync, organisation))
    return ("re_added",) if person in organisation.left else ("new",)


def _person(record: Record, sync: Sync, organisation: Organisation) -> str:
    """Whom a record is about: who it was when a sync took it, unless its address is another person's."""
    address, before = key(record["email"]), organisation.person_of(sync.place, record["id"])
    taken_by_another = address in organisation.known or address in organisation.left
    return before if before and not taken_by_another else address


def _why_ignored(
    record: Record, person: str, sync: Sync, winners: dict[str, str], organisation: Organisation
) -> Verdict:
    """Why a record is ignored: the first reason that holds, and what is finer; empty when it is not."""
    address = key(record["email"])
    if record["kind"] in FLAWS:
        return FLAWS[record["kind"]]
    if winners[address] != record["id"]:
        return ("file_duplicate",)
    if address in organisation.bounced:
        return ("bounced", organisation.bounced[address])
    for each in (address, person):
        if each in organisation.suppressed:
            return ("do_not_mail", organisation.suppressed[each])
    if record.get("opt_out") and sync.opt_out != "dont_exclude":
        return ("opted_out",)
    if sync.unsubscribed != "keep" and person in organisation.unsubscribed.get(sync.list_name, set()):
        return ("unsubscribed",)
    if person in organisation.taken_out.get(sync.list_name, set()):
        return ("removed_by_hand",)
    if record["converted"] and person not in organisation.members(sync.list_name):
        return ("converted",)
    return ("invalid_field", record["lacking"]) if record.get("lacking") else ()


def _where(person: str, sync: Sync, organisation: Organisation) -> str:
    if person in organisation.members(sync.list_name):
        return "in_list"
    return "other_list" if any(person in members for members in organisation.lists.values()) else "no_list"


def _carry_out(record: Record, verdict: Verdict, sync: Sync, organisation: Organisation) -> None:
    """What the outcome of one record changes."""
    address, person = key(record["email"]), _person(record, sync, organisation)
    waiting = organisation.withheld.setdefault(sync.sync_id, set())
    waiting.discard(record["id"])
    if verdict[0] in TAKEN:
        if person != address:
            organisation.move(person, address)
        organisation.join(sync.list_name, address)
        supply = organisation.supplies.setdefault(sync.sync_id, Supply(sync.place, sync.list_name))
        supply.records[record["id"]] = address
    elif verdict[1] == "plan_limit":
        waiting.add(record["id"])
    elif verdict[1] in ("opted_out", "unsubscribed"):
        organisation.leave(person, sync.opt_out if verdict[1] == "opted_out" else sync.unsubscribed, sync.list_name)


def _see_off(live: set[str], sync: Sync, organisation: Organisation) -> int:
    """Who leaves because the last record that brought them into the list was deleted; returns how many."""
    supply, leaving = organisation.supplies.setdefault(sync.sync_id, Supply(sync.place, sync.list_name)), 0
    gone = {each: address for each, address in supply.records.items() if each not in live}
    supply.records = {each: address for each, address in supply.records.items() if each in live}
    for record_id, address in gone.items():
        others = [each for each in organisation.supplies.values() if each is not supply]
        here = [supply, *(each for each in others if each.list_name == sync.list_name)]
        still = any(
            address == found and (each.place != sync.place or other in live)
            for each in here
            for other, found in each.records.items()
        )
        if sync.deleted == "keep" or still or address not in organisation.members(sync.list_name):
            continue
        shared = any(each.place == sync.place and record_id in each.records for each in others)
        organisation.leave(address, "remove_from_list" if shared else sync.deleted, sync.list_name)
        leaving += 1
    return leaving
