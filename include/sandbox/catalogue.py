"""The modules that the sandbox serves, field by field, and how their records are made.

A module that is offered by setting but not served here appears as not supported by the API, as Zoho shows such modules.
Names of fields are those of Recruit's own pages and of published clients; whether Recruit marks more of them as
mandatory depends on the layout and is left out.
"""

from collections.abc import Mapping
from typing import Any

from include.sandbox.custom_modules import ALUMNI, SPEAKERS, VENUES
from include.sandbox.data import business, campaigns, clients, custom, names
from include.sandbox.data.candidates import CANDIDATES as CANDIDATES_RECIPE
from include.sandbox.data.people import Recipe
from include.sandbox.field_kit import field, number, owner, stamps
from include.sandbox.modules import CONVERTED_DETAIL, SYSTEM_FIELDS, ModuleSpec

_PERSON = (
    field("First_Name", length=40),
    field("Last_Name", length=80, mandatory=True),
    field("Full_Name", read_only=True),
    field("Email", "email", 100),
    field("Secondary_Email", "email", 100),
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
        number("Candidate_ID"),
        field("Salutation", "picklist", picks=tuple(each for each in names.SALUTATIONS if each)),
        *_PERSON,
        field("Mobile", "phone", 30),
        field("City"),
        field("Country"),
        field("Current_Employer"),
        field("Current_Job_Title"),
        field("Experience_in_Years", "integer", 9),
        field("Expected_Salary", "currency", 16),
        field("Highest_Qualification_Held", "picklist", picks=names.QUALIFICATIONS),
        field("Skill_Set", "textarea", 32_000),
        field("Source", "picklist", picks=names.SOURCES),
        field("Candidate_Status", "picklist", picks=names.STATUSES),
        owner("Candidate_Owner"),
        field("Email_Opt_Out", "boolean"),
        field("Date_of_Birth", "date", custom=True),
        field("Languages", "multiselectpicklist", custom=True, picks=names.LANGUAGES),
        field("Campaign_Response", "text", custom=True),
        field("Last_Campaign_Status", "text", custom=True),
        field("Department", "picklist", custom=True, picks=business.DEPARTMENTS),
        field("Year_Passed_Out", "integer", 9, custom=True),
        field("Is_Locked", "boolean", read_only=True),
        *stamps("Updated_On"),
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
        field("Client_Name", "lookup", 120, target="Clients"),
        field("Job_Title"),
        field("Department"),
        field("Work_Phone", "phone", 30),
        field("Mobile", "phone", 30),
        owner("Contact_Owner"),
        field("Mailing_City"),
        field("Mailing_Country"),
        field("Source", "picklist", picks=business.CONTACT_SOURCES),
        field("Email_Opt_Out", "boolean"),
        field("Is_primary_contact", "boolean"),
        field("Description", "textarea", 32_000),
        field("Lead_Score", "integer", 9, custom=True),
        *stamps(),
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
        field("Client_Name", length=120, mandatory=True),
        field("Industry", "picklist", picks=business.INDUSTRIES),
        field("Website", "website", 450),
        field("Contact_Number", "phone", 30),
        owner("Account_Manager"),
        field("Billing_City"),
        field("Billing_Country"),
        field("Annual_Revenue", "currency", 16, custom=True),
        *stamps(),
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
        number("Job_Opening_ID"),
        field("Posting_Title", mandatory=True),
        field("Job_Opening_Status", "picklist", picks=business.OPENING_STATUSES),
        field("Client_Name", "lookup", 120, target="Clients"),
        field("Contact_Name", "lookup", 120, target="Contacts"),
        field("Department_Name"),
        field("Industry", "picklist", picks=business.INDUSTRIES),
        field("Job_Type", "picklist", picks=business.JOB_TYPES),
        field("Date_Opened", "date"),
        field("Target_Date", "date"),
        field("Number_of_Positions", "integer", 9),
        field("City"),
        owner("Assigned_Recruiter"),
        field("Is_Hot_Job_Opening", "boolean"),
        *stamps(),
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
        number("Application_ID"),
        field("Candidate", "lookup", 120, target="Candidates", mandatory=True),
        field("Job_Opening", "lookup", 120, target="Job_Openings", mandatory=True),
        field("Application_Status", "picklist", picks=business.APPLICATION_STATUSES),
        owner("Application_Owner"),
        field("Applied_On", "date"),
        *stamps(),
    ),
)
CAMPAIGNS = ModuleSpec(
    name="Campaigns",
    singular="Campaign",
    plural="Campaigns",
    number=9,
    scope="campaign",
    title="Campaign_Name",
    # Recruit's pages name no fields of campaigns and no key of their upsert: both are those of the sibling product.
    duplicate="Campaign_Name",
    bulk=False,
    fields=(
        field("Campaign_Name", length=120, mandatory=True),
        field("Type", "picklist", picks=business.CAMPAIGN_TYPES),
        field("Status", "picklist", picks=business.CAMPAIGN_STATUSES),
        field("Start_Date", "date"),
        field("End_Date", "date"),
        owner("Campaign_Owner"),
        field("Description", "textarea", 32_000),
        *stamps(),
    ),
)
SERVED = {
    spec.name: spec
    for spec in (CANDIDATES, CONTACTS, CLIENTS, JOB_OPENINGS, APPLICATIONS, ALUMNI, SPEAKERS, VENUES, CAMPAIGNS)
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
        "Campaigns": campaigns.campaigns(),
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
