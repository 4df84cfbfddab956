"""What one stage hands to the next task and to the history: ids and counts, never rows or personal data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole of what travels between tasks (by XCom).

    counts: words of the spec to numbers, such as {"read": 5200, "total": 5100, "new": 4000}.
    changed: whether anything but history and watermark changed in the warehouse (decides the asset event).
    """

    fetch_id: int
    sync_id: str
    list_name: str
    stage: str
    status: str
    window_start: str | None
    window_end: str
    counts: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    changed: bool = False

    def as_xcom(self) -> dict[str, Any]:
        """A JSON-ready mapping with the same names."""
        return {
            "fetch_id": self.fetch_id,
            "sync_id": self.sync_id,
            "list_name": self.list_name,
            "stage": self.stage,
            "status": self.status,
            "window_start": self.window_start,
            "window_end": self.window_end,
            "counts": dict(self.counts),
            "warnings": list(self.warnings),
            "changed": self.changed,
        }
