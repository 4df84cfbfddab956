"""The modules that the sandbox serves, field by field, and how their records are made.

A module that is offered by setting but not served here appears as not supported by the API, as Zoho shows such modules.
Names of fields are those of Recruit's own pages and of published clients; whether Recruit marks more of them as
mandatory depends on the layout and is left out.
"""

from collections.abc import Mapping
from typing import Any

from include.sandbox.data import business, clients, custom, names
from include.sandbox.data.candidates import CANDIDATES as CANDIDATES_RECIPE
from include.sandbox.data.people import Recipe
from include.sandbox.modules import CONVERTED_DETAIL, SYSTEM_FIELDS, FieldSpec, ModuleSpec


def _field(name: str, type_: str = "text", length: int = 255, **more: Any) -> FieldSpec:
    return FieldSpec(name=name, label=name.replace("_", " "), type=type_, length=length, **more)


def _number(name: str) -> FieldSpec:
    return _field(name, "autonumber", read_only=True)


def _owner(name: str) -> FieldSpec:
    return _field(name, "ownerlookup", 120)


def _stamps(changed: str = "Modified_Time") -> tuple[FieldSpec, ...]:
    return (
        _field("Created_By", "ownerlookup", 120, read_only=True),
        _field("Modified_By", "ownerlookup", 120, read_only=True),
        _field("Created_Time", "datetime", read_only=True),
        _field(changed, "datetime", read_only=True),
    )


_PERSON = (
    _field("First_Name", length=40),
    _field("Last_Name", length=80, mandatory=True),
    _field("Full_Name", read_only=True),
    _field("Email", "email", 100),
    _field("Secondary_Email", "email", 100),
)
CANDIDATES = ModuleSpec(
    name="Candidates",
    singular="Candidate",
    plural="Candidates",
    number=1,
    scope="candidate",
    title="Full_Name",
    changed="Updated_On",
    not_by_upsert=("Candidate_Status",),
    numbering=("Candidate_ID", "ZR_{}_CAND"),
    details=(CONVERTED_DETAIL,),
    fields=(
        _number("Candidate_ID"),
        _field("Salutation", "picklist", picks=tuple(each for each in names.SALUTATIONS if each)),
        *_PERSON,
        _field("Mobile", "phone", 30),
        _field("City"),
        _field("Country"),
        _field("Current_Employer"),
        _field("Current_Job_Title"),
        _field("Experience_in_Years", "integer", 9),
        _field("Expected_Salary", "currency", 16),
        _field("Highest_Qualification_Held", "picklist", picks=names.QUALIFICATIONS),
        _field("Skill_Set", "textarea", 32_000),
        _field("Source", "picklist", picks=names.SOURCES),
        _field("Candidate_Status", "picklist", picks=names.STATUSES),
        _owner("Candidate_Owner"),
        _field("Email_Opt_Out", "boolean"),
        _field("Date_of_Birth", "date", custom=True),
        _field("Languages", "multiselectpicklist", custom=True, picks=names.LANGUAGES),
        _field("Campaign_Response", "text", custom=True),
        _field("Department", "picklist", custom=True, picks=business.DEPARTMENTS),
        _field("Year_Passed_Out", "integer", 9, custom=True),
        _field("Is_Locked", "boolean", read_only=True),
        *_stamps("Updated_On"),
    ),
)
CONTACTS = ModuleSpec(
    name="Contacts",
    singular="Contact",
    plural="Contacts",
    number=2,
    scope="contact",
    title="Full_Name",
    fields=(
        *_PERSON,
        _field("Client_Name", "lookup", 120, target="Clients"),
        _field("Job_Title"),
        _field("Department"),
        _field("Work_Phone", "phone", 30),
        _field("Mobile", "phone", 30),
        _owner("Contact_Owner"),
        _field("Mailing_City"),
        _field("Mailing_Country"),
        _field("Source", "picklist", picks=business.CONTACT_SOURCES),
        _field("Email_Opt_Out", "boolean"),
        _field("Is_primary_contact", "boolean"),
        _field("Description", "textarea", 32_000),
        _field("Lead_Score", "integer", 9, custom=True),
        *_stamps(),
    ),
)
CLIENTS = ModuleSpec(
    name="Clients",
    singular="Client",
    plural="Clients",
    number=3,
    scope="client",
    title="Client_Name",
    duplicate="Client_Name",
    fields=(
        _field("Client_Name", length=120, mandatory=True),
        _field("Industry", "picklist", picks=business.INDUSTRIES),
        _field("Website", "website", 450),
        _field("Contact_Number", "phone", 30),
        _owner("Account_Manager"),
        _field("Billing_City"),
        _field("Billing_Country"),
        _field("Annual_Revenue", "currency", 16, custom=True),
        *_stamps(),
    ),
)
JOB_OPENINGS = ModuleSpec(
    name="Job_Openings",
    singular="Job Opening",
    plural="Job Openings",
    number=4,
    scope="jobopening",
    title="Posting_Title",
    duplicate=None,
    numbering=("Job_Opening_ID", "ZR_{}_JOB"),
    fields=(
        _number("Job_Opening_ID"),
        _field("Posting_Title", mandatory=True),
        _field("Job_Opening_Status", "picklist", picks=business.OPENING_STATUSES),
        _field("Client_Name", "lookup", 120, target="Clients"),
        _field("Contact_Name", "lookup", 120, target="Contacts"),
        _field("Department_Name"),
        _field("Industry", "picklist", picks=business.INDUSTRIES),
        _field("Job_Type", "picklist", picks=business.JOB_TYPES),
        _field("Date_Opened", "date"),
        _field("Target_Date", "date"),
        _field("Number_of_Positions", "integer", 9),
        _field("City"),
        _owner("Assigned_Recruiter"),
        _field("Is_Hot_Job_Opening", "boolean"),
        *_stamps(),
    ),
)
APPLICATIONS = ModuleSpec(
    name="Applications",
    singular="Application",
    plural="Applications",
    number=5,
    scope="application",
    title="Application_ID",
    duplicate=None,
    numbering=("Application_ID", "ZR_{}_APP"),
    # Recruit's pages of bulk read name six kinds of modules; this is none of them.
    bulk=False,
    fields=(
        _number("Application_ID"),
        _field("Candidate", "lookup", 120, target="Candidates", mandatory=True),
        _field("Job_Opening", "lookup", 120, target="Job_Openings", mandatory=True),
        _field("Application_Status", "picklist", picks=business.APPLICATION_STATUSES),
        _owner("Application_Owner"),
        _field("Applied_On", "date"),
        *_stamps(),
    ),
)
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
        _field("Name", length=120, mandatory=True),
        _number("Alumni_Number"),
        _field("Email", "email", 100),
        _field("Email_Opt_Out", "boolean"),
        _field("Title", custom=True),
        _field("Phone", "phone", 30, custom=True),
        _field("Degree", "picklist", custom=True, picks=business.DEGREES),
        _field("Interests", "multiselectpicklist", custom=True, picks=business.INTERESTS),
        _field("Mentor", "boolean", custom=True),
        _field("Graduated_On", "date", custom=True),
        _field("Last_Met", "datetime", custom=True),
        _field("Year_Passed_Out", "integer", 9, custom=True),
        _field("Grade", "double", 9, custom=True),
        _field("Donated", "currency", 16, custom=True),
        _field("Employer", "lookup", 120, custom=True, target="Clients"),
        _owner("Owner"),
        _field("Notes", "textarea", 32_000, custom=True),
        _field("Homepage", "website", 450, custom=True),
        *_stamps(),
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
        _field("Name", length=120, mandatory=True),
        _field("Email", "email", 100),
        _field("Work_Email", "email", 100, custom=True),
        _field("Topic", "picklist", custom=True, picks=business.TOPICS),
        _field("Biography", "textarea", 32_000, custom=True),
        _owner("Owner"),
        *_stamps(),
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
        _field("Name", length=120, mandatory=True),
        _field("City", custom=True),
        _field("Seats", "integer", 9, custom=True),
        _owner("Owner"),
        *_stamps(),
    ),
)
SERVED = {
    spec.name: spec for spec in (CANDIDATES, CONTACTS, CLIENTS, JOB_OPENINGS, APPLICATIONS, ALUMNI, SPEAKERS, VENUES)
}


