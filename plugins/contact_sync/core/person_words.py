"""One person's story in words: why they are, or are not, in a list, and what an outcome means (OPS-3).

Pure: rows of `warehouse.story` go in, sentences come out, for the command line and the page alike. Times are written by
a function of the caller's, who knows the zone. A word that is not known here is shown as it stands.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from contact_sync.core.criteria.model import in_words

Row = Mapping[str, Any]
Clock = Callable[[datetime | None], str]

IGNORED = {
    "empty_email": "it has no address",
    "invalid_pattern": "its address is not valid",
    "group_email": "it has the address of a role, such as info@",
    "file_duplicate": "another record of the same fetch has its address",
    "bounced": "mail to its address came back",
    "do_not_mail": "the person is suppressed",
    "opted_out": "it is marked as opted out at the source",
    "unsubscribed": "the person unsubscribed from the list",
    "removed_by_hand": "somebody took the person out of the list",
    "converted": "the candidate was converted",
    "invalid_field": "a required field has no valid value",
    "plan_limit": "the organisation has as many contacts as its plan allows; it is fetched again once there is room",
}
"""Why a record was ignored (OUT-4, OUT-15), as the end of a sentence about the record."""
OUT_OF_SCOPE = {
    "pattern": "it does not meet the criteria",
    "unapproved": "it waits for approval at the source",
    "page_repeat": "the same record came twice; its other row counts",
}
DELETED = {
    "kept": "deleted at the source; nobody left",
    "pending": "deleted at the source; the removal waits for a person's answer",
    "asked_again": "deleted at the source; a later fetch asked again",
    "carried_out_later": "deleted at the source; a later fetch carried the removal out",
    "removed_from_list": "deleted at the source; the person left the list",
    "removed_from_org": "deleted at the source; the person left the organisation",
}
DUPLICATE = {
    "in_list": "known, and in this list already",
    "other_list": "known from another list",
    "no_list": "known, and in no list",
}
_MET = ("new", "re_added", "duplicate", "ignored")
_ONLY_AND = re.compile(r"(?:[\d() ]|and)+")
OPTION = {
    "opted_out": "is marked as opted out at the source",
    "deleted": "was deleted at the source",
    "unsubscribed": "belongs to somebody who unsubscribed",
    "converted": "was converted",
}
"""Why an option ended a membership, as the end of a sentence about the record."""


def list_sentence(row: Row, clock: Clock) -> str:
    """How the person stands in one list, and why, in one sentence. row: of `Story.lists`."""
    name, status = f"'{row['list_name']}'", row["status"]
    if status == "subscribed":
        return _subscribed(name, row, clock)
    if status == "unsubscribed":
        since = clock(row["unsubscribed_at"] or row["since"])
        return f"Unsubscribed from {name} on {since}: never mailed by it, and no import subscribes them again."
    if status == "removed":
        return f"Not in {name} since {clock(row['since'])}: {_removed(row, clock)}."
    return f"Not in {name}: {_never(row, clock)}."


def outcome_words(row: Row) -> str:
    """Outcome, reason and sub-code of a ledger row as a person would say it."""
    outcome, reason, finer = row["outcome"], row["reason"], row["sub_code"]
    if outcome == "new":
        return "added to the organisation"
    if outcome == "re_added":
        return "had been deleted, added again"
    table = {"ignored": IGNORED, "out_of_scope": OUT_OF_SCOPE, "deleted": DELETED, "duplicate": DUPLICATE}
    told = str(table.get(outcome, {}).get(reason, reason or outcome))
    return f"{told} ({finer})" if finer else told


def evidence_words(evidence: Row | None) -> list[str]:
    """Each piece of evidence as a phrase."""
    return [phrase for name, value in (evidence or {}).items() for phrase in _evidence(name, value)]


def judged_conditions(row: Row) -> list[str]:
    """Each condition of the fetch's criteria as true or false for the record of an outcome, and the pattern (CRIT-6).

    Of a record that met the pattern no conditions are kept; all were true if they are joined by `and` alone.
    Nothing is told of one that was not judged. row: of the ledger, with `criteria`, null without any.
    """
    criteria, unmet = row["criteria"], (row["evidence"] or {}).get("unmet_conditions")
    if criteria is None or (unmet is None and row["outcome"] not in _MET):
        return []
    pattern = criteria["pattern"]
    held = "true" if unmet is not None or _ONLY_AND.fullmatch(pattern) else "not kept, as the pattern was met"
    told = [
        f"{each['number']} {in_words(each['field'], each['operator'], each['values'])}: "
        f"{'false' if each['number'] in (unmet or ()) else held}"
        for each in criteria["conditions"]
    ]
    return [*told, f"pattern {pattern}: {'true' if unmet is None else 'false'}"]


def kept_out(suppressions: Sequence[Row], bounces: Sequence[Row]) -> str:
    """What keeps the person from any mail now, empty if nothing does. Rows of the story."""
    held = [row["kind"] for row in suppressions if row["holds"]]
    held += ["bounced"] if any(row["holds"] for row in bounces) else []
    return ", ".join(dict.fromkeys(held))


def _subscribed(name: str, row: Row, clock: Clock) -> str:
    by = f", brought by {row['joined_by_sync']} (fetch {row['joined_by_fetch']})" if row["joined_by_sync"] else ""
    told = f"In {name} since {clock(row['since'])}{by}"
    if row["pending_fetch"] is not None:
        told += f"; fetch {row['pending_fetch']} asked whether they are to leave ({row['pending_reason']})"
    return f"{told}." if row["mailable"] else f"{told}; but not mailed: suppressed, bounced or without an address."


def _removed(row: Row, clock: Clock) -> str:
    reason = row["reason"]
    if reason == "removed_by_hand":
        return f"taken out by hand{_by_hand(row)}, until restored"
    if reason == "reverted":
        return "the fetch that brought them was taken back"
    if row["deleted_at"] is not None and row["deleted_reason"] == "by_hand":
        return f"deleted from the organisation by hand{_by_hand(row)}; the next fetch of their record adds them again"
    if row["option_sync"] is not None:
        reach = " and out of the organisation" if row["option_reach"] == "organisation" else ""
        why = OPTION.get(row["option_reason"], row["option_reason"])
        return (
            f"an option of {row['option_sync']} took them out{reach} on {clock(row['option_at'])}, because record "
            f"{row['option_record']} {why}"
        )
    return str(reason or "removed")


def _by_hand(row: Row) -> str:
    if row["act_who"] is None:
        return ""
    return f" by {row['act_who']}" + (f" (“{row['act_reason']}”)" if row["act_reason"] else "")


def _never(row: Row, clock: Clock) -> str:
    last = row["last"]
    if last is None:
        fed = row["fed_by"] or ()
        return f"no fetch into it ({', '.join(fed)}) met a record of theirs" if fed else "no sync has fetched into it"
    met = f"fetch {last['fetch_id']} of {last['sync_id']} on {clock(last['at'])}"
    words, finer = outcome_words(last), evidence_words(last["evidence"])
    proof = f" [{'; '.join(finer)}]" if finer else ""
    verb = {"ignored": "ignored", "out_of_scope": "left out"}.get(last["outcome"])
    if verb is not None:
        return f"{met} {verb} record {last['record_id']}: {words}{proof}"
    return f"{met} met record {last['record_id']} ({words}), and they have not joined it since{proof}"


def _evidence(name: str, value: Any) -> Iterator[str]:
    if name in _SIMPLE:
        yield _SIMPLE[name].format(value)
    elif name == "unmet_conditions" and isinstance(value, list):
        yield f"unmet conditions: {', '.join(map(str, value))}"
    elif name == "misfits" and isinstance(value, Mapping):
        yield from (f"{target} did not fit: {_misfit(each)}" for target, each in value.items())
    elif name == "held_by_another" and isinstance(value, Mapping):
        yield from (f"{target} is held by {_held(each)}" for target, each in value.items())
    elif name == "cleaned" and isinstance(value, list):
        yield f"cleaned: {', '.join(map(str, value))}"
    elif value is True:
        yield _FLAGS.get(name, name.replace("_", " "))
    else:
        yield f"{name.replace('_', ' ')}: {value}"


def _misfit(each: Any) -> str:
    if not isinstance(each, Mapping):
        return str(each)
    return ", ".join(str(part) for part in (each.get("reason"), each.get("raw")) if part)


def _held(each: Any) -> str:
    return str(each.get("sync")) if isinstance(each, Mapping) else str(each)


_SIMPLE = {
    "suppression": "suppression {}",
    "duplicate_of": "record {} has the address",
    "suggested_domain": "{} was probably meant",
    "converted_candidate": "candidate {} was converted",
    "address_clash": "the record was contact {} before",
    "other_live_records": "{} other live records of the person",
    "asked_again_by_fetch": "fetch {} asked again",
    "carried_out_by_fetch": "fetch {} carried it out",
}
_FLAGS = {
    "option_newer_than_record": "taken before the option was chosen",
    "untaken_address": "known by an address that was not taken",
    "new_address": "brought a new address",
    "deleted_since": "deleted at the source since",
    "fetched_later": "fetched again later",
    "shared_contact": "another sync supplies the person too",
    "not_in_the_list": "the person was not in the list",
}
