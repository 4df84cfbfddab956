"""The people of the Candidates module: how each of their fields is made.

Department and Year_Passed_Out are fields that an administrator added; they draw on what other fields left over of
their numbers, so that adding them changed nobody.
"""

from datetime import date

from include.sandbox.data import names
from include.sandbox.data.business import DEPARTMENTS
from include.sandbox.data.people import PERSON, STAMPS, Person, Recipe, half_a_pair_in_text, maybe, owner, phone, table
from include.sandbox.modules import CONVERTED_DETAIL


def _some(entries: tuple[str, ...], choice: int) -> list[str]:
    return [each for place, each in enumerate(entries) if choice >> place & 1]


_SKILL_SETS = tuple("\n".join(_some(names.SKILLS, choice)) or None for choice in range(2 ** len(names.SKILLS)))
# Two draws of every language, so that most people speak a few and some none.
LANGUAGE_SETS = tuple(_some(names.LANGUAGES, choice & choice >> 3) for choice in range(2 ** len(names.LANGUAGES)))
_skill_sets = table(8, _SKILL_SETS)


def _birth(person: Person) -> str | None:
    days = person.pick(11) % 16_000
    return date.fromordinal(date(1962, 1, 1).toordinal() + days).isoformat() if person.pick(12) % 5 else None


CANDIDATES = Recipe(
    makers={
        **PERSON,
        **STAMPS,
        "Candidate_ID": lambda person: f"ZR_{person.index + 1}_CAND",
        "Salutation": table(13, names.SALUTATIONS),
        "Secondary_Email": lambda person: None,
        "Mobile": phone(6, 7),
        "City": lambda person: person.one(5, person.region.cities),
        "Country": lambda person: person.region.country,
        "Current_Employer": maybe(15, 4, table(14, names.EMPLOYERS)),
        "Current_Job_Title": table(16, names.TITLES),
        "Experience_in_Years": table(17, range(17)),
        "Expected_Salary": maybe(19, 6, lambda person: 24_000.0 + person.pick(18) % 1800 * 50),
        "Highest_Qualification_Held": table(20, names.QUALIFICATIONS),
        "Skill_Set": lambda person: half_a_pair_in_text(person, _skill_sets(person)),
        "Source": table(21, names.SOURCES),
        "Candidate_Status": table(22, names.STATUSES),
        "Candidate_Owner": owner,
        "Email_Opt_Out": lambda person: person.kind == "opted_out",
        "Date_of_Birth": _birth,
        "Languages": table(9, LANGUAGE_SETS),
        "Campaign_Response": lambda person: None,
        "Last_Campaign_Status": lambda person: None,
        "Department": lambda person: DEPARTMENTS[person.pick(12) // 5 % len(DEPARTMENTS)],
        "Year_Passed_Out": lambda person: 2008 + person.pick(15) // 4 % 17,
        "Is_Locked": lambda person: False,
        CONVERTED_DETAIL: lambda person: None,
    }
)
