"""A plan in words: sections for people, and what its JSON shares with them. Addresses only if asked for."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from contact_sync.cli.console import clock, counted
from contact_sync.cli.plan_changed import changed_file
from contact_sync.cli.plan_values import as_words
from contact_sync.core.sections import Section, Table

if TYPE_CHECKING:
    from contact_sync.cli.plan import Planned
    from contact_sync.stages.plan_pushes import Campaigning, Pushing
    from contact_sync.stages.plan_rows import Rehearsed
    from contact_sync.stages.planning import Outlook

WHY = {
    "first": "It is the first fetch: none has succeeded yet.",
    "changed": "It is a first fetch again, because the file changed since the last successful one (RET-11):",
    "initiated": "It reads everything again, because somebody asked for it (contact-sync initiate).",
    "everything": "It reads everything each time (each_fetch: all).",
    "one_time": "It is a one-time sync, which reads what its file says anew.",
    "changes": "It reads what changed since the last success, less the overlap.",
}
UNTOUCHED = "Nothing was written but the ledger of API calls"


def sections(planned: "Planned", credits: Sequence[str], *, show_addresses: bool = False) -> list[Section]:
    """For people, the most important first."""
    found = planned.rehearsed
    told = [_head(planned), _window(planned), _reading(planned), Section("Credits", credits)]
    told += [changed_file(planned.change, found, planned.sync.schedule.zone)] if planned.change else []
    told += list(_records(found, show_addresses=show_addresses)) if found else []
    unknown = [f"{what}: {why}" for what, why in unknown_of(planned).items()]
    told += [Section("Cannot tell", unknown)] if unknown else []
    calls = f"{counted(planned.calls, 'call')}, {counted(planned.credits, 'credit')}"
    return [*told, Section(f"{UNTOUCHED}: {calls}.")]


def _head(planned: "Planned") -> Section:
    outlook, sync = planned.outlook, planned.sync
    zone, due = sync.schedule.zone, sync.schedule.next_due(planned.now)
    stands = "new: no run has registered it yet" if outlook.stands == "new" else outlook.stands
    lines = [f"{sync.account}: {sync.module}, into the list {sync.list_name}", f"State: {stands}"]
    if stop := stop_of(outlook):
        lines.append(f"A run now would not work: {stop['reason']}. {stop['remedy']}".rstrip())
    if planned.fails:
        lines.append(f"A run now would fail: {planned.fails}")
    if outlook.under_way is not None:
        lines.append(f"Fetch {outlook.under_way} is under way: a run waits for its end, and begins where it ended.")
    lines.append(f"Runs {sync.schedule.in_words()}" + (f"; next: {clock(due, zone)}" if due else ""))
    by = f", by {planned.draft}, which is not in force" if planned.draft else ""
    return Section(f"The next run of {sync.sync_id}{by}", [*lines, _places(outlook)])


def _places(outlook: "Outlook") -> str:
    places = outlook.places
    own = ", one of them its own" if places.has_one else ""
    return (
        f"Today, {places.day}: {places.used} of {_most(places.allowed)} places taken{own}. "
        f"Active: {places.slots_used} of {_most(places.slots_allowed)}."
    )


def _window(planned: "Planned") -> Section:
    outlook, zone = planned.outlook, planned.sync.schedule.zone
    window = outlook.window
    if window is None:
        return Section("Window", ["None is known."])
    start = clock(window.start, zone) if window.start else "the beginning"
    lines = [
        f"Changed from {start} to {clock(window.end, zone)} ({planned.sync.schedule.timezone}), if it ran now.",
        WHY[outlook.why],
    ]
    changes = [(change.key, as_words(change.before, zone), as_words(change.after, zone)) for change in outlook.changes]
    tables = [Table(("Changed", "Was", "Is"), changes)] if changes else []
    return Section("Window", lines, tables)


def _reading(planned: "Planned") -> Section:
    how = planned.approach
    if how is None:
        return Section("Reading", ["Not asked."])
    read_by = planned.rehearsed.read_by if planned.rehearsed else how.read_by
    lines = [f"By {read_by}." + (f" First tried: {how.read_by}." if read_by != how.read_by else "")]
    lines += [f"Warning: {warning}" for warning in how.warnings if not planned.rehearsed]
    if planned.new_fields and planned.new_fields[0]:
        lines.append(_new_fields(planned, *planned.new_fields))
    rows = [(str(number), words, "no: " + why if why else "yes") for number, words, why in conditions_of(planned)]
    tables = [Table(("#", "Condition", "Sent to the search"), rows, ("#",))] if rows else []
    return Section("Reading", lines, tables)


def _new_fields(planned: "Planned", fields: Sequence[str], people: int) -> str:
    window = planned.outlook.window
    told = f"New contact fields: {', '.join(fields)} (MAP-4). {_headcount(people)} of the list without one; "
    if window is not None and window.start is None:
        return told + "this fetch reads everything, and so fills them where the source has a value."
    return (
        f"{told}whoever this fetch does not read keeps lacking it until the record changes, or: contact-sync initiate "
        f"{planned.sync.sync_id}"
    )


def conditions_of(planned: "Planned") -> Iterator[tuple[int, str, str | None]]:
    """(number, words, why it is not sent) of each condition, once the source told."""
    criteria, how = planned.sync.criteria, planned.approach
    if criteria is None or how is None:
        return
    for condition in criteria.conditions:
        yield condition.number, condition.in_words, how.unsent.get(condition.number)


def _records(found: "Rehearsed", *, show_addresses: bool) -> Iterator[Section]:
    counts = found.counts
    shown = ("read", "out_of_scope", "total", "new", "re_added", "duplicate_in_list", "duplicate_other_list",
             "duplicate_no_list", "ignored")  # fmt: skip
    yield Section(
        f"Records: the import would end as {found.status}",
        [f"Warning: {warning}" for warning in found.warnings],
        [
            Table(("Records", ""), [(name.replace("_", " "), f"{counts[name]:,}") for name in shown], ("",)),
            *_reasons(found),
        ],
    )
    yield _people(found)
    yield _pushes(found.pushes)
    if found.campaigns:
        yield _campaigns(found.campaigns)
    if found.rows:
        yield _rows(found, show_addresses=show_addresses)


def _reasons(found: "Rehearsed") -> list[Table]:
    rows = [
        (each.outcome.replace("_", " "), ": ".join(filter(None, (each.reason, each.sub_code))), f"{each.records:,}")
        for each in found.reasons
    ]
    return [Table(("Outcome", "Because", "Records"), rows, ("Records",))] if rows else []


def _people(found: "Rehearsed") -> Section:
    counts, removed = found.counts, found.removed
    lines = [
        f"Join the list: {counts['joined']:,}",
        f"Known people with other values: {counts['changed']:,}" + _in_words(found.updates, ": by field "),
        f"Memberships of the list that end: {removed.applied:,}; records deleted at the source: {removed.deleted:,}",
    ]
    if removed.pending:
        lines.append(f"Memberships that wait for a person's answer, because they are many: {removed.pending:,}")
    leaving = [(each.reason, each.reach, f"{each.people:,}") for each in found.leaving]
    return Section(
        "People", lines, [Table(("Leave because", "Out of", "People"), leaving, ("People",))] if leaving else []
    )


def _pushes(pushes: "tuple[Pushing, ...] | None") -> Section:
    if pushes is None:
        return Section("Pushes", ["This sync does not push."])
    if not pushes:
        return Section("Pushes", ["No push switch belongs to its list."])
    from contact_sync.stages.plan_pushes import TAKES

    lines = []
    for each in pushes:
        if not each.enabled:
            lines.append(f"{each.module}, {each.event}: the switch is off.")
            continue
        cost = counted(each.credits, "credit")
        told = f"{each.module}, {each.event}: {_headcount(each.to_push)} would be sent, for {cost}. "
        lines.append((told + TAKES if each.to_push else told) + _in_words(each.not_pushed, " Not sent: "))
    return Section("Pushes", lines)


def _campaigns(campaigns: "tuple[Campaigning, ...]") -> Section:
    """What accounts would be told of the list's campaigns (CAMP-2 to CAMP-5)."""
    rows = []
    for each in campaigns:
        rows += [(each.account, "campaigns to make", f"{each.to_make:,}")] if each.makes else []
        rows += [(each.account, f"member status: {where}", f"{records:,}") for where, records in each.statuses]
    lines = [f"{each.account}: {counted(each.credits, 'credit')}." for each in campaigns]
    return Section("Campaigns in Recruit", lines, [Table(("Account", "What", "Number"), rows, ("Number",))])