def recipes(sizes: Mapping[str, int]) -> dict[str, Recipe]:
    """How each module's records are made; ``sizes``: how many records each module holds."""
    return {
        "Candidates": CANDIDATES_RECIPE,
        "Contacts": clients.contacts(sizes["Clients"]),
        "Clients": clients.clients(),
        "Job_Openings": clients.job_openings(sizes["Contacts"], sizes["Clients"]),
        "Applications": clients.applications(sizes["Candidates"], sizes["Job_Openings"]),
        "Alumni": custom.alumni(sizes["Clients"]),
        "Speakers": custom.speakers(),
        "Venues": custom.venues(),
    }


def module_metadata(name: str, number: int, *, hidden: bool) -> dict[str, Any]:
    """As ``settings/modules`` prints a module; one that is not served says ``api_supported: false``."""
    spec = SERVED.get(name)
    plural = spec.plural if spec else name.replace("_", " ")
    custom_name = spec.custom if spec else ""
    return {
        "id": str(200001000000000100 + number),
        "api_name": name,
        "module_name": custom_name or name,
        "singular_label": spec.singular if spec else plural.removesuffix("s"),
        "plural_label": plural,
        "generated_type": "custom" if custom_name else "default",
        "api_supported": spec is not None,
        "creatable": spec is not None,
        "editable": spec is not None,
        "deletable": spec is not None,
        "viewable": not hidden,
        "convertable": name == "Candidates",
        "visible": not hidden,
        "profiles": [{"name": "Administrator", "id": "200001000000008001"}],
        "$properties": list(spec.unlisted if spec else SYSTEM_FIELDS),
    }
