"""What must become of every record and person: the contract in plain Python, slow and one record at a time.

Written from the contract's words alone: it imports nothing of the product, knows no SQL and none of its statements.
`Organisation` holds people, memberships, suppressions and bounces; `fetch` decides one fetch of one sync from what
the source holds, and what must be true afterwards. Removals by advanced options are in reference_removals.py.

Readings, where the contract leaves more than one:

- R1 Records are decided from the latest changed to the first, then by id (the order of OUT-8); so of two records of
  one deleted person the first is re_added and the other a duplicate in the list.
- R2 Addresses that are left and taken within one fetch move as a chain; what then still belongs to somebody else is a
  clash (OUT-13). A record whose own address did not change never moves its contact.
- R3 A suppression covers an address and everybody who has it, brings it, or had it; a clash copies it to both sides,
  unsubscriptions too (OUT-13). A removal by hand goes with a taken record to whom it belongs now, in lists that
  this person is not in (OUT-18).
- R4 The address of a bounce is the record's (OUT-9).
- R5 Only a record that is imported or updated is "taken" and binds its pair (ADV-5); without a pair today's choice
  counts. A pair stays bound when the sync moves to another list; what a deletion ends is the list that it supplies.
- R6 Of records held back by the plan limit only those for which there is room are fetched again (OUT-15).
- R7 New people are added before the removals of the same fetch make room (OUT-15).
- R8 An address stays with a contact that was deleted from the organisation: whoever brings it is re_added (OUT-2).
- R17 A record that is ignored, for whichever reason, is the record of the person whom its address names, if that person
  is kept out of any list (suppressed, unsubscribed, removed by hand), also with its next address (OUT-11, OUT-13,
  OUT-18); it is not taken. If the address was nobody's, what suppresses goes with the record (a flawed address names
  no person).
- R18 An address that nobody has when a fetch begins names whoever is kept out and has a record that came with it last,
  in this fetch or before (OUT-11, OUT-13): another record that brings it is that person's, or clashes with them.
"""

import copy
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.scenario.addresses import flaw_of, key_of
from tests.scenario.reference_state import Knowledge, Link, Outcome, Pair, Person, Record, Story, SyncState

Turn = tuple[Record, Person | None, Person | None]
OVERLAP = timedelta(minutes=10)
BELONGING_TO_A_PERSON = {"do_not_mail", "unsubscribed", "removed_by_hand"}


