"""Clients, their contacts, and job openings with their applications: how their fields are made.

Lookups are made as the index of the record they name; the store turns it into name and id, so a renamed client is
renamed wherever it is looked up. A job opening's contact belongs to the opening's client; a fifth of the openings name
a client only. How many records each module holds is passed in, because lookups point into them.
"""

from datetime import date, timedelta

from include.sandbox.data import names
from include.sandbox.data.business import (
    APPLICATION_STATUSES,
    COMPANY_FIRST,
    COMPANY_SECOND,
    CONTACT_SOURCES,
    CONTACT_TITLES,
    DEPARTMENTS,
    INDUSTRIES,
    JOB_TYPES,
    OPENING_STATUSES,
)
from include.sandbox.data.people import (
    ALL_KINDS,
    PERSON,
    STAMPS,
    THING_KINDS,
    Maker,
    Person,
    Recipe,
    half_a_pair_in_text,
    maybe,
    owner,
    phone,
    table,
)


def client_of(contact: int, clients: int) -> int | None:
    """Index of the client that a contact works for."""
    return (contact * 7 + contact // 3) % clients if clients else None


def one_of(salt: int, count: int) -> Maker:
    """A lookup into a module of so many records; nothing when it has none."""
    return lambda person: person.pick(salt) % count if count else None


def day(salt: int, first: date, days: int) -> Maker:
    """A day among so many from the first."""
    return lambda person: (first + timedelta(days=person.pick(salt) % days)).isoformat()


def _company(person: Person) -> str:
    return f"{person.one(2, COMPANY_FIRST)} {person.one(3, COMPANY_SECOND)} {person.index + 1}"


def clients() -> Recipe:
    """Companies."""
    return Recipe(
        name="Clients",
        # Companies are what the other modules point at: none of them is planted as deleted.
        kinds=frozenset(),
        makers={
            **STAMPS,
            "Client_Name": _company,
            "Industry": table(4, INDUSTRIES),
            "Website": maybe(5, 6, lambda person: f"https://client{person.index + 1}.example.com"),
            "Contact_Number": phone(6, 7),
            "Account_Manager": owner,
            "Billing_City": lambda person: person.one(8, person.region.cities),
            "Billing_Country": lambda person: person.region.country,
            "Annual_Revenue": maybe(9, 5, lambda person: float(person.pick(11) * 25)),
        },
    )


def contacts(clients: int) -> Recipe:
    """People at companies."""

    def company(person: Person) -> int | None:
        return None if person.kind == "lookup_without_target" else client_of(person.index, clients)

    return Recipe(
        name="Contacts",
        mark="c",
        kinds=ALL_KINDS - {"converted"},
        makers={
            **PERSON,
            **STAMPS,
            "Secondary_Email": lambda person: None,
            "Client_Name": company,
            "Job_Title": table(16, CONTACT_TITLES),
            "Department": table(14, DEPARTMENTS),
            "Work_Phone": phone(6, 7),
            "Mobile": phone(8, 9),
            "Contact_Owner": owner,
            "Mailing_City": lambda person: person.one(5, person.region.cities),
            "Mailing_Country": lambda person: person.region.country,
            "Source": table(21, CONTACT_SOURCES),
            "Email_Opt_Out": lambda person: person.kind == "opted_out",
            "Is_primary_contact": lambda person: person.pick(12) % 4 == 0,
            "Description": lambda person: half_a_pair_in_text(person, None),
            "Lead_Score": table(17, range(101)),
        },
    )


def job_openings(contacts: int, clients: int) -> Recipe:
    """Openings at companies."""

    def contact(person: Person) -> int | None:
        return person.pick(11) % contacts if contacts and person.pick(12) % 5 else None

    def company(person: Person) -> int | None:
        named = contact(person)
        return one_of(13, clients)(person) if named is None else client_of(named, clients)

    return Recipe(
        name="Job_Openings",
        kinds=THING_KINDS,
        makers={
            **STAMPS,
            "Job_Opening_ID": lambda person: f"ZR_{person.index + 1}_JOB",
            "Posting_Title": lambda person: f"{person.one(2, names.TITLES)} ({person.index + 1})",
            "Job_Opening_Status": table(3, OPENING_STATUSES),
            "Client_Name": company,
            "Contact_Name": contact,
            "Department_Name": table(4, DEPARTMENTS),
            "Industry": table(5, INDUSTRIES),
            "Job_Type": table(6, JOB_TYPES),
            "Date_Opened": day(7, date(2025, 1, 1), 420),
            "Target_Date": maybe(8, 3, day(9, date(2026, 1, 1), 400)),
            "Number_of_Positions": table(14, range(1, 9)),
            "City": lambda person: person.one(15, person.region.cities),
            "Assigned_Recruiter": owner,
            "Is_Hot_Job_Opening": lambda person: person.pick(16) % 6 == 0,
        },
    )


def applications(candidates: int, openings: int) -> Recipe:
    """Who applied for what."""
    return Recipe(
        name="Applications",
        kinds=THING_KINDS,
        makers={
            **STAMPS,
            "Application_ID": lambda person: f"ZR_{person.index + 1}_APP",
            "Candidate": one_of(2, candidates),
            "Job_Opening": one_of(3, openings),
            "Application_Status": table(4, APPLICATION_STATUSES),
            "Application_Owner": owner,
            "Applied_On": day(5, date(2025, 6, 1), 270),
        },
    )
