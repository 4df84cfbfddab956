"""What a value looks like: inside (plain Python), in an answer of v2.1, to a criteria, and as a control route takes it.

Everything in an answer is a text, a list or a map; nothing is an empty text. Not established for Creator: the shape of
a web address, and that a number and a checkbox are texts (client code treats them so).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any

from include.sandbox.clock import parse_instant
from include.sandbox.creator.dates import DateStyle
from include.sandbox.errors import SandboxError

KINDS = ("text", "name", "address", "lookup", "lookups", "list", "number", "checkbox", "date", "moment", "url")
_CRITERIA = {"number": "number", "checkbox": "boolean", "date": "moment", "moment": "moment"}
_LISTS = ("lookups", "list")
_GIVEN_AS: dict[str, type] = {
    **dict.fromkeys(("name", "address", "url"), dict),
    **dict.fromkeys(_LISTS, list),
    "checkbox": bool,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: link name and one of ``KINDS``; ``quick`` when the quick view shows it."""

    name: str
    kind: str
    quick: bool = False

    @property
    def criteria_kind(self) -> str:
        """What a criteria compares it as."""
        return "list" if self.kind in _LISTS else _CRITERIA.get(self.kind, "text")


def served(kind: str, value: Any, style: DateStyle) -> Any:
    """The value in an answer."""
    if kind in _LISTS:
        return [_lookup(each) for each in value or []] if kind == "lookups" else list(value or [])
    if value is None:
        return ""
    if kind in ("name", "address", "url"):
        return _composite(kind, value)
    if kind == "lookup":
        return _lookup(value)
    return _text(kind, value, style)


def plain(kind: str, value: Any, style: DateStyle) -> Any:
    """The value that a criteria compares with."""
    if value is None:
        return None
    if kind in ("lookup", "name", "address", "url"):
        return display(kind, value)
    if kind == "lookups":
        return [display("lookup", each) for each in value]
    if kind == "date":
        return datetime(value.year, value.month, value.day, tzinfo=style.zone)
    return Decimal(str(value)) if kind == "number" else value


def display(kind: str, value: Any) -> str:
    """What people read of a composite or a lookup."""
    if kind == "lookup":
        return str(value)
    if kind == "url":
        return str(value.get("value") or value.get("url") or "")
    between = " " if kind == "name" else ", "
    return between.join(str(part) for part in value.values() if part)


def target_id(text: str) -> str:
    """The id of the record that a lookup points at: always the same for one text."""
    return str(300002000000040000 + int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=2).digest()))


def taken(field: Field, value: Any, style: DateStyle) -> Any:
    """A value of a control route: ISO dates, bare texts for lookups, maps for composites; SandboxError else."""
    if value in (None, "", [], {}):
        return None
    kind = field.kind
    try:
        if kind == "date":
            return date.fromisoformat(value)
        if kind == "moment":
            return parse_instant(value, field.name)
        if kind == "number":
            return Decimal(str(value))
    except (TypeError, ValueError, InvalidOperation) as error:
        raise SandboxError(f"{field.name}: {value!r} is no {kind} ({error})") from None
    expected = _GIVEN_AS.get(kind, str)
    if not isinstance(value, expected):
        raise SandboxError(f"{field.name}: {value!r} is no {kind}; give a JSON {expected.__name__}")
    return value


def _composite(kind: str, value: Mapping[str, Any]) -> dict[str, Any]:
    if kind == "url":
        return dict(value)
    return {**{name: part or "" for name, part in value.items()}, "zc_display_value": display(kind, value)}


def _lookup(text: str) -> dict[str, str]:
    return {"ID": target_id(text), "zc_display_value": text}


def _text(kind: str, value: Any, style: DateStyle) -> str:
    if kind == "date":
        return style.day(value)
    if kind == "moment":
        return style.moment(value)
    if kind == "checkbox":
        return "true" if value else "false"
    return str(value)
