"""The data types of source fields, and the type of contact field that takes their values whole (MAP-5, MAP-7).

The names are those of Recruit's metadata (settings/fields) and of the CRM that it is built on; fields of Creator are
told in the same words. A type that is not here is unknown: its values are taken as text (SRC-10).
"""

from contact_sync.core.mapping_types import FieldType

USUAL_TYPES: dict[str, FieldType] = {
    "text": "text",
    "textarea": "text",
    "email": "text",
    "phone": "text",
    "website": "text",
    "url": "text",
    "picklist": "text",
    "autonumber": "text",
    "lookup": "text",
    "ownerlookup": "text",
    "userlookup": "text",
    "subform": "text",
    "fullname": "text",
    "address": "text",
    "formula": "text",
    "fileupload": "text",
    "imageupload": "text",
    "profileimage": "text",
    "integer": "integer",
    "bigint": "integer",
    "double": "number",
    "decimal": "number",
    "currency": "number",
    "percent": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "multiselectpicklist": "list",
    "multiselectlookup": "list",
    "multiuserlookup": "list",
}
"""Data type → type of contact field."""
WITHOUT_PARTS = frozenset(
    {
        "text", "textarea", "email", "phone", "picklist", "autonumber", "integer", "bigint", "double", "decimal",
        "currency", "percent", "boolean", "date", "datetime", "multiselectpicklist", "multiselectlookup",
        "multiuserlookup",
    }
)  # fmt: skip
"""Data types whose values are surely no objects, so that nothing lies within them, such as the id within a lookup."""


def is_known(data_type: str) -> bool:
    """Whether what the values of a field of this data type look like is known."""
    return data_type.casefold() in USUAL_TYPES


def usual_type(data_type: str) -> FieldType:
    """The contact field type that takes values of this data type whole; text for one that is not known (SRC-10)."""
    return USUAL_TYPES.get(data_type.casefold(), "text")


def may_have_parts(data_type: str) -> bool:
    """Whether `FIELD.part` can give anything of a field of this data type; yes for one that is not known."""
    return data_type.casefold() not in WITHOUT_PARTS
