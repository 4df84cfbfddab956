"""JSON values of Recruit and Creator in usable form (MAP-7): never a Python literal, never a number that JSON lacks.

A lookup {name, id} becomes its name, a lookup without target nothing, multi-selects and multi-lookups lists,
sub-forms and other objects JSON text. Pure; what fits a contact field is decided in core/mapping.py.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

NAME_KEYS = ("name", "zc_display_value", "display_value")
LOOKUP_KEYS = frozenset({*NAME_KEYS, "id", "ID", "email", "first_name", "last_name", "module"})

Usable = str | int | float | bool | list["str | int | float | bool"] | None


def usable(value: Any) -> Usable:
    """The value without wrapping; None when empty (null, white space, no element, lookup without name)."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, dict):
        return _object(value)
    if isinstance(value, list):
        return _list(value)
    return value if isinstance(value, (bool, int, float)) else str(value)


def source_text(value: Any) -> str | None:
    """The value as text, as received: for the evidence and for the checks on source columns. None when empty."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, dict) and _is_lookup(value):
        return source_text(_name(value))
    if isinstance(value, (dict, list)):
        return as_json(value) if value else None
    return scalar_text(value)


def source_texts(values: Sequence[Any]) -> list[str | None]:
    """A column of `source_text`."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds <= {str}:
        return [value or None for value in values]
    if kinds <= {int}:
        return [None if value is None else scalar_text(value) for value in values]
    return [source_text(value) for value in values]


def scalar_text(value: str | int | float | bool) -> str:
    """Text of one scalar: true and false in JSON's spelling, numbers without exponent and without an empty fraction."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = format(Decimal(repr(value)), "f")
        return text.removesuffix(".0")
    try:
        return str(value)
    except ValueError:  # thousands of digits: Python itself refuses to write those, its decimals do not
        return format(Decimal(value), "f")


def as_json(value: Any) -> str:
    """Compact JSON text in which other scripts stay readable; a number of thousands of digits stands in quotes."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    except ValueError:
        return as_json(_without_endless_numbers(value))


def _object(value: dict[str, Any]) -> Usable:
    if _is_lookup(value):
        return usable(_name(value))
    return as_json(value) if value else None


def _list(values: list[Any]) -> Usable:
    if any(isinstance(part, list) or (isinstance(part, dict) and not _is_lookup(part)) for part in values):
        return as_json(values)
    parts = [usable(part) for part in values]
    return [part for part in parts if part is not None and not isinstance(part, list)] or None


def _without_endless_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_endless_numbers(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_endless_numbers(part) for part in value]
    return scalar_text(value) if type(value) is int and value.bit_length() > 64 else value


def _is_lookup(value: dict[str, Any]) -> bool:
    return bool(value) and value.keys() <= LOOKUP_KEYS


def _name(value: dict[str, Any]) -> str | None:
    names = (value.get(key) for key in NAME_KEYS)
    return next((scalar_text(name) for name in names if isinstance(name, (str, int, float)) and name != ""), None)
