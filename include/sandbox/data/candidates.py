"""The people of the Candidates module as a function of seed and index: nothing is stored but eight random bytes and a
change time each.

``CandidateBook`` answers the value of any field of any record. Change times lie in the 60 days before one hour ahead of
the anchor, half of them in its last 14 days, so that windows of single days find something; none lies in the future.
Edits are no business of this module: the store lays them over.
"""

from array import array
from collections.abc import Callable, Sequence
from datetime import date
from hashlib import blake2b
from random import Random
from typing import Any

from include.sandbox.data import names
from include.sandbox.data.addresses import address, altered
from include.sandbox.data.kinds import BLOCK, DUPLICATES, PATTERN, kind_of, original_of, place_of, sharing

DAY = 86_400


class Candidate:
    """One person to make: index, kind, region of the names, and a draw of twenty-five numbers of its own."""

    __slots__ = ("draw", "index", "kind", "region")

    def __init__(self, index: int, bits: int, kind: str) -> None:
        self.index = index
        self.region: names.Region
        self.draw = int.from_bytes(blake2b(bits.to_bytes(8)).digest())
        self.kind = kind
        self.region = names.RIGHT_TO_LEFT if kind == "right_to_left_name" else _region(self)

    def pick(self, salt: int) -> int:
        """A whole number below 2**20 of this person's own, another one for every salt from 1 to 25."""
        return self.draw >> 20 * (salt - 1) & 0xFFFFF

    def one(self, salt: int, table: tuple[Any, ...]) -> Any:
        """An entry of a table."""
        return table[self.pick(salt) % len(table)]


def _first(person: Candidate) -> str:
    written: str = person.one(2, person.region.first)[0]
    if person.kind == "nul_byte":
        return f"{written[:1]}\x00{written[1:]}"
    return f"{written} {person.one(4, names.EMOJI)}" if person.kind == "emoji_name" else written


def _half_a_pair_in_name(person: Candidate) -> bool:
    return person.kind == "lone_surrogate" and person.index // BLOCK % 2 == 1


def _last(person: Candidate) -> str:
    written: str = person.one(3, person.region.last)[0]
    return f"{written}\ud83d" if _half_a_pair_in_name(person) else written


def _mobile(person: Candidate) -> str | None:
    return f"{person.region.phone} 555 {person.pick(6) * 9:07d}" if person.pick(7) % 8 else None


def _table(salt: int, table: Sequence[Any]) -> Callable[[Candidate], Any]:
    """``one`` with its arithmetic done beforehand: this runs for most fields of every record of a page."""
    shift, length = 20 * (salt - 1), len(table)
    return lambda person: table[(person.draw >> shift & 0xFFFFF) % length]


def _some(table: tuple[str, ...], choice: int) -> list[str]:
    return [each for place, each in enumerate(table) if choice >> place & 1]


_region = _table(1, names.REGIONS)
_USERS = tuple({"name": name, "id": user} for user, name in names.OWNERS)
_SKILL_SETS = tuple("\n".join(_some(names.SKILLS, choice)) or None for choice in range(2 ** len(names.SKILLS)))
# Two draws of every language, so that most people speak a few and some none.
_LANGUAGE_SETS = tuple(_some(names.LANGUAGES, choice & choice >> 3) for choice in range(2 ** len(names.LANGUAGES)))
_owners = _table(10, _USERS)
_skill_sets = _table(8, _SKILL_SETS)


def _skills(person: Candidate) -> str | None:
    skills: str | None = _skill_sets(person)
    if person.kind == "lone_surrogate" and not _half_a_pair_in_name(person):
        return f"{skills or 'Tea'}\nCoffee \ud83d"
    return skills


def _owner(person: Candidate) -> dict[str, str | None] | None:
    if person.kind == "lookup_without_target":
        return None if person.index // BLOCK % 2 else {"name": None, "id": None}
    owner: dict[str, str | None] = _owners(person)
    return owner


def _birth(person: Candidate) -> str | None:
    days = person.pick(11) % 16_000
    return date.fromordinal(date(1962, 1, 1).toordinal() + days).isoformat() if person.pick(12) % 5 else None


