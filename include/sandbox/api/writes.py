"""Writing records: insert, update, upsert, delete; at most a hundred items a call, an answer for each item in the order
they came.

A batch of mixed outcomes keeps a 2xx status; what status a batch has whose every item failed is not established for
Recruit and is a setting. An upsert finds a record by ``id`` or by the module's duplicate field and leaves the
candidate's status alone.
"""

from collections.abc import Callable
from typing import Any

from include.sandbox.api.answers import Answer, answer
from include.sandbox.api.call import Call, invalid
from include.sandbox.api.checks import ItemError, checked
from include.sandbox.api.modules import module_of
from include.sandbox.clock import iso
from include.sandbox.data.names import OWNERS
from include.sandbox.state import SandboxState
from include.sandbox.store import RecordStore

MOST_ITEMS = 100
DELETE_PARAMS = frozenset(("ids", "wf_trigger"))
_KEYS = frozenset(("data", "trigger", "duplicate_check_fields"))
_USER = {"name": OWNERS[0][1], "id": OWNERS[0][0]}


class Writer:
    """The items of one call, written one after the other into one store."""

    def __init__(self, state: SandboxState, call: Call) -> None:
        self.spec = module_of(state, call)
        self.store: RecordStore = state.stores[self.spec.name]
        self._stores = state.stores
        self._now = state.now_seconds()
        self._call = call

    def insert(self, item: dict[str, Any]) -> dict[str, Any]:
        """A new record, unless its address is taken."""
        values = self._checked(item, insert=True)
        if self._taken(values) is not None:
            raise ItemError("DUPLICATE_DATA", "duplicate data", api_name=self.spec.duplicate)
        return self._success(self.store.add(values, self._now), "record added")

    def update(self, item: dict[str, Any]) -> dict[str, Any]:
        """Change the record that ``id`` names."""
        index = self._known(item.get("id"))
        values = self._checked(item, insert=False)
        if self._taken(values) not in (None, index):
            raise ItemError("DUPLICATE_DATA", "duplicate data", api_name=self.spec.duplicate)
        self.store.edit(index, {**values, "Modified_By": _USER}, self._now)
        return self._success(index, "record updated")

    def upsert(self, item: dict[str, Any]) -> dict[str, Any]:
        """Change the record with this id or address, else make a new one."""
        by_id = "id" in item
        index = self._known(item["id"]) if by_id else self._same(item)
        values = self._checked(item, insert=index is None)
        if index is None:
            return {
                **self._success(self.store.add(values, self._now), "record added"),
                "action": "insert",
                "duplicate_field": None,
            }
        changes = {name: value for name, value in values.items() if name not in self.spec.not_by_upsert}
        self.store.edit(index, {**changes, "Modified_By": _USER}, self._now)
        field = None if by_id else self.spec.duplicate
        return {**self._success(index, "record updated"), "action": "update", "duplicate_field": field}

    def delete(self, item: dict[str, Any]) -> dict[str, Any]:
        """Put the record into the recycle bin."""
        index = self._known(item["id"], "record not deleted")
        self.store.delete(index, "recycle", self._now)
        return {"code": "SUCCESS", "details": {"id": item["id"]}, "message": "record deleted", "status": "success"}

    def _known(self, record_id: object, message: str = "the id given seems to be invalid") -> int:
        index = self.store.index_of(record_id)
        if index is None or not self.store.live(index):
            raise ItemError("INVALID_DATA", message, api_name="id")
        return index

    def _taken(self, values: dict[str, Any]) -> int | None:
        """Who has this e-mail address: there can be but one, while a name may be given twice."""
        return self._same(values) if self.spec.duplicate == "Email" else None

    def _same(self, values: dict[str, Any]) -> int | None:
        value = values.get(self.spec.duplicate) if self.spec.duplicate else None
        return self.store.find(value) if isinstance(value, str) and value.strip() else None

    def _checked(self, item: dict[str, Any], *, insert: bool) -> dict[str, Any]:
        values, ignored = checked(self.spec, item, self._stores, insert=insert)
        if ignored:
            seen = self._call.notes.setdefault("ignored_fields", [])
            seen.extend(name for name in ignored if name not in seen)
        return values

    def _success(self, index: int, message: str) -> dict[str, Any]:
        details = {
            "id": self.store.id_of(index),
            "Created_Time": iso(self.store.created(index), self.store.zone),
            "Modified_Time": iso(self.store.updated[index], self.store.zone),
            "Created_By": self.store.read((index,), ("Created_By",))[0]["Created_By"],
            "Modified_By": _USER,
        }
        return {"code": "SUCCESS", "details": details, "message": message, "status": "success"}


