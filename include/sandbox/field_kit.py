"""The fields that modules share: what one looks like by default, numbers, owners, and who changed a record and when.

``catalogue.py`` and ``custom_modules.py`` put modules together from these.
"""

from typing import Any

from include.sandbox.modules import FieldSpec


def field(name: str, type_: str = "text", length: int = 255, **more: Any) -> FieldSpec:
    """A field whose label is its API name in words."""
    return FieldSpec(name=name, label=name.replace("_", " "), type=type_, length=length, **more)


def number(name: str) -> FieldSpec:
    """A number that the system gives."""
    return field(name, "autonumber", read_only=True)


def owner(name: str) -> FieldSpec:
    """A lookup of one of the organisation's users."""
    return field(name, "ownerlookup", 120)


def stamps(changed: str = "Modified_Time") -> tuple[FieldSpec, ...]:
    """Who made and changed a record and when; ``changed`` is what its change time is called."""
    return (
        field("Created_By", "ownerlookup", 120, read_only=True),
        field("Modified_By", "ownerlookup", 120, read_only=True),
        field("Created_Time", "datetime", read_only=True),
        field(changed, "datetime", read_only=True),
    )
