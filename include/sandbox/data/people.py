"""Records as a function of seed and index: what every module's made records have in common.

A ``Recipe`` says how the fields of a module are made and which awkward kinds are planted in it; a ``Book`` answers the
value of any field of any record, storing eight random bytes and a change time each. Change times lie in the 60 days
before one hour ahead of the anchor, half of them in its last 14 days, so that windows of single days find something;
none lies in the future. Edits are no business of this module: the store lays them over.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Any

from include.sandbox.data import names
from include.sandbox.data.addresses import address, altered
from include.sandbox.data.kinds import BLOCK, DUPLICATES, PATTERN, PLAIN, RATES, kind_of, original_of, place_of, sharing

DAY = 86_400
ALL_KINDS = frozenset(RATES)
# What a record can be that has no person in it.
THING_KINDS = frozenset(("deleted_recycle", "deleted_permanent", "restored"))


class Person:
    """One record to make: index, kind, region of its names, and a draw of twenty-five numbers of its own."""

    __slots__ = ("draw", "index", "kind", "region")

    def __init__(self, index: int, bits: int, kind: str) -> None:
        self.index = index
        self.region: names.Region
        self.draw = int.from_bytes(blake2b(bits.to_bytes(8)).digest())
        self.kind = kind
        self.region = names.RIGHT_TO_LEFT if kind == "right_to_left_name" else _region(self)

    def pick(self, salt: int) -> int:
        """A whole number below 2**20 of this record's own, another one for every salt from 1 to 25."""
        return self.draw >> 20 * (salt - 1) & 0xFFFFF

    def one(self, salt: int, table: tuple[Any, ...]) -> Any:
        """An entry of a table."""
        return table[self.pick(salt) % len(table)]


Maker = Callable[[Person], Any]


def table(salt: int, entries: Sequence[Any]) -> Maker:
    """``one`` with its arithmetic done beforehand: this runs for most fields of every record of a page."""
    shift, length = 20 * (salt - 1), len(entries)
    return lambda person: entries[(person.draw >> shift & 0xFFFFF) % length]


_region = table(1, names.REGIONS)
_USERS = tuple({"name": name, "id": user} for user, name in names.OWNERS)
_owners = table(10, _USERS)


def first_name(person: Person) -> str:
    """With a NUL byte or an emoji where the kind says so."""
    written: str = person.one(2, person.region.first)[0]
    if person.kind == "nul_byte":
        return f"{written[:1]}\x00{written[1:]}"
    return f"{written} {person.one(4, names.EMOJI)}" if person.kind == "emoji_name" else written


def half_a_pair_in_name(person: Person) -> bool:
    """Every second record of its kind has the half surrogate pair in the last name."""
    return person.kind == "lone_surrogate" and person.index // BLOCK % 2 == 1


def last_name(person: Person) -> str:
    """With half a surrogate pair where the kind says so."""
    written: str = person.one(3, person.region.last)[0]
    return f"{written}\ud83d" if half_a_pair_in_name(person) else written


def half_a_pair_in_text(person: Person, text: str | None) -> str | None:
    """A long text of the record, with half a surrogate pair where the kind says so."""
    if person.kind == "lone_surrogate" and not half_a_pair_in_name(person):
        return f"{text or 'Tea'}\nCoffee \ud83d"
    return text


def owner(person: Person) -> dict[str, str | None] | None:
    """One of the account's users; nobody, or one without name and id, where the kind says so."""
    if person.kind == "lookup_without_target":
        return None if person.index // BLOCK % 2 else {"name": None, "id": None}
    found: dict[str, str | None] = _owners(person)
    return found


def phone(salt: int, often: int) -> Maker:
    """A telephone number of the region for all but one in eight."""
    return lambda person: f"{person.region.phone} 555 {person.pick(salt) * 9:07d}" if person.pick(often) % 8 else None


def maybe(salt: int, missing: int, maker: Maker) -> Maker:
    """Nothing for one in ``missing``, else what the maker makes."""
    return lambda person: maker(person) if person.pick(salt) % missing else None


PERSON: Mapping[str, Maker] = {"First_Name": first_name, "Last_Name": last_name}
STAMPS: Mapping[str, Maker] = {"Created_By": table(23, _USERS), "Modified_By": table(24, _USERS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How the records of a module are made. ``name`` seeds them (empty: the bare seed), ``mark`` stands before the
    number in their addresses, so that no two modules have an address in common.
    """

    makers: Mapping[str, Maker]
    name: str = ""
    mark: str = ""
    kinds: frozenset[str] = ALL_KINDS


class Book:
    """``count`` records of a recipe and a seed. ``anchor`` is in seconds since 1970; memory is 16 bytes a record."""

    def __init__(self, recipe: Recipe, count: int, seed: int, anchor: int) -> None:
        self.count = count
        self.seed = seed
        turn = place_of(0, seed)
        # Kinds by index modulo BLOCK.
        self.pattern = tuple(each if each in recipe.kinds else PLAIN for each in PATTERN[turn:] + PATTERN[:turn])
        self._mark = recipe.mark
        self._makers: dict[str, Maker] = {"Email": self._email, **recipe.makers}
        self._latest = anchor - 3600
        self._bits = array("Q")
        # One draw for all: the first so many bytes of a seed are the same whatever the count.
        self._bits.frombytes(Random(f"{seed}/{recipe.name}" if recipe.name else seed).randbytes(8 * count))
        self.updated = array("q", map(self._changed, self._bits))
        for index in range(count):
            if self.pattern[index % BLOCK] == "duplicate_same_time":
                self.updated[index] = self.updated[original_of(index, seed, count) or 0]

    def _changed(self, bits: int) -> int:
        draw = bits >> 8
        recent = draw % (14 * DAY)
        return self._latest - (recent if bits & 1 else 14 * DAY + draw % (46 * DAY))

    def created(self, index: int) -> int:
        """Seconds since 1970: at the last change for a quarter of the records, up to 400 days earlier for the rest."""
        bits = self._bits[index]
        return self.updated[index] - (0 if bits & 6 == 0 else bits // 512 % (400 * DAY))

    def deleted(self, index: int) -> int:
        """When a record of a deleted kind was deleted: after the last change, before the anchor."""
        return self.updated[index] + (self._latest - self.updated[index]) * (self._bits[index] & 255) // 256

    def kind(self, index: int) -> str:
        """The kind of a record (``kinds.RATES``)."""
        kind = self.pattern[index % BLOCK]
        return kind_of(index, self.seed, self.count) if kind in DUPLICATES else kind

    def original(self, index: int) -> int | None:
        """Index of the record whose address this one repeats."""
        return original_of(index, self.seed, self.count) if self.pattern[index % BLOCK] in DUPLICATES else None

    def sharing(self, index: int) -> list[int]:
        """Indexes of the records that repeat this one's address."""
        return sharing(index, self.seed, self.count)

    def values(self, index: int, fields: list[str]) -> dict[str, Any]:
        """The named fields of one record, as they were made."""
        person = Person(index, self._bits[index], self.kind(index))
        makers = self._makers
        return {name: makers[name](person) for name in fields}

    def _email(self, person: Person) -> str | None:
        original = self.original(person.index) if person.kind in DUPLICATES else None
        if original is not None:
            # An original is always a plain person, so its address is never empty.
            first = self._email(Person(original, self._bits[original], self.kind(original)))
            return altered(person.kind, first or "")
        spelt = person.one(2, person.region.first)[1], person.one(3, person.region.last)[1]
        return address(person.kind, f"{self._mark}{person.index}", *spelt, person.pick(25))