def insert(state: SandboxState, call: Call) -> Answer:
    """``POST /recruit/v2/{Module}``: 201 when anything was added."""
    return _batch(state, call, Writer(state, call).insert, success=201)


def update(state: SandboxState, call: Call) -> Answer:
    """``PUT /recruit/v2/{Module}`` with an id in each item, or ``/{Module}/{id}`` with one item."""
    return _batch(state, call, Writer(state, call).update)


def upsert(state: SandboxState, call: Call) -> Answer:
    """``POST /recruit/v2/{Module}/upsert``."""
    return _batch(state, call, Writer(state, call).upsert, upserting=True)


def delete(state: SandboxState, call: Call) -> Answer:
    """``DELETE /recruit/v2/{Module}?ids=a,b`` or ``/{Module}/{id}``."""
    writer = Writer(state, call)
    one = call.params.get("record_id")
    ids = (
        [str(one)]
        if one is not None
        else [each.strip() for each in call.query.get("ids", "").split(",") if each.strip()]
    )
    if not 1 <= len(ids) <= MOST_ITEMS:
        raise invalid("ids", f"{len(ids)} ids: allowed are 1 to {MOST_ITEMS}", maximum_length=MOST_ITEMS)
    return _written(state, [_one(writer.delete, {"id": each}) for each in ids], 200)


def _batch(
    state: SandboxState,
    call: Call,
    write: Callable[[dict[str, Any]], dict[str, Any]],
    *,
    success: int = 200,
    upserting: bool = False,
) -> Answer:
    body = call.json()
    items = body.get("data") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise invalid("data", 'the body is {"data": [{...}, ...]}')
    if not 1 <= len(items) <= MOST_ITEMS:
        raise invalid("data", f"{len(items)} items: allowed are 1 to {MOST_ITEMS}", maximum_length=MOST_ITEMS)
    _check_keys(body, module_of(state, call).duplicate, upserting)
    if "record_id" in call.params:
        items = [{**items[0], "id": str(call.params["record_id"])}]
    return _written(state, [_one(write, item) for item in items], success)


def _check_keys(body: dict[str, Any], duplicate: str | None, upserting: bool) -> None:
    allowed = _KEYS if upserting else _KEYS - {"duplicate_check_fields"}
    for name in body:
        if name not in allowed:
            raise invalid(name, f"the body has no key {name!r}: allowed are {', '.join(sorted(allowed))}")
    checks = body.get("duplicate_check_fields", [])
    if not isinstance(checks, list) or set(map(str, checks)) - {duplicate}:
        only = f"only a system defined duplicate field or a unique field may be named: {duplicate or 'there is none'}"
        raise invalid("duplicate_check_fields", only)


def _one(write: Callable[[dict[str, Any]], dict[str, Any]], item: dict[str, Any]) -> dict[str, Any]:
    try:
        return write(item)
    except ItemError as error:
        return error.item


def _written(state: SandboxState, items: list[dict[str, Any]], success: int) -> Answer:
    failed = all(item["status"] == "error" for item in items)
    return answer({"data": items}, rows=len(items), status=state.settings.all_failed_status if failed else success)
