"""The rows of the forms: people with the same awkward kinds at the same rates as the sandbox's candidates.

A row is a function of seed, form and index. Kinds that only Recruit knows (converted, waiting for approval, restored)
are ordinary rows here; deleted ones are not there at all. Change times lie in the 60 days before the anchor.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from include.sandbox.data import names
from include.sandbox.data.addresses import address, altered
from include.sandbox.data.kinds import BLOCK, DUPLICATES, PLAIN, kind_of, original_of

COUNTS = {"Applicants": 1200, "Alumni": 240, "Guests": 40}
DEPARTMENTS = ("Sales", "Information Technology", "People & Culture", "Finance", "Site Operations")
_FIRST_ID = {"Applicants": 300002000000100000, "Alumni": 300002000000300000, "Guests": 300002000000500000}
_LETTER = {"Applicants": "a", "Alumni": "m", "Guests": "g"}
_ORDINARY = ("converted", "unapproved", "restored")
_GONE = ("deleted_recycle", "deleted_permanent")
_DAY = 86_400


@dataclass(slots=True)
class Row:
    """One record of a form: values by field, times, and what was planted."""

    id: int
    values: dict[str, Any]
    added: datetime
    modified: datetime
    kind: str = PLAIN
    duplicate_of: int | None = None

    def value(self, name: str) -> Any:
        """The value of a field, the times among them."""
        times = {"Added_Time": self.added, "Modified_Time": self.modified}
        return times[name] if name in times else self.values.get(name)


@dataclass(slots=True)
class _Person:
    """Somebody to make; ``draw`` gives the same numbers every time."""

    form: str
    index: int
    kind: str
    seed: int
    count: int
    draw: Random = field(init=False)
    first: tuple[str, str] = field(init=False)
    last: tuple[str, str] = field(init=False)
    region: names.Region = field(init=False)

    def __post_init__(self) -> None:
        self.draw = Random(f"{self.seed} {self.form} {self.index}")
        self.region = names.RIGHT_TO_LEFT if self.kind == "right_to_left_name" else self.draw.choice(names.REGIONS)
        self.first, self.last = self.draw.choice(self.region.first), self.draw.choice(self.region.last)

    def name(self) -> dict[str, str | None]:
        """The composite name, with what is awkward about it."""
        first, last = self.first[0], self.last[0]
        if self.kind == "nul_byte":
            first = f"{first[:1]}\x00{first[1:]}"
        if self.kind == "emoji_name":
            first = f"{first} {self.draw.choice(names.EMOJI)}"
        if self.kind == "lone_surrogate":
            last = f"{last}\ud83d"
        return {"prefix": names.SALUTATIONS[self.index % 5], "first_name": first, "last_name": last, "suffix": None}

    def email(self) -> str | None:
        """The address; a duplicate's is that of its original, altered."""
        original = original_of(self.index, self.seed, self.count) if self.kind in DUPLICATES else None
        if original is not None:
            kind = kind_of(original, self.seed, self.count)
            return altered(self.kind, _Person(self.form, original, kind, self.seed, self.count).email() or "")
        return address(self.kind, f"{_LETTER[self.form]}{self.index}", self.first[1], self.last[1], self.index // BLOCK)


def forms(seed: int, anchor: datetime) -> dict[str, dict[int, Row]]:
    """The rows of every form by id, ascending."""
    made: dict[str, dict[int, Row]] = {}
    for form, count in COUNTS.items():
        people = (_Person(form, index, kind_of(index, seed, count), seed, count) for index in range(count))
        rows = [_row(person, anchor) for person in people if person.kind not in _GONE]
        made[form] = {row.id: row for row in rows}
        for row in rows:
            if row.kind == "duplicate_same_time" and row.duplicate_of is not None:
                row.modified = made[form][row.duplicate_of].modified
                row.added = min(row.added, row.modified)
    return made


def _row(person: _Person, anchor: datetime) -> Row:
    values = _MAKERS[person.form](person, anchor)
    days = person.draw.choice((14, 60))
    modified = int(anchor.timestamp()) - 3600 - person.draw.randrange(days * _DAY)
    added = modified - person.draw.choice((0, person.draw.randrange(400 * _DAY)))
    original = original_of(person.index, person.seed, person.count) if person.kind in DUPLICATES else None
    return Row(
        id=_FIRST_ID[person.form] + person.index,
        values=values,
        added=datetime.fromtimestamp(added, UTC),
        modified=datetime.fromtimestamp(modified, UTC),
        kind=PLAIN if person.kind in _ORDINARY else person.kind,
        duplicate_of=None if original is None else _FIRST_ID[person.form] + original,
    )


def _applicant(person: _Person, anchor: datetime) -> dict[str, Any]:
    index, draw = person.index, person.draw
    # A lookup without target comes as nothing, or as a map without a display value.
    department = ("", None)[index // BLOCK % 2] if person.kind == "lookup_without_target" else DEPARTMENTS[index % 5]
    day = anchor.date() + timedelta(days=index % 90)
    city = draw.choice(person.region.cities)
    return {
        "Name": person.name(),
        "Email": person.email(),
        "Phone_Number": f"{person.region.phone} 555 {draw.randrange(10**7):07d}" if index % 8 else None,
        "Position": draw.choice(names.TITLES),
        "Department": department,
        "Skills": draw.sample(names.SKILLS, index % 4),
        "Languages": draw.sample(names.LANGUAGES, index % 3),
        "Home_Address": {"address_line_1": f"{index + 1} Mill Lane", "city": city, "country": person.region.country},
        "Years_of_Experience": draw.randrange(17),
        "Salary_Expected": f"{24_000 + draw.randrange(1800) * 50}.00" if index % 6 else None,
        "Available_From": day if index % 4 else None,
        "Interview_At": datetime(day.year, day.month, day.day, 8 + index % 9, 30, tzinfo=UTC) if index % 3 else None,
        "Newsletter": person.kind != "opted_out",
        "Portfolio": {"value": "Portfolio", "url": f"https://work.example.org/{index}"} if index % 7 == 0 else None,
    }


def _alumna(person: _Person, anchor: datetime) -> dict[str, Any]:
    return {
        "Name": person.name(),
        "Email": person.email(),
        "Work_Email": f"alumna{person.index}@work.example.com" if person.index % 3 else None,
        "Left_On": date(2012, 1, 1) + timedelta(days=person.draw.randrange(4000)),
    }


def _guest(person: _Person, anchor: datetime) -> dict[str, Any]:
    written = " ".join(part for part in (person.first[0], person.last[0]) if part)
    return {"Full_Name": written, "Guest_Of": DEPARTMENTS[person.index % 5]}


_MAKERS: dict[str, Callable[[_Person, datetime], dict[str, Any]]] = {
    "Applicants": _applicant,
    "Alumni": _alumna,
    "Guests": _guest,
}
