"""The fields that fill e-mail address and name where no mapping names them: custom modules, and Creator (MAP-1).

Works on fields as Recruit's metadata tells them: mappings with api_name and data_type. Refuses to guess: without
exactly one field of type e-mail a person has to say which one is meant.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from contact_sync.core.mapping_types import FieldMapping
from contact_sync.errors import ConfigError

NAME_FIELDS = (("first_name", "First_Name"), ("last_name", "Last_Name"))
WHOLE_NAME_FIELD = "Name"
"""The name field that every custom module of Recruit has."""


def email_line(fields: Iterable[Mapping[str, Any]], module: str) -> FieldMapping:
    """The line that fills `email` from the only field of type e-mail.

    Raises ConfigError if there is none, or listing them if there are several (MAP-1).
    """
    found = sorted(str(field["api_name"]) for field in fields if field.get("data_type") == "email")
    if len(found) == 1:
        return FieldMapping("email", found[0])
    if found:
        raise ConfigError(
            f"mapping.email: is missing: {module} has {len(found)} fields of type e-mail (MAP-1). "
            f"Name the one to mail to. Allowed: {', '.join(found)}."
        )
    raise ConfigError(
        f"mapping.email: is missing: {module} has no field of type e-mail (MAP-1). "
        f"Name the field that holds the address, or read another module."
    )


def name_lines(fields: Iterable[Mapping[str, Any]]) -> tuple[FieldMapping, ...]:
    """The lines that fill the names: from first and last name, else last_name from the name field, if there is one."""
    offered = {str(field["api_name"]) for field in fields}
    lines = tuple(FieldMapping(target, source) for target, source in NAME_FIELDS if source in offered)
    if not lines and WHOLE_NAME_FIELD in offered:
        return (FieldMapping("last_name", WHOLE_NAME_FIELD),)
    return lines


def is_offered(source: str, names: Collection[str]) -> bool:
    """Whether a source has this field. Metadata lists neither the id, nor what begins with $, nor parts of a field."""
    return source == "id" or source.startswith("$") or source.partition(".")[0] in names
