"""Three custom modules: Alumni with one e-mail field and a field of every other type, Speakers with two e-mail fields,
Venues with none.

Which field is the contact's address can be told of Alumni alone; the other two are there to be refused.
"""

from datetime import UTC, date, datetime

from include.sandbox.clock import iso
from include.sandbox.data.business import DEGREES, INTERESTS, TOPICS
from include.sandbox.data.clients import day, one_of
from include.sandbox.data.names import SALUTATIONS
from include.sandbox.data.people import (
    ALL_KINDS,
    STAMPS,
    Person,
    Recipe,
    first_name,
    half_a_pair_in_text,
    last_name,
    maybe,
    owner,
    phone,
    table,
)

_PEOPLE = ALL_KINDS - {"converted"}
_MET_FROM = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())


def _name(person: Person) -> str:
    return f"{first_name(person)} {last_name(person)}"


def _met(person: Person) -> str:
    return iso(_MET_FROM + person.pick(16) * 60, UTC)


def alumni(clients: int) -> Recipe:
    """People who left, with a value of every type of field."""
    return Recipe(
        name="Alumni",
        mark="a",
        kinds=_PEOPLE,
        makers={
            **STAMPS,
            "Name": _name,
            "Alumni_Number": lambda person: f"AL-{person.index + 1:05d}",
            "Email_Opt_Out": lambda person: person.kind == "opted_out",
            "Title": table(13, SALUTATIONS),
            "Phone": phone(6, 7),
            "Degree": table(4, DEGREES),
            "Interests": lambda person: [each for place, each in enumerate(INTERESTS) if person.pick(5) >> place & 1],
            "Mentor": lambda person: person.pick(8) % 3 == 0,
            "Graduated_On": maybe(9, 7, day(11, date(2005, 6, 1), 7000)),
            "Last_Met": maybe(12, 4, _met),
            "Year_Passed_Out": table(14, range(2005, 2026)),
            "Grade": maybe(15, 5, lambda person: 1 + person.pick(17) % 31 / 10),
            "Donated": maybe(18, 3, lambda person: float(person.pick(19) % 900 * 5)),
            "Employer": maybe(20, 4, one_of(21, clients)),
            "Owner": owner,
            "Notes": lambda person: half_a_pair_in_text(person, "Likes to be called\nin the evening"),
            "Homepage": maybe(22, 2, lambda person: f"https://people.example.org/{person.index + 1}"),
            "Letter_Status": lambda person: None,
        },
    )


def speakers() -> Recipe:
    """People with two e-mail fields."""
    return Recipe(
        name="Speakers",
        mark="s",
        kinds=_PEOPLE,
        makers={
            **STAMPS,
            "Name": _name,
            "Work_Email": maybe(4, 3, lambda person: f"speaker{person.index + 1}@stage.example.net"),
            "Topic": table(5, TOPICS),
            "Biography": lambda person: half_a_pair_in_text(person, None),
            "Owner": owner,
        },
    )


def venues() -> Recipe:
    """Places, with no e-mail field at all."""
    return Recipe(
        name="Venues",
        kinds=frozenset(),
        makers={
            **STAMPS,
            "Name": lambda person: f"Hall {person.index + 1}",
            "City": lambda person: person.one(5, person.region.cities),
            "Seats": table(4, range(20, 900)),
            "Owner": owner,
        },
    )
