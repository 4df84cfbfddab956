"""Who leaves a list or the organisation by a fetch: ADV-1 to ADV-4, ADV-7 and ADV-8, in plain Python.

Further readings, where the contract leaves more than one:

- R9 Who opts out leaves while in the sync's list; a record with the flag that the sync never took is ignored, and takes
  out a person who is in the list: "a new sync with the option on ... applies it to them" (ADV-5).
- R10 Live records that supply a membership are those of all syncs into that list; the choice of the pair whose record
  was deleted last decides (ADV-2).
- R11 A contact is "also supplied by another sync" if another sync took one of its records into a list in which it still
  is, and has not ended that pair itself, by its own removing choice, after a deletion (ADV-2).
- R12 Of several removals of one person the farther reach counts, and any of the reasons may be given.
- R13 Deletions are known here once a fetch has read of them; syncs that keep do not read of them.
- R14 What waits for a person's answer is counted again by the next fetch, with whatever came since. It reaches as far
  as was first asked, and was told of by the fetch that first asked (ADV-8).
- R15 Unsubscriptions that a clash of the same fetch carries over count from the next fetch on (ADV-3).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.scenario.addresses import flaw_of, key_of
from tests.scenario.reference import Organisation
from tests.scenario.reference_state import Pair, Person, Record, Story


@dataclass
class Leaving:
    """Why one person leaves, and how far."""

    reasons: set[str] = field(default_factory=set)
    organisation: bool = False


def reads_deletions(organisation: Organisation, sync: dict[str, Any]) -> bool:
    """Whether a fetch of the sync looks for deleted records: by today's choice, or by that of a pair (ADV-5)."""
    pairs = organisation.syncs[sync["id"]].pairs.values()
    return sync["options"]["deleted"] != "keep" or any(each.choices["deleted"] != "keep" for each in pairs)


def learn_deletions(organisation: Organisation, sync: dict[str, Any], told: dict[str, datetime], story: Story) -> None:
    """Mark records that were deleted, unless they were fetched with a later change (ADV-2)."""
    for record_id, when in told.items():
        link = organisation.links.get((sync["module"], record_id))
        fetched = story.outcomes.get(record_id, ("out_of_scope",))[0] != "out_of_scope"
        if link and not fetched:
            link.gone = when


def remove(organisation: Organisation, sync: dict[str, Any], seen: list[Record], story: Story) -> None:
    """Take out of the list, or of the organisation, whom the sync's choices say. seen: records read or looked at."""
    leaving: dict[int, Leaving] = {}
    _opted_out(organisation, sync, seen, story, leaving)
    ended = _deleted(organisation, sync, story, leaving)
    _unsubscribed(organisation, sync, story, leaving)
    _converted(organisation, sync, leaving)
    name, guard = sync["list"], sync["guard"]
    members = sum(each.standing(name) is not None for each in organisation.people.values())
    ending = sum(organisation.people[number].standing(name) is not None for number in leaving)
    if ending > guard["memberships"] and ending > guard["share"] * members:
        story.pending = ending
        story.deleted = set()
        for pair, choice in ended:
            pair.asked = choice
        return
    for pair, _ in ended:
        pair.ended = True
    for number, each in leaving.items():
        person = organisation.people[number]
        if person.standing(name):
            story.removed[number] = each.reasons
        if each.organisation:
            person.leave_organisation()
        else:
            person.leave(name, *each.reasons)


def _opted_out(
    organisation: Organisation, sync: dict[str, Any], seen: list[Record], story: Story, leaving: dict[int, Leaving]
) -> None:
    for each in seen:
        outcome, reason, _ = story.outcomes.get(each["id"], ("out_of_scope", "not read", {None}))
        pair = organisation.syncs[sync["id"]].pairs.get((sync["list"], each["id"]))
        news = pair is not None and each["opt_out"] and not pair.flagged
        if pair is not None:
            pair.flagged = each["opt_out"]
        if not each["opt_out"] or (pair is None and (outcome == "out_of_scope" or reason == "file_duplicate")):
            continue
        choices, person = pair.choices if pair else sync["options"], _person(organisation, sync, each)
        # Whom another sync took out of the list may still leave the organisation by this one's choice, once.
        there = person and (person.standing(sync["list"]) or (news and choices["opt_out"] == "remove_from_org"))
        if choices["opt_out"] != "dont_exclude" and there:
            _leaves(person, sync["list"], "opted_out", choices["opt_out"], leaving)


