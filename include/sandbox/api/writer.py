"""What becomes of a single item of insert, update, upsert and delete.

An upsert finds a record by ``id`` or by the duplicate checks of its module and leaves the candidate's status alone.
Every effect is entered in the book of what was written, whatever the client is told of it.
"""

from typing import Any

from include.sandbox.api.batches import Item
from include.sandbox.api.call import Call
from include.sandbox.api.checks import ItemError, checked
from include.sandbox.api.duplicates import Duplicates
from include.sandbox.api.modules import check_writing, module_of
from include.sandbox.clock import iso
from include.sandbox.data.names import OWNERS
from include.sandbox.state import SandboxState
from include.sandbox.store import RecordStore

_USER = {"name": OWNERS[0][1], "id": OWNERS[0][0]}


class Writer:
    """The items of one call, written one after the other into one store."""

    def __init__(self, state: SandboxState, call: Call, action: str) -> None:
        self.spec = module_of(state, call)
        check_writing(state, self.spec)
        self.module, self.action = self.spec.name, action
        self.duplicates = Duplicates(state, self.spec)
        # What an upsert looks a record up by; its body may say otherwise.
        self.order = self.duplicates.order([])
        self._store: RecordStore = state.stores[self.spec.name]
        self._state, self._call, self._now = state, call, state.now_seconds()
        self._more_mandatory = state.settings.layout_mandatory.get(self.spec.name, ())

    def write(self, item: Item) -> Item:
        """Carry an item out; its answer, or ItemError."""
        return {"insert": self._insert, "update": self._update, "upsert": self._upsert, "delete": self._delete}[
            self.action
        ](item)

    def check(self, item: Item) -> None:
        """ItemError for a value of a wrong type, or for a mandatory one that is blank."""
        self._checked(item, insert=self.action == "insert")

    def known(self, item: Item) -> Item:
        """The item's values over those of the record it would write, with its id."""
        index = self._store.index_of(item["id"]) if "id" in item else None
        if "id" not in item and self.action == "upsert":
            index = self.duplicates.first(item, self.order)
        stored = {} if index is None else self._store.record(index, self.spec.names)
        return {**stored, **item, "id": stored.get("id")}

    def _insert(self, item: Item) -> Item:
        values = self._checked(item, insert=True)
        self.duplicates.refuse_taken(values, None)
        return self._added(values)

    def _update(self, item: Item) -> Item:
        index = self._known(item.get("id"))
        values = self._checked(item, insert=False)
        self.duplicates.refuse_taken(values, index)
        return self._changed(index, values)

    def _upsert(self, item: Item) -> Item:
        index, field = (self._known(item["id"]), None) if "id" in item else self.duplicates.owner(item, self.order)
        values = self._checked(item, insert=index is None)
        self.duplicates.refuse_taken(values, index)
        if index is None:
            return {**self._added(values), "action": "insert", "duplicate_field": None}
        changes = {name: value for name, value in values.items() if name not in self.spec.not_by_upsert}
        return {**self._changed(index, changes), "action": "update", "duplicate_field": field}

    def _delete(self, item: Item) -> Item:
        index = self._known(item["id"], "record not deleted")
        self._store.delete(index, "recycle", self._now)
        self._book(index, "delete", {})
        return {"code": "SUCCESS", "details": {"id": item["id"]}, "message": "record deleted", "status": "success"}

    def _known(self, record_id: object, message: str = "the id given seems to be invalid") -> int:
        index = self._store.index_of(record_id)
        if index is None or not self._store.live(index):
            raise ItemError("INVALID_DATA", message, api_name="id")
        return index

    def _checked(self, item: Item, *, insert: bool) -> dict[str, Any]:
        values, ignored = checked(self.spec, item, self._state.stores, insert=insert, more=self._more_mandatory)
        if ignored:
            seen = self._call.notes.setdefault("ignored_fields", [])
            seen.extend(name for name in ignored if name not in seen)
        return values

    def _added(self, values: dict[str, Any]) -> Item:
        index = self._store.add(values, self._now)
        self._book(index, "insert", values)
        return self._success(index, "record added")

    def _changed(self, index: int, values: dict[str, Any]) -> Item:
        self._store.edit(index, {**values, "Modified_By": _USER}, self._now)
        self._book(index, "update", values)
        return self._success(index, "record updated")

    def _book(self, index: int, did: str, values: dict[str, Any]) -> None:
        counts = self._call.notes.setdefault("written", {})
        counts[did] = counts.get(did, 0) + 1
        at = iso(self._now, self._store.zone)
        self._state.written.add(self.module, self._store.id_of(index), at=at, asked=self.action, did=did, values=values)

    def _success(self, index: int, message: str) -> Item:
        details = {
            "id": self._store.id_of(index),
            "Created_Time": iso(self._store.created(index), self._store.zone),
            "Modified_Time": iso(self._store.updated[index], self._store.zone),
            "Created_By": self._store.read((index,), ("Created_By",))[0]["Created_By"],
            "Modified_By": _USER,
        }
        return {"code": "SUCCESS", "details": details, "message": message, "status": "success"}
