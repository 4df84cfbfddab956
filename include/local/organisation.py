"""The organisation as the independent count knows it: who is known, who is in which list, whom not to mail, and what
each sync has taken. It is carried from one fetch to the next and shares nothing with the product.

People are addresses in one spelling (`key`): in the demo nobody has two of them at a time.
"""

from dataclasses import dataclass, field
from datetime import datetime

from include.local.past import LISTS, SUPPRESSED, Past


@dataclass
class Supply:
    """What one sync has taken: of which module or report, into which list, record id → address."""

    place: str
    list_name: str
    records: dict[str, str] = field(default_factory=dict)


@dataclass
class Organisation:
    """Everything that the outcome of a record may depend on besides the record."""

    known: set[str] = field(default_factory=set)  # in the organisation now: who counts against its plan
    lists: dict[str, set[str]] = field(default_factory=dict)
    bounced: dict[str, str] = field(default_factory=dict)  # address → hard or soft
    suppressed: dict[str, str] = field(default_factory=dict)  # address → sub-code of do_not_mail
    openers: dict[str, int] = field(default_factory=dict)  # list → who opened a campaign and is to be pushed
    left: set[str] = field(default_factory=set)  # deleted from the organisation
    unsubscribed: dict[str, set[str]] = field(default_factory=dict)  # list → who unsubscribed from it
    taken_out: dict[str, set[str]] = field(default_factory=dict)  # list → whom somebody removed from it by hand
    supplies: dict[str, Supply] = field(default_factory=dict)  # sync → what it has taken
    read_up_to: dict[str, datetime] = field(default_factory=dict)  # sync → end of its latest fetch
    withheld: dict[str, set[str]] = field(default_factory=dict)  # sync → records that the plan had no room for

    def members(self, list_name: str) -> set[str]:
        """Who is in a list, those who unsubscribed among them."""
        return self.lists.setdefault(list_name, set())

    def join(self, list_name: str, address: str) -> None:
        """A person is in the organisation and in this list from now on."""
        self.left.discard(address)
        self.known.add(address)
        self.members(list_name).add(address)

    def leave(self, address: str, manner: str, list_name: str) -> None:
        """A person leaves as a choice says: this list only (`remove_from_list`), or the organisation."""
        self.members(list_name).discard(address)
        if manner == "remove_from_org" and address in self.known:
            self.leave_organisation(address)

    def leave_organisation(self, address: str) -> None:
        """A person is deleted from the organisation, and may come back."""
        self._forget(address)
        self.left.add(address)

    def erase(self, address: str) -> None:
        """Nothing is known of a person any more, but that no mail may go to the address."""
        self._forget(address)
        self.suppressed[address] = "erased"

    def _forget(self, address: str) -> None:
        self.known.discard(address)
        for members in self.lists.values():
            members.discard(address)

    def move(self, old: str, new: str) -> None:
        """A person has another address."""
        for found in (self.known, self.left, *self.lists.values(), *self.unsubscribed.values()):
            if old in found:
                found.remove(old)
                found.add(new)
        for supply in self.supplies.values():
            supply.records = {each: new if found == old else found for each, found in supply.records.items()}

    def person_of(self, place: str, record_id: str) -> str | None:
        """The address that a record had when a sync took it; None if none did."""
        found = (each.records.get(record_id) for each in self.supplies.values() if each.place == place)
        return next(filter(None, found), None)


def organisation_before(past: Past) -> Organisation:
    """The organisation as the past left it."""
    organisation = Organisation()
    for role, list_name in LISTS.items():
        for address in past.addresses(role):
            organisation.join(list_name, key(address))
    organisation.known |= {key(each) for each in past.addresses("alone")}
    for manner in ("hard", "soft"):
        organisation.bounced |= {key(each): manner for each in past.addresses(f"{manner}_bounce")}
    for kind in SUPPRESSED:
        organisation.suppressed |= {key(each): kind for each in past.addresses(kind)}
    organisation.unsubscribed = {LISTS["unsubscribed"]: {key(each) for each in past.addresses("unsubscribed")}}
    organisation.openers = {LISTS["reader"]: len(past.addresses("reader"))}
    return organisation


def key(address: str | None) -> str:
    """What two spellings of one address have in common."""
    return (address or "").strip().casefold()
