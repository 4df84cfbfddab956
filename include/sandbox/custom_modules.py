"""The custom modules that the sandbox serves, field by field: Alumni, Speakers, Venues.

An organisation makes such modules itself, so their fields are of no page of Recruit's: they are chosen to hold every
data type, several e-mail fields, and none.
"""

from include.sandbox.data import business
from include.sandbox.field_kit import field, number, owner, stamps
from include.sandbox.modules import ModuleSpec

ALUMNI = ModuleSpec(
    name="Alumni",
    singular="Alumnus",
    plural="Alumni",
    number=6,
    scope="custom",
    title="Name",
    custom="CustomModule1",
    duplicate="Name",
    numbering=("Alumni_Number", "AL-{:05d}"),
    fields=(
        field("Name", length=120, mandatory=True),
        number("Alumni_Number"),
        field("Email", "email", 100),
        field("Email_Opt_Out", "boolean"),
        field("Title", custom=True),
        field("Phone", "phone", 30, custom=True),
        field("Degree", "picklist", custom=True, picks=business.DEGREES),
        field("Interests", "multiselectpicklist", custom=True, picks=business.INTERESTS),
        field("Mentor", "boolean", custom=True),
        field("Graduated_On", "date", custom=True),
        field("Last_Met", "datetime", custom=True),
        field("Year_Passed_Out", "integer", 9, custom=True),
        field("Grade", "double", 9, custom=True),
        field("Donated", "currency", 16, custom=True),
        field("Employer", "lookup", 120, custom=True, target="Clients"),
        owner("Owner"),
        field("Notes", "textarea", 32_000, custom=True),
        field("Homepage", "website", 450, custom=True),
        field("Letter_Status", "text", custom=True),
        *stamps(),
    ),
)
SPEAKERS = ModuleSpec(
    name="Speakers",
    singular="Speaker",
    plural="Speakers",
    number=7,
    scope="custom",
    title="Name",
    custom="CustomModule2",
    duplicate="Name",
    fields=(
        field("Name", length=120, mandatory=True),
        field("Email", "email", 100),
        field("Work_Email", "email", 100, custom=True),
        field("Topic", "picklist", custom=True, picks=business.TOPICS),
        field("Biography", "textarea", 32_000, custom=True),
        owner("Owner"),
        *stamps(),
    ),
)
VENUES = ModuleSpec(
    name="Venues",
    singular="Venue",
    plural="Venues",
    number=8,
    scope="custom",
    title="Name",
    custom="CustomModule3",
    duplicate="Name",
    fields=(
        field("Name", length=120, mandatory=True),
        field("City", custom=True),
        field("Seats", "integer", 9, custom=True),
        owner("Owner"),
        *stamps(),
    ),
)
