"""Custom views: what they are called, whom they hold, and how ``settings/custom_views`` prints them.

A view holds the records that meet its criteria; the converted and approved filters of a request apply on top.
Two views share a name on purpose, so that a client that looks views up by name can be tried on an ambiguous one.
The "recent" view is measured from the anchor, not from the clock: membership changes only when a record does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "equal": lambda value, wanted: bool(value == wanted),
    "contains": lambda value, wanted: wanted.casefold() in value.casefold(),
    "greater_equal": lambda value, wanted: bool(value >= wanted),
}


@dataclass(frozen=True, slots=True)
class View:
    """A custom view: ``conditions`` are (field, comparator, value), all of which must hold; none means everybody."""

    id: str
    name: str
    conditions: tuple[tuple[str, str, Any], ...] = ()
    system_name: str | None = None

    @property
    def fields(self) -> list[str]:
        """The fields its conditions read."""
        return [field for field, _, _ in self.conditions]

    def holds(self, values: dict[str, Any]) -> bool:
        """Whether a record with these values of ``fields`` is in the view. An empty value meets no condition."""
        for field, comparator, wanted in self.conditions:
            value = values[field]
            if value is None:
                return False
            if isinstance(wanted, datetime):
                value = datetime.fromisoformat(value)
            if not _COMPARE[comparator](value, wanted):
                return False
        return True

    def criteria(self) -> dict[str, Any] | None:
        """Zoho's shape: null, one leaf, or a group."""
        leaves = [
            {
                "comparator": comparator,
                "field": field,
                "value": value.isoformat() if isinstance(value, datetime) else value,
            }
            for field, comparator, value in self.conditions
        ]
        if len(leaves) < 2:
            return leaves[0] if leaves else None
        return {"group_operator": "and", "group": leaves}

    def metadata(self) -> dict[str, Any]:
        """As ``settings/custom_views`` prints it; the list of columns is added for a single view by the route."""
        return {
            "id": self.id,
            "name": self.name,
            "display_value": self.name,
            "system_name": self.system_name,
            "system_defined": self.system_name is not None,
            "default": self.system_name is not None,
            "category": "public_views",
            "favorite": None,
            "sort_by": None,
            "sort_order": None,
            "criteria": self.criteria(),
        }


def candidate_views(anchor: datetime) -> tuple[View, ...]:
    """The views of Candidates; ``anchor`` carries the organisation's offset."""
    recent = anchor - timedelta(days=30)
    engineers = (("Current_Job_Title", "contains", "Engineer"), ("Experience_in_Years", "greater_equal", 5))
    return (
        View("200001000000007001", "All Candidates", system_name="ALLVIEWS"),
        View("200001000000007002", "Experienced engineers", engineers),
        View("200001000000007003", "Recently joined", (("Created_Time", "greater_equal", recent),)),
        View("200001000000007004", "Duplicated view", (("Source", "equal", "Employee Referral"),)),
        View("200001000000007005", "Duplicated view", (("Source", "equal", "Job Fair"),)),
    )
