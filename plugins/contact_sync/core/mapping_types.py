"""One line of a mapping: which source field fills which contact field, and as what type.

Shared by the configuration, the normaliser and the warehouse. Needs no pandas, because the DAG loader reaches it.
"""

from dataclasses import dataclass
from typing import Literal, get_args

FieldType = Literal["text", "integer", "number", "boolean", "date", "datetime", "list"]

FIELD_TYPES: tuple[str, ...] = get_args(FieldType)

STANDARD_TARGETS = ("email", "first_name", "last_name")
"""Contact fields that every contact has; all others are declared by mappings (MAP-2)."""

USUAL_MODULES = ("Candidates", "Contacts")
"""Modules whose fields for address and names are known (MAP-1); of others only the account's metadata knows."""


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """`source` (API name at the source) fills `target` (contact field).

    required: a record without a valid value is ignored as `invalid_field` (OUT-4).
    clear_when_empty: an empty source value empties the contact field, else it leaves it as it is (MAP-6).
    """

    target: str
    source: str
    type: FieldType = "text"
    required: bool = False
    clear_when_empty: bool = False