def _person(organisation: Organisation, sync: dict[str, Any], record: Record) -> Person | None:
    link = organisation.links.get((sync["module"], record["id"]))
    if link:
        return organisation.people[link.person]
    return None if flaw_of(record["email"]) else organisation.owner(key_of(record["email"]))


def _deleted(
    organisation: Organisation, sync: dict[str, Any], story: Story, leaving: dict[int, Leaving]
) -> list[tuple[Pair, str | None]]:
    """The pairs whose deletion is dealt with, if nobody has to be asked, and how far it reaches."""
    ended: list[tuple[Pair, str | None]] = []
    for (name, record_id), pair in organisation.syncs[sync["id"]].pairs.items():
        link, choice = organisation.links[(sync["module"], record_id)], pair.choices["deleted"]
        if name != sync["list"] or link.gone is None or pair.ended or choice == "keep":
            continue
        person = organisation.people[link.person]
        if suppliers(organisation, person, name):
            ended.append((pair, None))
            continue
        if sync["shared_contacts"] == "list_only" and elsewhere(organisation, sync, person):
            choice = "remove_from_list"
        choice = pair.asked or choice
        ended.append((pair, choice))
        if _leaves(person, name, "deleted", choice, leaving):
            story.deleted.add(record_id)
    return ended


def suppliers(organisation: Organisation, person: Person, name: str) -> list[tuple[str, str]]:
    """Records of a person that are still there and supply a list, by whatever sync (R10)."""
    return [
        (module, record_id)
        for (module, record_id), link in organisation.links.items()
        if link.person == person.number and link.gone is None
        for state in organisation.syncs.values()
        if state.module == module and (name, record_id) in state.pairs
    ]


def elsewhere(organisation: Organisation, sync: dict[str, Any], person: Person) -> bool:
    """Whether another sync supplies a person (R11)."""
    return any(
        organisation.links[(state.module, record_id)].person == person.number and person.standing(name)
        for sync_id, state in organisation.syncs.items()
        for (name, record_id), pair in state.pairs.items()
        if sync_id != sync["id"] and not pair.ended
    )


def _unsubscribed(organisation: Organisation, sync: dict[str, Any], story: Story, leaving: dict[int, Leaving]) -> None:
    for (name, record_id), pair in organisation.syncs[sync["id"]].pairs.items():
        person = organisation.people[organisation.links[(sync["module"], record_id)].person]
        if name == sync["list"] and pair.choices["unsubscribed"] != "keep" and person.number in story.unsubscribed:
            _leaves(person, name, "unsubscribed", pair.choices["unsubscribed"], leaving)


def _converted(organisation: Organisation, sync: dict[str, Any], leaving: dict[int, Leaving]) -> None:
    for (sync_id, record_id), each in organisation.conversions.items():
        link = organisation.links.get((each["module"], record_id))
        person = organisation.people[link.person] if link else organisation.owner(each["key"] or "")
        if sync_id == sync["id"] and each["manner"] == "exclude_from_list":
            _leaves(person, sync["list"], "converted", "remove_from_list", leaving)


def _leaves(person: Person | None, name: str, reason: str, choice: str, leaving: dict[int, Leaving]) -> bool:
    """Note one reason. Whoever is not in the list may still leave the organisation; who is deleted has left it."""
    there = person is not None and (not person.deleted if choice == "remove_from_org" else person.standing(name))
    if person is not None and there:
        found = leaving.setdefault(person.number, Leaving())
        found.reasons.add(reason)
        found.organisation |= choice == "remove_from_org"
    return bool(there)
