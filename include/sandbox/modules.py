"""What a module looks like from outside: fields with types, labels and lengths, and what is special about it.

One ``ModuleSpec`` per served module (``catalogue.py`` has them all); the metadata routes print it, the write routes
check against it, the listing reads the names of its time fields.
"""

from dataclasses import dataclass
from typing import Any

_JSON = {
    "boolean": "boolean",
    "integer": "integer",
    "double": "double",
    "currency": "double",
    "lookup": "jsonobject",
    "ownerlookup": "jsonobject",
    "multiselectpicklist": "jsonarray",
}
SYSTEM_FIELDS = ("$converted", "$approved")
CONVERTED_DETAIL = "$converted_detail"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field: API name, label for people, Zoho's data type, longest text in characters, entries of a pick list,
    the module that a lookup names.
    """

    name: str
    label: str
    type: str = "text"
    length: int = 255
    mandatory: bool = False
    custom: bool = False
    read_only: bool = False
    picks: tuple[str, ...] = ()
    target: str = ""

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
            "lookup": {"module": self.target, "display_label": self.label} if self.target else {},
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
    """A served module. ``number`` keeps its ids apart from other modules', ``scope`` is its word in OAuth scopes,
    ``title`` the field that lookups show. ``changed`` and ``created`` name its time fields; ``duplicate`` the field
    that upsert looks a record up by (None: none).
    """

    name: str
    singular: str
    plural: str
    number: int
    fields: tuple[FieldSpec, ...]
    scope: str
    title: str
    changed: str = "Modified_Time"
    created: str = "Created_Time"
    duplicate: str | None = "Email"
    # Fields that an upsert of an existing record leaves alone.
    not_by_upsert: tuple[str, ...] = ()
    # The autonumber field, and how a number is written in it.
    numbering: tuple[str, str] | None = None
    # What Zoho calls a custom module inside; empty for a module of Zoho's own.
    custom: str = ""
    bulk: bool = True
    # What records have beside the flags, and no metadata names.
    details: tuple[str, ...] = ()

    def field(self, name: str) -> FieldSpec | None:
        """The field of that API name."""
        return next((each for each in self.fields if each.name == name), None)

    @property
    def names(self) -> list[str]:
        """API names of all fields, in the order of an answer."""
        return [each.name for each in self.fields]

    @property
    def unlisted(self) -> tuple[str, ...]:
        """What a record has that ``settings/fields`` does not name."""
        return (*SYSTEM_FIELDS, *self.details)
