"""Custom views: what they are called, whom they hold, and how ``settings/custom_views`` prints them.

A view holds the records that meet its criteria; the converted and approved filters of a request apply on top.
Two views share a name on purpose, so that a client that looks views up by name can be tried on an ambiguous one.
The "recent" view is measured from the anchor, not from the clock: membership changes only when a record does.
Conditions name fields as they were made, so a view outlives the renaming of a field.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from include.sandbox.modules import ModuleSpec
from include.sandbox.store import RecordStore

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

    def holds_in(self, store: RecordStore, index: int) -> bool:
        """Whether a record is in the view."""
        return self.holds(store.read((index,), self.fields)[0])

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


FIRST_VIEW = 200001000000007001
# (name, conditions) of each module's views after "All ..."; the word RECENT stands for thirty days before the anchor.
RECENT = object()
_MORE: dict[str, tuple[tuple[str, tuple[tuple[str, str, Any], ...]], ...]] = {
    "Candidates": (
        (
            "Experienced engineers",
            (("Current_Job_Title", "contains", "Engineer"), ("Experience_in_Years", "greater_equal", 5)),
        ),
        ("Recently joined", (("Created_Time", "greater_equal", RECENT),)),
        ("Duplicated view", (("Source", "equal", "Employee Referral"),)),
        ("Duplicated view", (("Source", "equal", "Job Fair"),)),
    ),
    "Contacts": (
        ("IT contacts", (("Department", "equal", "Information Technology"),)),
        ("Primary contacts", (("Is_primary_contact", "equal", True),)),
    ),
    "Clients": (("Media clients", (("Industry", "equal", "Media"),)),),
    "Job_Openings": (("Open positions", (("Job_Opening_Status", "equal", "In-progress"),)),),
    "Applications": (("Hired", (("Application_Status", "equal", "Hired"),)),),
    "Alumni": (("Mentors", (("Mentor", "equal", True),)),),
    "Campaigns": (("E-mail campaigns", (("Type", "equal", "Email"),)),),
}


def views_of(spec: ModuleSpec, anchor: datetime) -> tuple[View, ...]:
    """The views of a module; ``anchor`` carries the organisation's offset."""
    first = FIRST_VIEW + (spec.number - 1) * 100
    recent = anchor - timedelta(days=30)
    more = [
        View(str(first + number), name, tuple((field, how, recent if to is RECENT else to) for field, how, to in held))
        for number, (name, held) in enumerate(_MORE.get(spec.name, ()), 1)
    ]
    return (View(str(first), f"All {spec.plural}", system_name="ALLVIEWS"), *more)
