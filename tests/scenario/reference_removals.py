"""Who leaves a list or the organisation by a fetch: ADV-1 to ADV-4, ADV-7 and ADV-8, in plain Python.

Further readings, where the contract leaves more than one:

- R9 Who opts out leaves while in the sync's list; with remove_from_org the organisation loses them, in the list or not,
  when the flag is news to the pair, whatever another sync has made of it before. A record with the flag that the sync
  never took is ignored, and takes out a person who is in the list: "a new sync with the option on ... applies it to
  them" (ADV-5).
- R10 Live records that supply a membership are those of all syncs into that list; of several deleted the pair whose
  record was deleted last decides, and it alone is counted (ADV-2).
- R11 A contact is "also supplied by another sync" if another sync took one of its records into a list in which it still
  is, and has not ended that pair itself, by its own removing choice, after a deletion (ADV-2).
- R12 Of several removals of one person the farther reach counts, and any of the reasons may be given.
- R13 Deletions are known here once a fetch has read of them; syncs that keep do not read of them.
- R14 What waits for a person's answer is asked again by the next fetch, with whatever came since: a new question, which
  reaches as far as it would by then (ADV-8). Nothing that waits is dealt with: a flag is news until that is carried
  out.
- R15 Unsubscriptions that a clash of the same fetch carries over count from the next fetch on (ADV-3).
- R16 A conversion takes out whom it is about when a fetch sees it, or the choice has just become exclude_from_list;
  whoever comes to have the address later, or is brought back, is blocked and no more (ADV-4).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.scenario.addresses import flaw_of, key_of
from tests.scenario.reference import Organisation
from tests.scenario.reference_state import Pair, Person, Record, Story

Once = dict[tuple[str, str], tuple[str, int, str]]
"""What a fetch notices once, by reason and record: list, person and choice."""


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
    once = _waiting(organisation, sync, seen, leaving)
    once |= _opted_out(organisation, sync, seen, story, leaving)
    ended = _deleted(organisation, sync, story, leaving)
    _unsubscribed(organisation, sync, story, leaving)
    once |= _converted(organisation, sync, story, leaving)
    name, guard = sync["list"], sync["guard"]
    members = sum(each.standing(name) is not None for each in organisation.people.values())
    ending = sum(organisation.people[number].standing(name) is not None for number in leaving)
    organisation.syncs[sync["id"]].waiting = {}
    if ending > guard["memberships"] and ending > guard["share"] * members:
        story.pending = ending
        story.deleted = set()
        organisation.syncs[sync["id"]].waiting = once
        _deal_with_flags(organisation, sync, seen, once)
        return
    _deal_with_flags(organisation, sync, seen, {})
    for pair in ended:
        pair.lists[name] = True
    for number, each in leaving.items():
        person = organisation.people[number]
        if person.standing(name):
            story.removed[number] = each.reasons
        if each.organisation:
            person.leave_organisation()
        else:
            person.leave(name, *each.reasons)


def _waiting(organisation: Organisation, sync: dict[str, Any], seen: list[Record], leaving: dict[int, Leaving]) -> Once:
    """Who waits since an earlier fetch for what it noticed, unless this fetch has read the record again."""
    name, found = sync["list"], {}
    for (reason, record_id), (asked, number, choice) in organisation.syncs[sync["id"]].waiting.items():
        holds = asked == name and all(each["id"] != record_id for each in seen)
        holds = holds and (reason != "converted" or sync["options"]["converted"] == "exclude_from_list")
        if holds and _leaves(organisation.people[number], name, reason, choice, leaving):
            found[(reason, record_id)] = (name, number, choice)
    return found


def _opted_out(
    organisation: Organisation, sync: dict[str, Any], seen: list[Record], story: Story, leaving: dict[int, Leaving]
) -> Once:
    """Whom the flag takes out."""
    state, name, found = organisation.syncs[sync["id"]], sync["list"], {}
    for each in seen:
        outcome, reason, _ = story.outcomes.get(each["id"], ("out_of_scope", "not read", {None}))
        pair = state.pairs.get(each["id"])
        news = pair is not None and not pair.flagged
        if not each["opt_out"] or (pair is None and (outcome == "out_of_scope" or reason == "file_duplicate")):
            continue
        choices, person = pair.choices if pair else sync["options"], _person(organisation, sync, each)
        # Whom another sync took out of the list may still leave the organisation by this one's choice, once.
        there = person and (person.standing(name) or (news and choices["opt_out"] == "remove_from_org"))
        choice = choices["opt_out"]
        if choice != "dont_exclude" and there and person and _leaves(person, name, "opted_out", choice, leaving):
            found[("opted_out", each["id"])] = (name, person.number, choice)
    return found


def _deal_with_flags(organisation: Organisation, sync: dict[str, Any], seen: list[Record], waiting: Once) -> None:
    """A flag is news to a pair until what it means has been carried out."""
    for each in seen:
        if pair := organisation.syncs[sync["id"]].pairs.get(each["id"]):
            waits = ("opted_out", each["id"]) in waiting
            pair.flagged = each["opt_out"] and (pair.flagged or not waits)


def _person(organisation: Organisation, sync: dict[str, Any], record: Record) -> Person | None:
    link = organisation.links.get((sync["module"], record["id"]))
    if link:
        return organisation.people[link.person]
    return None if flaw_of(record["email"]) else organisation.owner(key_of(record["email"]))


def _deleted(organisation: Organisation, sync: dict[str, Any], story: Story, leaving: dict[int, Leaving]) -> list[Pair]:
    """The pairs whose deletion is dealt with, if nobody has to be asked; one that ends nothing is at once."""
    ended: dict[int, list[tuple[tuple[Any, ...], str, Pair]]] = {}
    name = sync["list"]
    for record_id, pair in organisation.syncs[sync["id"]].pairs.items():
        link, choice = organisation.links[(sync["module"], record_id)], pair.choices["deleted"]
        if pair.lists.get(name, True) or link.gone is None or choice == "keep":
            continue
        if suppliers(organisation, organisation.people[link.person], name):
            pair.lists[name] = True
            continue
        last = (-link.gone.timestamp(), choice != "remove_from_org", record_id)
        ended.setdefault(link.person, []).append((last, record_id, pair))
    for number, found in ended.items():
        _, record_id, pair = min(found, key=lambda each: each[0])
        person, choice = organisation.people[number], pair.choices["deleted"]
        if sync["shared_contacts"] == "list_only" and elsewhere(organisation, sync, person):
            choice = "remove_from_list"
        if _leaves(person, name, "deleted", choice, leaving):
            story.deleted.add(record_id)
    return [pair for found in ended.values() for _, _, pair in found]


def suppliers(organisation: Organisation, person: Person, name: str) -> list[tuple[str, str]]:
    """Records of a person that are still there and supply a list, by whatever sync (R10)."""
    return [
        (module, record_id)
        for (module, record_id), link in organisation.links.items()
        if link.person == person.number and link.gone is None
        for state in organisation.syncs.values()
        if state.module == module and record_id in state.pairs and name in state.pairs[record_id].lists
    ]


def elsewhere(organisation: Organisation, sync: dict[str, Any], person: Person) -> bool:
    """Whether another sync supplies a person (R11)."""
    return any(
        organisation.links[(state.module, record_id)].person == person.number and person.standing(name)
        for sync_id, state in organisation.syncs.items()
        for record_id, pair in state.pairs.items()
        for name, ended in pair.lists.items()
        if sync_id != sync["id"] and not ended
    )


def _unsubscribed(organisation: Organisation, sync: dict[str, Any], story: Story, leaving: dict[int, Leaving]) -> None:
    for record_id, pair in organisation.syncs[sync["id"]].pairs.items():
        person = organisation.people[organisation.links[(sync["module"], record_id)].person]
        if pair.choices["unsubscribed"] != "keep" and person.number in story.unsubscribed:
            _leaves(person, sync["list"], "unsubscribed", pair.choices["unsubscribed"], leaving)


def _converted(organisation: Organisation, sync: dict[str, Any], story: Story, leaving: dict[int, Leaving]) -> Once:
    """Whom a conversion takes out, once: when it is seen, or the choice has just become this one (R16)."""
    name, found = sync["list"], {}
    for (sync_id, record_id, excluded), each in organisation.conversions.items():
        link = organisation.links.get((each["module"], record_id))
        person = organisation.people[link.person] if link else organisation.owner(each["key"] or "")
        if (sync_id, excluded) != (sync["id"], name) or record_id not in story.converted:
            continue
        excludes = each["manner"] == "exclude_from_list"
        if excludes and person and _leaves(person, name, "converted", "remove_from_list", leaving):
            found[("converted", record_id)] = (name, person.number, "remove_from_list")
    return found


def _leaves(person: Person | None, name: str, reason: str, choice: str, leaving: dict[int, Leaving]) -> bool:
    """Note one reason. Whoever is not in the list may still leave the organisation; who is deleted has left it."""
    there = person is not None and (not person.deleted if choice == "remove_from_org" else person.standing(name))
    if person is not None and there:
        found = leaving.setdefault(person.number, Leaving())
        found.reasons.add(reason)
        found.organisation |= choice == "remove_from_org"
    return bool(there)