def _rows(found: "Rehearsed", *, show_addresses: bool) -> Section:
    columns = ("Record", "Outcome", "Because", "Contact", "Joins", "Changes", "Leaves")
    rows = []
    for row in found.rows:
        because = " / ".join(filter(None, (row.reason, row.sub_code)))
        who = (row.record_id or "–", row.outcome, because or "–", _or_dash(row.contact_id))
        cells = (*who, "yes" if row.joins else "–", ", ".join(row.fields) or "–", row.leaves or "–")
        rows.append((*cells, row.address or "–") if show_addresses else cells)
    table = Table((*columns, "Address") if show_addresses else columns, rows)
    return Section(f"Some records, of every kind first ({len(rows):,} of {found.counts['read']:,})", (), [table])


def unknown_of(planned: "Planned") -> dict[str, str]:
    """What nobody can tell, and why."""
    told = dict(planned.cannot_tell)
    due = planned.sync.schedule.next_due(planned.now)
    if planned.rehearsed is not None and due is not None:
        told["what changes until the next run"] = "this is the source, and these are the people, of now"
    if planned.rehearsed is not None and any(each.to_push for each in planned.rehearsed.pushes or ()):
        told["which pushes are taken"] = "only Recruit's answer tells"
    campaigns = (planned.rehearsed and planned.rehearsed.campaigns) or ()
    if any(each.to_make for each in campaigns):
        told["which campaigns are made"] = "another one there may have the name; only Recruit tells"
    if any(each.statuses for each in campaigns):
        told["which member statuses are taken"] = (
            "only Recruit's answer tells; those of records and campaigns that this push would make come on top"
        )
    return told


def stop_of(outlook: "Outlook") -> dict[str, str] | None:
    """Why a run now would do nothing, and what to do about it; None if it would work."""
    if outlook.stop is None:
        return None
    reason = getattr(outlook.stop, "reason", None)
    if reason is None:
        return {"reason": type(outlook.stop).__name__, "remedy": str(outlook.stop)}
    return {"reason": str(reason), "remedy": str(getattr(outlook.stop, "remedy", ""))}


def _in_words(numbers: Sequence[tuple[str, int]], before: str) -> str:
    return before + ", ".join(f"{name} {number:,}" for name, number in numbers) if numbers else ""


def _headcount(number: int) -> str:
    return counted(number, "person", "people")


def _or_dash(value: object) -> str:
    return "–" if value is None else str(value)


def _most(allowed: int | None) -> str:
    return "any number" if allowed is None else str(allowed)