class Organisation(Knowledge):
    """What is known, and what one fetch makes of it."""

    def window_start(self, sync: dict[str, Any]) -> datetime | None:
        """Where the next fetch begins: the watermark less the overlap; None for everything (RET-2, RET-11)."""
        state = self.syncs.setdefault(sync["id"], SyncState())
        if state.watermark is None or state.settings_of_watermark != settings_of(sync):
            return None
        return state.watermark - OVERLAP

    def fetch(self, sync: dict[str, Any], records: list[Record], now: datetime) -> Story:
        """Take what the source shows of a sync's module now. The removals follow in reference_removals.py."""
        state = self.syncs.setdefault(sync["id"], SyncState())
        start = self.window_start(sync)
        everything = start is None or sync["each_fetch"] == "all"
        read = {each["id"]: each for each in records if everything or each["modified"] >= start}
        waiting = self._waiting(state, records)
        read.update({each["id"]: each for each in waiting})
        cut: set[str] = set()
        while True:  # until the plan has room for everybody who comes in
            attempt = copy.deepcopy(self)
            story = attempt._take(sync, list(read.values()), cut)
            over = self._beyond_the_limit(story, read, state.withheld)
            if not over:
                break
            cut |= over
        self.__dict__.update(attempt.__dict__)
        state = self.syncs[sync["id"]]
        state.module = sync["module"]
        state.withheld = [key for key in state.withheld if key not in read or key in cut]
        state.withheld += [key for key in sorted(cut) if key not in state.withheld]
        state.watermark, state.settings_of_watermark = now, settings_of(sync)
        return story

    def _waiting(self, state: SyncState, records: list[Record]) -> list[Record]:
        """Withheld records for which there is room (R6), by created time, then id; deleted ones wait no more."""
        known = {each["id"]: each for each in records}
        state.withheld = [key for key in state.withheld if key in known]
        waiting = sorted((known[key] for key in state.withheld), key=_by_creation)
        return waiting if self.limit is None else waiting[: max(0, self.limit - self._inhabitants())]

    def _inhabitants(self) -> int:
        return sum(not each.deleted for each in self.people.values())

    def _beyond_the_limit(self, story: Story, read: dict[str, Record], withheld: list[str]) -> set[str]:
        """Records that come in though there is no room: the withheld go first, then by created time and id (OUT-15)."""
        if self.limit is None:
            return set()
        coming = [read[key] for key, each in story.outcomes.items() if each[0] in {"new", "re_added"}]
        coming.sort(key=lambda each: (each["id"] not in withheld, *_by_creation(each)))
        return {each["id"] for each in coming[max(0, self.limit - self._inhabitants()) :]}

    def _take(self, sync: dict[str, Any], read: list[Record], cut: set[str]) -> Story:
        story = Story()
        good: list[Record] = []
        keys: set[str] = set()
        for each in sorted(read, key=_latest_first):
            flaw = flaw_of(each["email"])
            if not each["in_scope"]:
                story.outcomes[each["id"]] = ("out_of_scope", "pattern", {None})
            elif not each["approved"] and sync["unapproved"] == "skip":
                story.outcomes[each["id"]] = ("out_of_scope", "unapproved", {None})
            elif flaw:
                story.outcomes[each["id"]] = ("ignored", flaw[0], {flaw[1]})
            elif key_of(each["email"]) in keys:
                story.outcomes[each["id"]] = ("ignored", "file_duplicate", {None})
            else:
                good.append(each)
                keys.add(key_of(each["email"]))
        self._see_conversions(sync, read, story)
        self._see_alive(sync, read, story)
        self.carried = self._carried(sync, read)
        for each, person, brought in self._in_turn(sync, good):
            story.outcomes[each["id"]] = self._decide(sync, each, person, brought, cut)
        self._note_owners(sync, read, story)
        self._note_suppressed(sync, read, story)
        return story

    def _carried(self, sync: dict[str, Any], read: list[Record]) -> dict[str, int]:
        """Who is kept out by addresses that nobody has and that a record of theirs came with last (R18)."""
        found: dict[str, int] = {}
        came = [(link.last, link) for link in self.links.values()]
        for each in read:
            link = self.links.get((sync["module"], each["id"]))
            if link and not flaw_of(each["email"]):
                came.append((key_of(each["email"]), link))
                link.last = key_of(each["email"])
        for key, link in came:
            if self.owner(key) is None and self.is_kept_out(self.people[link.person]):
                found[key] = min(link.person, found.get(key, link.person))
        return found

    def _named(self, record: Record) -> Person | None:
        """Whom a record's address names: who has it, or who is kept out and has a record with it."""
        key = key_of(record["email"])
        return self.owner(key) or self.people.get(self.carried.get(key, 0))

    def _note_owners(self, sync: dict[str, Any], read: list[Record], story: Story) -> None:
        """An ignored record is that of the person named by its address, if the person is kept out (R17)."""
        for each in read:
            ignored, person = story.outcomes[each["id"]], None if flaw_of(each["email"]) else self._named(each)
            if person and ignored[0] == "ignored" and (
                ignored[1] in BELONGING_TO_A_PERSON or self.is_kept_out(person)
            ):  # fmt: skip
                link = Link(person.number, person.key, key_of(each["email"]))
                self.links.setdefault((sync["module"], each["id"]), link)

    def _note_suppressed(self, sync: dict[str, Any], read: list[Record], story: Story) -> None:
        """What suppresses goes with a record that was kept out and is nobody's, too (R17)."""
        for each in read:
            key, name = key_of(each["email"]), (sync["module"], each["id"])
            kept_out = story.outcomes[each["id"]][0] == "ignored" and not flaw_of(each["email"])
            if kept_out and name not in self.links:
                owner = self.owner(key)
                for held in self.suppressions:
                    if held.key == key or (owner and owner.number in held.people):
                        held.records.add(name)

    def _see_alive(self, sync: dict[str, Any], read: list[Record], story: Story) -> None:
        """A record that is fetched is there, whatever was told of it before (ADV-2)."""
        for each in read:
            link = self.links.get((sync["module"], each["id"]))
            if link and link.gone and story.outcomes.get(each["id"], ("",))[0] != "out_of_scope":
                link.gone = link.gone if each["modified"] < link.gone else None

    def _in_turn(self, sync: dict[str, Any], good: list[Record]) -> Iterator[Turn]:
        """Each record with the person it becomes, and with who it was if it brings another one's address (R1, R2)."""
        moving = [each for each in good if self._brings_another(sync, each)]
        staying = [each for each in good if each not in moving]
        moved: set[int] = set()
        while free := [each for each in moving if self._named(each) in (None, self._linked(sync, each))]:
            moving.remove(free[0])
            person = self._linked(sync, free[0])
            if person is None or person.number in moved:  # the person's latest change has moved it already
                staying.append(free[0])
            else:
                moved.add(person.number)
                yield free[0], person, None
        for each in sorted(staying, key=_latest_first):
            yield each, self._linked(sync, each) or self._named(each), None
        for each in moving:
            was, owner = self._linked(sync, each), self._named(each)
            yield each, owner or was, was if owner else None

    def _linked(self, sync: dict[str, Any], record: Record) -> Person | None:
        link = self.links.get((sync["module"], record["id"]))
        return self.people[link.person] if link else None

    def _brings_another(self, sync: dict[str, Any], record: Record) -> bool:
        """Whether a known record has another address than before, and its contact has another one, too (OUT-13)."""
        link, key = self.links.get((sync["module"], record["id"])), key_of(record["email"])
        return link is not None and link.key != key and self.people[link.person].key != key

    def _decide(
        self, sync: dict[str, Any], record: Record, person: Person | None, was: Person | None, cut: set[str]
    ) -> Outcome:
        """One record's outcome, done at once. person: whom it becomes, if anybody yet; was: who it was, at a clash."""
        key, name = key_of(record["email"]), sync["list"]
        source = (sync["module"], record["id"])
        kinds = self.suppressed(key, person, was, record=source)
        self._carry(key, source, person, was)
        ignored = self._reason(sync, record, person, was, kinds)
        if ignored:
            return ignored
        if record["id"] in cut and (person is None or person.deleted):
            return ("ignored", "plan_limit", {None})
        outcome: Outcome = ("new", None, {None})
        if person is None:
            person = Person(len(self.people) + 1, key)
            self.people[person.number] = person
        elif person.deleted:
            person.deleted, outcome = False, ("re_added", None, {None})
        else:
            outcome = ("duplicate", self._where(person, name), {None})
        link = self.links.get((sync["module"], record["id"]))
        if link and link.key != key and was is None and self.owner(key) is None:
            person.former.add(person.key)
            person.key = key
        self.links[(sync["module"], record["id"])] = Link(person.number, key, key)
        pair = self.syncs[sync["id"]].pairs.setdefault(record["id"], Pair(dict(sync["options"])))
        pair.lists[name] = False
        person.join(name)
        for held in was.held_out if was else ():
            if person.standing(held) is None:
                person.leave(held, "removed_by_hand")
        return outcome

    def _carry(self, key: str, source: tuple[str, str], person: Person | None, was: Person | None) -> None:
        """What belongs to a person goes where the person goes: suppressions, and unsubscriptions at a clash (R3)."""
        people = [each for each in (person, was) if each]
        for each in self.suppressions:
            covered = each.people & {one.number for one in people}
            if each.key in {key, *(one.key for one in people)} or covered or source in each.records:
                each.people |= {one.number for one in people}
        if was and person:
            for one, other in ((person, was), (was, person)):
                for name in other.unsubscribed:
                    one.unsubscribe(name)

    def _reason(
        self, sync: dict[str, Any], record: Record, person: Person | None, was: Person | None, kinds: set[str]
    ) -> Outcome | None:
        """The first reason to ignore a record with a good address (OUT-4); None: none."""
        name, bounced = sync["list"], self.bounced(key_of(record["email"]))
        pair = self.syncs[sync["id"]].pairs.get(record["id"])
        choices = pair.choices if pair else sync["options"]
        membership = person.lists.get(name) if person else None
        if bounced:
            return ("ignored", "bounced", {bounced})
        if kinds:
            return ("ignored", "do_not_mail", set(kinds))
        if record["opt_out"] and choices["opt_out"] != "dont_exclude":
            return ("ignored", "opted_out", {None})
        if person and name in person.unsubscribed and choices["unsubscribed"] != "keep":
            return ("ignored", "unsubscribed", {None})
        held = was.lists.get(name) if was and person and person.standing(name) is None else None
        if any(each and each.status == "removed" and "removed_by_hand" in each.reasons for each in (membership, held)):
            return ("ignored", "removed_by_hand", {None})
        if self.converted(sync, record, person):
            return ("ignored", "converted", {None})
        return None

    def _where(self, person: Person, name: str) -> str:
        if person.standing(name):
            return "in_list"
        return "other_list" if any(person.standing(each) for each in person.lists) else "no_list"

    # ── conversions (ADV-4) ───────────────────────────────────────────────────────────────────────────────────────

    def _see_conversions(self, sync: dict[str, Any], read: list[Record], story: Story) -> None:
        """Remember who is converted, of records in scope and of all ever synced; today's choice holds (ADV-5). A list
        that the sync feeds no more stays blocked.
        """
        if sync["module"] != "Candidates":
            return
        state = self.syncs[sync["id"]]
        for each in read:
            in_scope = story.outcomes.get(each["id"], ("",))[0] != "out_of_scope"
            if each["converted"] and (in_scope or each["id"] in state.pairs):
                link = self.links.get((sync["module"], each["id"]))
                former = self.conversions.get((sync["id"], each["id"], sync["list"]), {})
                self.conversions[(sync["id"], each["id"], sync["list"])] = {
                    "module": sync["module"], "record": each["id"], "contact_id": each["contact_id"],
                    "key": None if flaw_of(each["email"]) else key_of(each["email"]), "person": link and link.person,
                    "list": sync["list"], "manner": former.get("manner"),
                }  # fmt: skip
                story.converted.add(each["id"])
        for (seen_by, record_id, name), each in self.conversions.items():
            if (seen_by, name) == (sync["id"], sync["list"]):
                if each["manner"] != sync["options"]["converted"]:
                    story.converted.add(record_id)
                each["manner"] = sync["options"]["converted"]

    def converted(self, sync: dict[str, Any], record: Record, person: Person | None) -> bool:
        """Whether a conversion keeps a record out of the sync's list."""
        found = [each for each in self.conversions.values() if self._is_of(each, sync, record, person)]
        excluded = [each["list"] for each in found if each["manner"] == "exclude_from_list"]
        if excluded:
            return sync["list"] in excluded
        return bool(found) and (person is None or person.standing(sync["list"]) is None)

    def _is_of(self, seen: dict[str, Any], sync: dict[str, Any], record: Record, person: Person | None) -> bool:
        if (seen["module"], seen["record"]) == (sync["module"], record["id"]):
            return True
        if seen["contact_id"] and sync["module"] == "Contacts":
            return bool(seen["contact_id"] == record["id"])
        same_person = person is not None and seen["person"] == person.number
        return same_person or (seen["key"] is not None and seen["key"] == key_of(record["email"]))


def settings_of(sync: dict[str, Any]) -> tuple[Any, ...]:
    """What makes the next fetch a first one when it changes (RET-11)."""
    return (sync["module"], sync["list"], repr(sync.get("criteria")), sync.get("view"))


def _latest_first(record: Record) -> tuple[float, int]:
    return (-record["modified"].timestamp(), int(record["id"]))


def _by_creation(record: Record) -> tuple[datetime, int]:
    return (record["created"], int(record["id"]))
