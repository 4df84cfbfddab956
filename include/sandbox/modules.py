"""What the sandbox's modules look like from outside: fields with types, labels and lengths, and the names of the
modules themselves.

One ``ModuleSpec`` per served module; the metadata routes print it, the write routes check against it, the listing reads
the names of its time fields. A module that is offered by setting but not served here appears as not supported by the
API, as Zoho shows such modules.
"""

from dataclasses import dataclass
from typing import Any

from include.sandbox.data import names

_JSON = {
    "boolean": "boolean",
    "integer": "integer",
    "currency": "double",
    "lookup": "jsonobject",
    "ownerlookup": "jsonobject",
    "multiselectpicklist": "jsonarray",
}
SYSTEM_FIELDS = ("$converted", "$approved")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field: API name, label for people, Zoho's data type, longest text in characters, entries of a pick list."""

    name: str
    label: str
    type: str = "text"
    length: int = 255
    mandatory: bool = False
    custom: bool = False
    read_only: bool = False
    picks: tuple[str, ...] = ()

    def metadata(self, number: int) -> dict[str, Any]:
        """As ``settings/fields`` prints it."""
        return {
            "id": str(200001000000020000 + number),
            "api_name": self.name,
            "field_label": self.label,
            "data_type": self.type,
            "json_type": _JSON.get(self.type, "string"),
            "length": self.length,
            "system_mandatory": self.mandatory,
            "custom_field": self.custom,
            "read_only": self.read_only,
            "visible": True,
            "unique": {},
            "lookup": {},
            "pick_list_values": [{"display_value": pick, "actual_value": pick} for pick in self.picks],
            "view_type": {
                "view": True,
                "edit": not self.read_only,
                "create": not self.read_only,
                "quick_create": False,
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleSpec:
    """A served module. ``changed`` and ``created`` name its time fields; ``duplicate`` the field upsert looks a record
    up by.
    """

    name: str
    singular: str
    plural: str
    number: int
    fields: tuple[FieldSpec, ...]
    changed: str = "Modified_Time"
    created: str = "Created_Time"
    duplicate: str = "Email"
    # Fields that an upsert of an existing record leaves alone.
    not_by_upsert: tuple[str, ...] = ()

    def field(self, name: str) -> FieldSpec | None:
        """The field of that API name."""
        return next((each for each in self.fields if each.name == name), None)

    @property
    def names(self) -> list[str]:
        """API names of all fields, in the order of an answer."""
        return [each.name for each in self.fields]


def _field(name: str, type_: str = "text", length: int = 255, **more: Any) -> FieldSpec:
    return FieldSpec(name=name, label=name.replace("_", " "), type=type_, length=length, **more)


CANDIDATES = ModuleSpec(
    name="Candidates",
    singular="Candidate",
    plural="Candidates",
    number=1,
    changed="Updated_On",
    not_by_upsert=("Candidate_Status",),
    fields=(
        _field("Candidate_ID", "autonumber", read_only=True),
        _field("Salutation", "picklist", picks=tuple(each for each in names.SALUTATIONS if each)),
        _field("First_Name", length=40),
        _field("Last_Name", length=80, mandatory=True),
        _field("Full_Name", read_only=True),
        _field("Email", "email", 100),
        _field("Secondary_Email", "email", 100),
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
        _field("Candidate_Owner", "ownerlookup", 120),
        _field("Email_Opt_Out", "boolean"),
        _field("Date_of_Birth", "date", custom=True),
        _field("Languages", "multiselectpicklist", custom=True, picks=names.LANGUAGES),
        _field("Campaign_Response", "text", custom=True),
        _field("Is_Locked", "boolean", read_only=True),
        _field("Created_By", "ownerlookup", 120, read_only=True),
        _field("Modified_By", "ownerlookup", 120, read_only=True),
        _field("Created_Time", "datetime", read_only=True),
        _field("Updated_On", "datetime", read_only=True),
    ),
)
SERVED = {spec.name: spec for spec in (CANDIDATES,)}


def module_metadata(name: str, number: int) -> dict[str, Any]:
    """As ``settings/modules`` prints a module; one that is not served says ``api_supported: false``."""
    spec = SERVED.get(name)
    plural = spec.plural if spec else name.replace("_", " ")
    return {
        "id": str(200001000000000100 + number),
        "api_name": name,
        "module_name": name,
        "singular_label": spec.singular if spec else plural.removesuffix("s"),
        "plural_label": plural,
        "generated_type": "default",
        "api_supported": spec is not None,
        "creatable": spec is not None,
        "editable": spec is not None,
        "deletable": spec is not None,
        "viewable": True,
        "convertable": name == "Candidates",
        "visible": True,
        "profiles": [{"name": "Administrator", "id": "200001000000008001"}],
        "$properties": list(SYSTEM_FIELDS),
    }
