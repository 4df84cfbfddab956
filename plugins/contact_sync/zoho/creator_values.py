"""Rows of a Creator report in usable form, and what its fields are, told from the rows (MAP-1, MAP-5, MAP-7).

Reports have no metadata of their own, so a field's type is what its values look like. Composites (names, addresses)
become their display text, and each part a field of its own (`Name.first_name`); lookups and sub-forms become display
texts, dates ISO texts with an offset. A row also gets the keys that Recruit's rows have: `id`, `Created_Time`.
What a value then does in a contact field is decided in core/mapping.py.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from contact_sync.core.date_style import DateStyle
from contact_sync.core.values import usable
from contact_sync.errors import ConfigError

ID, ADDED, CHANGED = "ID", "Added_Time", "Modified_Time"
SYSTEM_FIELDS = frozenset({ID, ADDED, CHANGED, "Added_User", "Modified_User", "Added_User_IP_Address"})
DISPLAY_KEYS = ("zc_display_value", "display_value")
ADDRESS_SHARE = 0.5
"""A field is of type e-mail when more than this share of its values look like addresses: some are always mistyped."""

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d+)?")


def usable_row(row: Mapping[str, Any], style: DateStyle) -> dict[str, Any]:
    """One row: `id`, `Created_Time`, every field by name, parts of composites by `Field.part`."""
    made: dict[str, Any] = {"id": str(row.get(ID) or "")}
    for name, value in row.items():
        if isinstance(value, str):
            made[name] = style.iso(value, latest=name == CHANGED) or value
        elif isinstance(value, dict):
            made[name] = shown(value)
            made.update({f"{name}.{part}": text or None for part, text in parts(value).items()})
        elif isinstance(value, list):
            made[name] = [_element(each, style) for each in value]
        else:
            made[name] = value
    if ADDED in made:
        made["Created_Time"] = made[ADDED]
    return made


def shown(value: Mapping[str, Any]) -> Any:
    """What people read of a map: its display value, of a web address the link; another map as it is."""
    for key in (*DISPLAY_KEYS, "url", "value"):
        if key in value:
            text = value[key]
            # A sub-form's display value is a map of its columns.
            return " ".join(str(each) for each in text.values()) if isinstance(text, dict) else text or None
    return dict(value) or None


def parts(value: Mapping[str, Any]) -> dict[str, str]:
    """The parts of a composite, empty ones included; none for a lookup, which has an ID."""
    if ID in value or not any(key in value for key in DISPLAY_KEYS):
        return {}
    return {name: text for name, text in value.items() if name not in DISPLAY_KEYS and isinstance(text, str)}


def field_of(name: str) -> str:
    """The report's field that a source name belongs to: `Name` for `Name.first_name`."""
    return name.split(".", 1)[0]


def described(rows: Sequence[Mapping[str, Any]], style: DateStyle) -> list[dict[str, Any]]:
    """The fields of these rows as Recruit's metadata has them: api_name, field_label, data_type, custom_field."""
    fields: list[dict[str, Any]] = []
    for name in dict.fromkeys(key for row in rows for key in row):
        values = [row[name] for row in rows if usable(row.get(name)) is not None]
        fields.append(_field(name, _type_of(name, values, style)))
        inner = dict.fromkeys(part for value in values if isinstance(value, dict) for part in parts(value))
        fields += [_field(f"{name}.{part}", "text") for part in inner]
    return fields


def email_field(fields: Iterable[Mapping[str, Any]], report: str) -> str:
    """The only field of type e-mail (MAP-1). Raises ConfigError that lists them if there is none or more than one."""
    known = list(fields)
    found = [str(each["api_name"]) for each in known if each["data_type"] == "email"]
    if len(found) == 1:
        return found[0]
    if not known:
        why = "shows no record yet, so its fields cannot be told"
    elif found:
        why = f"has {len(found)} fields that hold addresses: {', '.join(found)}"
    else:
        why = f"has no field that holds addresses. Its fields: {', '.join(str(each['api_name']) for each in known)}"
    raise ConfigError(f"mapping.email: the report '{report}' {why}. Name the one to use: mapping: {{email: FIELD}}")


def name_fields(fields: Iterable[Mapping[str, Any]]) -> tuple[str | None, str | None]:
    """Sources of first and last name: the parts of the only name field, else fields that are called so (MAP-1)."""
    names = [str(each["api_name"]) for each in fields]
    composites = [name.removesuffix(".last_name") for name in names if name.endswith(".last_name")]
    if len(composites) == 1:
        first, last = f"{composites[0]}.first_name", f"{composites[0]}.last_name"
    else:
        first, last = "First_Name", "Last_Name"
    return first if first in names else None, last if last in names else None


def _element(value: Any, style: DateStyle) -> Any:
    if isinstance(value, dict):
        return shown(value)
    return (style.iso(value) or value) if isinstance(value, str) else value


def _field(name: str, data_type: str) -> dict[str, Any]:
    label = name.replace(".", " ").replace("_", " ")
    return {"api_name": name, "field_label": label, "data_type": data_type, "custom_field": name not in SYSTEM_FIELDS}


def _type_of(name: str, values: list[Any], style: DateStyle) -> str:
    """One of Recruit's words for types; text when nothing tells more."""
    if not values:
        return "text"
    if all(isinstance(value, list) for value in values):
        return "multiselectlookup" if isinstance(values[0][0], dict) else "multiselectpicklist"
    if all(isinstance(value, dict) for value in values):
        return _type_of_map(values[0])
    texts = [value.strip() for value in values if isinstance(value, str)]
    return _type_of_texts(name, texts, style) if len(texts) == len(values) else "text"


def _type_of_map(value: Mapping[str, Any]) -> str:
    if ID in value:
        return "lookup"
    return "website" if "url" in value else "fullname" if "last_name" in value else "address"


def _type_of_texts(name: str, texts: list[str], style: DateStyle) -> str:
    if all(style.moment(text) for text in texts):
        return "datetime"
    if all(style.iso(text) for text in texts):
        return "date"
    if {text.lower() for text in texts} <= {"true", "false"}:
        return "boolean"
    addresses = sum(bool(_ADDRESS.fullmatch(text)) for text in texts)
    if name not in SYSTEM_FIELDS and addresses > ADDRESS_SHARE * len(texts):
        return "email"
    numbers = [_NUMBER.fullmatch(text) for text in texts]
    if name != ID and all(numbers):
        return "double" if any(found and found.group(1) for found in numbers) else "integer"
    return "text"
