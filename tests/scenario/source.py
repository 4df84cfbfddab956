"""The source of the scenario: what happens at Recruit, through the sandbox's control routes, and what it then holds."""

from datetime import datetime
from typing import Any

from tests.scenario.reference_state import Record
from tests.stages.world import World

CHANGE_FIELD = {"Candidates": "Updated_On", "Contacts": "Modified_Time"}


class Source:
    """Hands on the sandbox, and a log of deletions that the sandbox's own feed is no part of."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.deletions: dict[str, dict[str, tuple[datetime, str]]] = {"Candidates": {}, "Contacts": {}}

    def records(self, sync: dict[str, Any]) -> list[Record]:
        """Every record of the sync's module as it is now, hidden ones too; `in_scope` as view or criteria say."""
        return [
            {
                "id": row["id"],
                "email": row["Email"],
                "modified": datetime.fromisoformat(row[CHANGE_FIELD[sync["module"]]]),
                "created": datetime.fromisoformat(row["Created_Time"]),
                "opt_out": bool(row["Email_Opt_Out"]),
                "converted": bool(row["$converted"]),
                "approved": bool(row["$approved"]),
                "contact_id": (row.get("$converted_detail") or {}).get("contact"),
                "in_scope": _in_scope(sync, row, kind),
            }
            for row, kind in self._rows(sync["module"])
        ]

    def ids(self, module: str) -> list[str]:
        """Records that are not deleted."""
        return [each["id"] for each in self.world.control("GET", f"kinds/{module}")]

    def addresses(self, module: str) -> dict[str, str | None]:
        """Address by record."""
        return {each["id"]: each["email"] for each in self.world.control("GET", f"kinds/{module}")}

    def flags(self, module: str) -> dict[str, dict[str, Any]]:
        """What the sandbox tells of each record: approved, converted, opt_out and more."""
        return {each["id"]: each for each in self.world.control("GET", f"kinds/{module}")}

    def add(self, module: str, **fields: Any) -> str:
        return str(self.world.control("POST", f"records/{module}/add", {"records": [fields]})["ids"][0])

    def edit(self, module: str, record_id: str, **fields: Any) -> None:
        self.world.control("POST", f"records/{module}", {"edits": [{"id": record_id, **fields}]})

    def delete(self, module: str, ids: list[str], kind: str) -> None:
        now = self.world.clock()
        self.world.control("POST", f"records/{module}/delete", {"ids": ids, "type": kind})
        self.deletions[module] |= dict.fromkeys(ids, (now, kind))

    def restore(self, module: str, record_id: str) -> None:
        self.world.control("POST", f"records/{module}/restore", {"ids": [record_id]})
        del self.deletions[module][record_id]

    def convert(self, record_id: str, contact: bool) -> None:
        self.world.control("POST", "records/Candidates/convert", {"ids": [record_id], "contact": contact})

    def deleted_since(self, module: str, start: datetime | None) -> dict[str, datetime]:
        """Records deleted at or after a moment; none for a first fetch (ADV-2)."""
        if start is None:
            return {}
        return {key: when for key, (when, _) in self.deletions[module].items() if when >= start}

    def _rows(self, module: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        kinds = self.world.control("GET", f"kinds/{module}")
        ids = ",".join(each["id"] for each in kinds)
        rows = self.world.control("GET", f"records/{module}?ids={ids}")
        return list(zip(rows, kinds, strict=True))


def _in_scope(sync: dict[str, Any], row: dict[str, Any], kind: dict[str, Any]) -> bool:
    if sync.get("view"):
        return sync["view"] in kind["views"]
    if sync.get("criteria"):
        field, value = sync["criteria"]
        return bool((row[field] or "").strip().lower() == value.lower())
    return True
