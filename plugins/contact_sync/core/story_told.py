"""One person's story as sections of sentences and tables: the lists first, then each fetch, then all else.

What there is nothing of is left out. Values are personal: these sections go to the screen of who asked only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from contact_sync.core.person_words import (
    Clock,
    Row,
    evidence_words,
    judged_conditions,
    kept_out,
    list_sentence,
    outcome_words,
)
from contact_sync.core.sections import Section, Table
from contact_sync.core.story import Story

ERASED = "This person was erased. Nothing else is kept of them, but that no import may bring them back."
UNKNOWN = "No fetch met a record with it, no suppression names it, and no mail to it is known."
NO_OUTCOME = "The ledger has none."
Cells = Sequence[Sequence[str]]


def lists_section(found: Story, clock: Clock, zone: str) -> Section:
    """Why the person is, or is not, in each list of the story."""
    lines = [list_sentence(row, clock) for row in found.lists]
    held = kept_out(found.suppressions, found.bounces)
    return Section(_title(found, zone), [f"Never mailed while this holds: {held}.", *lines] if held else lines)


def sections(found: Story, clock: Clock, zone: str) -> list[Section]:
    """All of the story, the lists first. Of somebody unknown only lists whose fetches met a record of theirs."""
    if found.contact_id is None:
        found = replace(found, lists=[row for row in found.lists if row["last"] is not None])
    if found.contact_id is None and not (found.outcomes or found.suppressions or found.bounces or found.waiting):
        return [Section(_title(found, zone), [UNKNOWN])]
    return [lists_section(found, clock, zone), *_person(found, clock), *_rest(found, clock)]


def _title(found: Story, zone: str) -> str:
    if found.contact_id is None:
        return f"No contact has this address (times: {zone})"
    had = "; nobody has this address now, they had it before" if found.former else ""
    return f"Contact {found.contact_id}{had} (times: {zone})"


def _person(found: Story, clock: Clock) -> Iterator[Section]:
    person = found.person
    if person is None:
        return
    values = {"address": person["email"], "first name": person["first_name"], "last name": person["last_name"]}
    lines = [f"{name}: {_plain(value)}" for name, value in {**values, **person["fields"]}.items()]
    lines.append(f"added {clock(person['created_at'])}{_fetch(person['created_by_fetch'])}")
    lines.append(f"last changed {clock(person['updated_at'])}{_fetch(person['updated_by_fetch'])}")
    if person["deleted_at"] is not None:
        lines.append(f"deleted from the organisation {clock(person['deleted_at'])}: {person['deleted_reason']}")
    yield Section("Who they are", lines)


def _rest(found: Story, clock: Clock) -> Iterator[Section]:
    yield _outcomes(found, clock)
    yield from _table(
        "Records", ("Record", "Taken by", "Since", "Standing"), [_record(row, clock) for row in found.records]
    )
    yield from _table(
        "Suppressions",
        ("Kind", "Of", "By", "When", "Why", "Lifted"),
        [_suppression(row, clock) for row in found.suppressions],
    )
    yield from _table(
        "Addresses before",
        ("Address", "Replaced", "By"),
        [
            (row["email"], clock(row["replaced_at"]), _by(row["sync_id"], row["replaced_by_fetch"]))
            for row in found.addresses
        ],
    )
    yield from _table("Bounces", ("Address", "Bounces", "Last"), [_bounce(row, clock) for row in found.bounces])
    yield from _table(
        "Campaigns", ("Campaign", "Status", "Sent", "Responses"), [_campaign(row, clock) for row in found.campaigns]
    )
    yield from _table(
        "Pushes to Recruit", ("When", "Switch", "What became of it"), [_push(row, clock) for row in found.pushes]
    )
    yield from _table(
        "Removals by options",
        ("Decided", "Sync and list", "Because", "State"),
        [_removal(row, clock) for row in found.removals],
    )
    yield from _table(
        "By hand",
        ("When", "Act", "By", "Why"),
        [
            (clock(row["at"]), f"{row['kind']}, {row['list_name'] or 'organisation'}", row["who"], row["reason"] or "–")
            for row in found.acts
        ],
    )
    yield from _table(
        "Events that wait",
        ("Event", "Campaign", "Because", "Since"),
        [
            (row["response"] or row["kind"], row["campaign"], row["reason"], clock(row["since"]))
            for row in found.waiting
        ],
    )


def _outcomes(found: Story, clock: Clock) -> Section:
    lines = []
    if not found.outcomes:
        lines.append(NO_OUTCOME)
    if found.more:
        lines.append(f"The last {len(found.outcomes):,}; there are older ones.")
    if not found.by_address:
        lines.append("Records that were ignored are known by address only, which needs CONTACT_SYNC_KEY: not shown.")
    rows = [
        (
            f"{clock(row['at'])}\n#{row['fetch_id']} {row['sync_id']}\n→ {row['list_name']}",
            f"{row['module']} {row['record_id']}" + _other(row, found.contact_id),
            f"{row['outcome']}{_code(row)}\n{outcome_words(row)}",
            proof(row),
        )
        for row in found.outcomes
    ]
    fetches = [(row["sync_id"], row["fetch_id"]) for row in found.outcomes]
    return Section(
        "What fetches made of their records",
        lines,
        [Table(("Fetch", "Record", "Outcome", "Evidence"), rows, fetches=fetches)] if rows else [],
    )


def _table(title: str, columns: Sequence[str], rows: Cells) -> Iterator[Section]:
    if rows:
        yield Section(title, (), [Table(columns, rows)])


def proof(row: Row) -> str:
    """The evidence of an outcome, a line each; conditions with their words, as numbers alone would send the reader to
    the file.
    """
    evidence, judged = row["evidence"], judged_conditions(row)
    if judged:
        evidence = {name: value for name, value in (evidence or {}).items() if name != "unmet_conditions"}
    return "\n".join([*judged, *evidence_words(evidence), *(["values changed"] if row["changed"] else [])]) or "–"


def _record(row: Row, clock: Clock) -> tuple[str, ...]:
    stands = [f"deleted at the source {clock(row['gone_at'])} ({row['gone_kind']})"] if row["gone_at"] else []
    stands += [f"converted, seen {clock(row['converted_at'])}"] if row["converted_at"] else []
    stands += ["opted out"] if row["opted_out"] else []
    if row["sync_id"] is not None:
        names = ("opt_out", "deleted", "unsubscribed")
        stands.append("bound to " + ", ".join(f"{name}: {row[f'choice_{name}']}" for name in names))
    taken = f"{row['sync_id']} → {row['list_name']}" if row["sync_id"] else "–"
    return (
        f"{row['account']} {row['module']}\n{row['record_id']}",
        taken,
        clock(row["taken_at"]),
        "\n".join(stands) or "–",
    )


def _suppression(row: Row, clock: Clock) -> tuple[str, ...]:
    of = " and ".join(name for name in ("person", "address") if row[f"of_{name}"])
    lifted = f"{clock(row['lifted_at'])} by {row['lifted_by']}: {row['lifted_reason']}" if row["lifted_at"] else ""
    lifted = lifted or ("holds" if row["holds"] else "holds for an address that they do not have now")
    origin = row["origin"] + (f" of {row['carried_from']}" if row["carried_from"] else "")
    named = f"{row['kind']}\n#{row['suppression_id']}"
    return named, of, f"{row['created_by']}\n{origin}", clock(row["created_at"]), row["reason"], lifted


def _bounce(row: Row, clock: Clock) -> tuple[str, ...]:
    hard = f"hard, {clock(row['hard_bounced_at'])}" if row["hard_bounced_at"] else ""
    soft = f"soft: {row['soft_bounces']}" if row["soft_bounces"] else ""
    told = ", ".join(filter(None, (hard, soft))) or "none since the last delivery"
    return row["email_key"], told + (": not mailed" if row["counts"] else ""), clock(row["last_event_at"])


def _campaign(row: Row, clock: Clock) -> tuple[str, ...]:
    done = [(datetime.fromisoformat(each["happened_at"]), each["response"]) for each in row["responses"] or ()]
    told = "\n".join(f"{clock(at)} {response}" for at, response in done)
    return f"{row['campaign']}\n{row['external_id']}", row["status"], clock(row["sent_at"]), told or "–"


def _push(row: Row, clock: Clock) -> tuple[str, ...]:
    into = f"{row['account']}, {row['module']}, {row['response']}\n{row['list_name']}"
    record = f"\nrecord {row['record_id']}" if row["record_id"] else ""
    return clock(row["at"]), into, f"{row['outcome']}: {row['in_words']}{record}"


def _removal(row: Row, clock: Clock) -> tuple[str, ...]:
    of = f"{row['sync_id']}, {row['list_name']}" + (" (organisation)" if row["reach"] == "organisation" else "")
    return (
        clock(row["decided_at"]),
        of,
        f"{row['reason']}, record {row['record_id']}",
        f"{row['state']} by {row['decided_by']}",
    )


def _other(row: Row, contact_id: int | None) -> str:
    return f"\nas contact {row['contact_id']}" if row["contact_id"] not in (None, contact_id) else ""


def _code(row: Row) -> str:
    return "".join(f", {part}" for part in (row["reason"], row["sub_code"]) if part)


def _by(sync_id: str | None, fetch_id: int | None) -> str:
    return f"{sync_id} (fetch {fetch_id})" if sync_id else "–"


def _fetch(fetch_id: int | None) -> str:
    return "" if fetch_id is None else f" by fetch {fetch_id}"


def _plain(value: Any) -> str:
    return "–" if value is None else ", ".join(str(value).splitlines())
