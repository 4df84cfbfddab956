"""The two applications as they are planted: forms with their fields, reports, date formats and zones.

``talent-desk`` writes dates as ``06-May-2024 07:08:09`` in Berlin's time and has one e-mail field; ``alumni-circle``
writes ``05/06/2024 07:08:09 AM`` in New York's, with a report of two e-mail fields and one of none. Link names are of
the kind that Creator makes: hyphens in applications, underscores in reports.
"""

from dataclasses import dataclass, field

from include.sandbox.creator.dates import DateStyle
from include.sandbox.creator.shapes import Field

OWNER = "zylker"
TIMES = (Field("Added_Time", "moment"), Field("Modified_Time", "moment", quick=True))

APPLICANTS = (
    Field("Name", "name", quick=True),
    Field("Email", "text", quick=True),
    Field("Phone_Number", "text"),
    Field("Position", "text"),
    Field("Department", "lookup", quick=True),
    Field("Skills", "lookups"),
    Field("Languages", "list"),
    Field("Home_Address", "address"),
    Field("Years_of_Experience", "number"),
    Field("Salary_Expected", "number"),
    Field("Available_From", "date"),
    Field("Interview_At", "moment"),
    Field("Newsletter", "checkbox"),
    Field("Portfolio", "url"),
    *TIMES,
)
ALUMNI = (
    Field("Name", "name", quick=True),
    Field("Email", "text", quick=True),
    Field("Work_Email", "text", quick=True),
    Field("Left_On", "date"),
    *TIMES,
)
GUESTS = (Field("Full_Name", "text", quick=True), Field("Guest_Of", "lookup"), *TIMES)


@dataclass(slots=True)
class Report:
    """A view of a form's records; ``hidden``: fields of the form that it does not show. ``empty``: it matches none."""

    form: str
    fields: tuple[Field, ...]
    hidden: set[str] = field(default_factory=set)
    empty: bool = False
    refuses: tuple[int, int | None] | None = None

    def shown(self) -> tuple[Field, ...]:
        """Its fields, in order."""
        return tuple(each for each in self.fields if each.name not in self.hidden)


@dataclass(slots=True)
class Application:
    """Reports by link name; ``refuses`` is the (code, status) that every call meets, if any."""

    style: DateStyle
    reports: dict[str, Report]
    refuses: tuple[int, int | None] | None = None


def planted() -> dict[str, Application]:
    """Both applications, by link name."""
    return {
        "talent-desk": Application(
            DateStyle("dd-MMM-yyyy", "HH:mm:ss", "Europe/Berlin"),
            {
                "All_Applicants": Report("Applicants", APPLICANTS),
                "Nobody_Yet": Report("Applicants", APPLICANTS, empty=True),
            },
        ),
        "alumni-circle": Application(
            DateStyle("MM/dd/yyyy", "hh:mm:ss a", "America/New_York"),
            {"All_Alumni": Report("Alumni", ALUMNI), "Guest_List": Report("Guests", GUESTS)},
        ),
    }
