"""What the reference remembers: people, their lists, source records that are known, suppressions, and of each sync."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Outcome = tuple[str, str | None, set[str | None]]
"""Outcome, reason, and the sub-codes of which one must be given."""
Record = dict[str, Any]
"""id, email, modified, created, opt_out, converted, approved, in_scope (view, criteria), contact_id (if converted)."""


@dataclass
class Membership:
    """A place in a list; reasons: of those that may stand there for a removal, one must."""

    status: str
    reasons: set[str] = field(default_factory=set)


@dataclass
class Person:
    """A contact. unsubscribed: the lists that the person ever unsubscribed from, member or not."""

    number: int
    key: str
    deleted: bool = False
    lists: dict[str, Membership] = field(default_factory=dict)
    unsubscribed: set[str] = field(default_factory=set)
    former: set[str] = field(default_factory=set)

    def standing(self, name: str) -> str | None:
        """The status in a list; None for removed and for never in it."""
        found = self.lists.get(name)
        return None if found is None or found.status == "removed" else found.status

    @property
    def held_out(self) -> set[str]:
        """The lists that the person was removed from by hand (OUT-18)."""
        return {
            name for name, each in self.lists.items() if each.status == "removed" and "removed_by_hand" in each.reasons
        }

    def join(self, name: str) -> None:
        """Into a list, or back into it; whoever unsubscribed stays unsubscribed (OUT-11)."""
        if self.standing(name) is None:
            self.lists[name] = Membership("unsubscribed" if name in self.unsubscribed else "subscribed")

    def unsubscribe(self, name: str) -> None:
        self.unsubscribed.add(name)
        if self.standing(name):
            self.lists[name].status = "unsubscribed"

    def leave(self, name: str, *reasons: str) -> None:
        self.lists[name] = Membership("removed", set(reasons))

    def leave_organisation(self) -> None:
        """Deleted: every membership ends (ADV-2)."""
        self.deleted = True
        for name in self.lists:
            if self.standing(name):
                self.leave(name, "deleted")


@dataclass
class Link:
    """A source record that is known here: whose it is, with which address it was last applied, and last came."""

    person: int
    key: str
    last: str
    gone: datetime | None = None


@dataclass
class Suppression:
    """records: of a module, that were kept out with a suppressed address and are nobody's."""

    kind: str
    key: str
    people: set[int]
    records: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class Pair:
    """A record that a sync took, and the choices of the day on which it first did (ADV-5).

    lists: those into which the sync took it, and whether it has dealt there with the deletion of the record. flagged:
    the sync has dealt with the opt-out flag of the record.
    """

    choices: dict[str, str]
    lists: dict[str, bool] = field(default_factory=dict)
    flagged: bool = False


@dataclass
class SyncState:
    """What is remembered of a sync between its fetches; pairs by record.

    waiting: what was noticed once and waits for a person's answer: reason and record, list, person and choice.
    """

    module: str = ""
    watermark: datetime | None = None
    settings_of_watermark: tuple[Any, ...] = ()
    pairs: dict[str, Pair] = field(default_factory=dict)
    withheld: list[str] = field(default_factory=list)
    waiting: dict[tuple[str, str], tuple[str, int, str]] = field(default_factory=dict)


@dataclass
class Story:
    """What a fetch must show: outcome, reason and allowed sub-codes of each record, and its counters.

    converted: records whose conversion the fetch saw, or for which the choice has just become another.
    """

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    removed: dict[int, set[str]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    unsubscribed: set[int] = field(default_factory=set)
    converted: set[str] = field(default_factory=set)
    pending: int = 0

    def count(self, outcome: str, reason: str | None = None) -> int:
        return sum(each[0] == outcome and reason in (None, each[1]) for each in self.outcomes.values())


@dataclass
class Knowledge:
    """Everything that the warehouse knows, in dictionaries."""

    people: dict[int, Person] = field(default_factory=dict)
    links: dict[tuple[str, str], Link] = field(default_factory=dict)
    suppressions: list[Suppression] = field(default_factory=list)
    bounces: dict[str, tuple[bool, int]] = field(default_factory=dict)
    syncs: dict[str, SyncState] = field(default_factory=dict)
    conversions: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    limit: int | None = None
    soft_bounces: int = 3
    unsubscribe_scope: str = "list"
    carried: dict[str, int] = field(default_factory=dict)

    def owner(self, key: str) -> Person | None:
        """Who has an address now."""
        return next((each for each in self.people.values() if each.key == key), None)

    def is_kept_out(self, person: Person) -> bool:
        """Whether anything that belongs to the person holds, in whichever list."""
        return bool(person.held_out or person.unsubscribed or self.suppressed(person.key, person))

    def suppressed(self, key: str, *people: Person | None, record: tuple[str, str] | None = None) -> set[str]:
        """The kinds of suppression that cover an address, one of these people or a record."""
        numbers = {each.number for each in people if each}
        keys = {key} | {each.key for each in people if each}
        return {
            each.kind
            for each in self.suppressions
            if each.key in keys or each.people & numbers or record in each.records
        }

    def bounced(self, key: str) -> str | None:
        hard, soft = self.bounces.get(key, (False, 0))
        return "hard" if hard else "soft" if soft >= self.soft_bounces else None

    def apply_unsubscribe_scope(self) -> None:
        """With policy organisation whoever unsubscribed from a list is mailed by none (ADV-3)."""
        for each in self.people.values():
            known = any(one.kind == "unsubscribed_org" and each.number in one.people for one in self.suppressions)
            if self.unsubscribe_scope == "organisation" and each.unsubscribed and not known:
                self.suppressions.append(Suppression("unsubscribed_org", each.key, {each.number}))

    def unsubscribed_from(self, name: str) -> set[int]:
        """Members of a list who are unsubscribed."""
        return {each.number for each in self.people.values() if each.standing(name) == "unsubscribed"}

    def mailable(self) -> set[tuple[str, str]]:
        """List and address of everybody who may be mailed (OPS-13, OUT-11)."""
        return {
            (name, person.key)
            for person in self.people.values()
            for name, membership in person.lists.items()
            if membership.status == "subscribed"
            and not person.deleted
            and not self.bounced(person.key)
            and not self.suppressed(person.key, person)
        }