MAKERS: dict[str, Callable[[Candidate], Any]] = {
    "Candidate_ID": lambda person: f"ZR_{person.index + 1}_CAND",
    "Salutation": _table(13, names.SALUTATIONS),
    "First_Name": _first,
    "Last_Name": _last,
    "Secondary_Email": lambda person: None,
    "Mobile": _mobile,
    "City": lambda person: person.one(5, person.region.cities),
    "Country": lambda person: person.region.country,
    "Current_Employer": lambda person: person.one(14, names.EMPLOYERS) if person.pick(15) % 4 else None,
    "Current_Job_Title": _table(16, names.TITLES),
    "Experience_in_Years": _table(17, range(17)),
    "Expected_Salary": lambda person: 24_000.0 + person.pick(18) % 1800 * 50 if person.pick(19) % 6 else None,
    "Highest_Qualification_Held": _table(20, names.QUALIFICATIONS),
    "Skill_Set": _skills,
    "Source": _table(21, names.SOURCES),
    "Candidate_Status": _table(22, names.STATUSES),
    "Candidate_Owner": _owner,
    "Email_Opt_Out": lambda person: person.kind == "opted_out",
    "Date_of_Birth": _birth,
    "Languages": _table(9, _LANGUAGE_SETS),
    "Campaign_Response": lambda person: None,
    "Is_Locked": lambda person: False,
    "Created_By": _table(23, _USERS),
    "Modified_By": _table(24, _USERS),
}


class CandidateBook:
    """``count`` people of a seed. ``anchor`` is in seconds since 1970; memory is 16 bytes a person."""

    def __init__(self, count: int, seed: int, anchor: int) -> None:
        self.count = count
        self.seed = seed
        turn = place_of(0, seed)
        self._kinds = PATTERN[turn:] + PATTERN[:turn]
        self._makers: dict[str, Callable[[Candidate], Any]] = {**MAKERS, "Email": self._email}
        self._latest = anchor - 3600
        self._bits = array("Q")
        # One draw for all: the first so many bytes of a seed are the same whatever the count.
        self._bits.frombytes(Random(seed).randbytes(8 * count))
        self.updated = array("q", map(self._changed, self._bits))
        for index in range(count):
            if PATTERN[place_of(index, seed)] == "duplicate_same_time":
                self.updated[index] = self.updated[original_of(index, seed, count) or 0]

    def _changed(self, bits: int) -> int:
        draw = bits >> 8
        recent = draw % (14 * DAY)
        return self._latest - (recent if bits & 1 else 14 * DAY + draw % (46 * DAY))

    def created(self, index: int) -> int:
        """Seconds since 1970: at the last change for a quarter of the people, up to 400 days earlier for the rest."""
        bits = self._bits[index]
        return self.updated[index] - (0 if bits & 6 == 0 else bits // 512 % (400 * DAY))

    def deleted(self, index: int) -> int:
        """When a person of a deleted kind was deleted: after the last change, before the anchor."""
        return self.updated[index] + (self._latest - self.updated[index]) * (self._bits[index] & 255) // 256

    def kind(self, index: int) -> str:
        """The kind of a record (``kinds.RATES``)."""
        kind = self._kinds[index % BLOCK]
        return kind_of(index, self.seed, self.count) if kind in DUPLICATES else kind

    def original(self, index: int) -> int | None:
        """Index of the record whose address this one repeats."""
        return original_of(index, self.seed, self.count)

    def sharing(self, index: int) -> list[int]:
        """Indexes of the records that repeat this one's address."""
        return sharing(index, self.seed, self.count)

    def values(self, index: int, fields: list[str]) -> dict[str, Any]:
        """The named fields of one record, as they were made."""
        person = Candidate(index, self._bits[index], self.kind(index))
        makers = self._makers
        return {name: makers[name](person) for name in fields}

    def _email(self, person: Candidate) -> str | None:
        original = self.original(person.index) if person.kind in DUPLICATES else None
        if original is not None:
            # An original is always a plain person, so its address is never empty.
            first = self._email(Candidate(original, self._bits[original], self.kind(original)))
            return altered(person.kind, first or "")
        first_name, last_name = person.one(2, person.region.first)[1], person.one(3, person.region.last)[1]
        return address(person.kind, person.index, first_name, last_name, person.pick(25))
