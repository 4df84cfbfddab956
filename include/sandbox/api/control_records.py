"""Control routes on records: the truth that independent checks count from, and edits made at the source.

``kinds`` tells of every live record what it was planted as and what it is now; it reads the store, not the API's
listings, so a mistake in a listing does not hide itself. Edits bypass Zoho's checks on purpose: an awkward value is
what they are for.
"""

from typing import Any

from include.sandbox.api.answers import Answer, ApiError, answer
from include.sandbox.api.call import Call
from include.sandbox.api.control import bad_request, body_object
from include.sandbox.modules import CONVERTED_DETAIL
from include.sandbox.state import SandboxState
from include.sandbox.store import RecordStore

IDS_PARAM = frozenset(("ids",))
_KIND_FIELDS = ("Email", "$approved", "$converted", "Email_Opt_Out")
_BECOMES = ("First_Name", "Last_Name", "Email", "Email_Opt_Out")


def store_of(state: SandboxState, call: Call) -> RecordStore:
    """The records of the module in the path."""
    name = call.params["module"]
    if name not in state.stores:
        raise bad_request(f"The sandbox holds no records of '{name}'. Allowed: {', '.join(state.stores)}.")
    return state.stores[name]


def live_index(store: RecordStore, record_id: object) -> int:
    """The index of a live record; a 404 for any other id."""
    index = store.index_of(record_id)
    if index is None or not store.live(index):
        raise ApiError(404, "SANDBOX_NOT_FOUND", f"There is no live record {record_id!r} in {store.spec.name}.")
    return index


def records(state: SandboxState, call: Call) -> Answer:
    """``GET /records/{module}?ids=a,b``: full records with their kind, in the order asked; deleted and unknown ids are
    a 404. Without ``ids`` all live records, by ascending id.
    """
    store = store_of(state, call)
    ids = [each for each in call.query.get("ids", "").split(",") if each]
    names = (*store.spec.names, *store.spec.unlisted)
    indexes = [live_index(store, each) for each in ids] if "ids" in call.query else list(store.live_indexes())
    rows = [{"kind": store.kind(index), **store.record(index, names)} for index in indexes]
    return answer(rows, rows=len(rows))


def kinds(state: SandboxState, call: Call) -> Answer:
    """``GET /kinds/{module}``: one short row for every live record, by ascending id."""
    store = store_of(state, call)
    inside: dict[int, list[tuple[str, str]]] = {}
    for view in state.views[store.spec.name]:
        for index in state.listings[store.spec.name].members(view):
            inside.setdefault(index, []).append((view.name, view.id))
    rows = [_kind_row(store, index, inside.get(index, [])) for index in store.live_indexes()]
    return answer(rows, rows=len(rows))


def _kind_row(store: RecordStore, index: int, views: list[tuple[str, str]]) -> dict[str, Any]:
    spec, original = store.as_made, store.original(index)
    row = store.read((index,), (*_KIND_FIELDS, spec.changed, spec.created))[0]
    return {
        "id": row["id"],
        "kind": store.kind(index),
        "email": row.get("Email"),
        "updated_on": row[spec.changed],
        "created_time": row[spec.created],
        "approved": row["$approved"],
        "converted": row["$converted"],
        "opt_out": row.get("Email_Opt_Out"),
        "views": [name for name, _ in views],
        "view_ids": [view_id for _, view_id in views],
        "duplicate_of": None if original is None else store.id_of(original),
    }


def edit(state: SandboxState, call: Call) -> Answer:
    """``POST /records/{module}`` ``{"edits": [{"id", field: value, ...}]}``: changed now, unless the change time is
    among the fields.
    """
    store, now = store_of(state, call), state.now_seconds()
    planned = []
    for item in _items(call, "edits", dict):
        index = live_index(store, item.get("id"))
        changes = {name: value for name, value in item.items() if name != "id"}
        store.check_names(changes)
        planned.append((index, changes))
    for index, changes in planned:
        store.edit(index, changes, now)
    return answer({"edited": [store.id_of(index) for index, _ in planned]}, rows=len(planned))


def add(state: SandboxState, call: Call) -> Answer:
    """``POST /records/{module}/add`` ``{"records": [{field: value, ...}]}``; answers the new ids in order."""
    store, now = store_of(state, call), state.now_seconds()
    items = _items(call, "records", dict)
    for item in items:
        store.check_names(item)
    ids = [store.id_of(store.add(item, now)) for item in items]
    return answer({"ids": ids}, rows=len(ids))


def delete(state: SandboxState, call: Call) -> Answer:
    """``POST /records/{module}/delete`` ``{"ids": [...], "type": "recycle" | "permanent"}``."""
    store, now = store_of(state, call), state.now_seconds()
    type_ = body_object(call, ("ids", "type")).get("type", "recycle")
    if type_ not in ("recycle", "permanent"):
        raise bad_request(f"type cannot be {type_!r}: allowed are recycle and permanent.")
    indexes = dict.fromkeys(live_index(store, each) for each in _items(call, "ids", str))
    for index in indexes:
        store.delete(index, type_, now)
    return answer({"deleted": len(indexes)}, rows=len(indexes))


def restore(state: SandboxState, call: Call) -> Answer:
    """``POST /records/{module}/restore`` ``{"ids": [...]}``: back from the recycle bin, changed now."""
    store, now = store_of(state, call), state.now_seconds()
    ids = _items(call, "ids", str)
    for each in ids:
        index = store.index_of(each)
        if index is None:
            raise ApiError(404, "SANDBOX_NOT_FOUND", f"There never was a record {each!r} in {store.spec.name}.")
        store.restore(index, now)
    return answer({"restored": len(ids)}, rows=len(ids))


def convert(state: SandboxState, call: Call) -> Answer:
    """``POST /records/{module}/convert`` ``{"ids": [...], "contact": true}``: convert records, changed now.

    With ``contact`` each becomes a new record of Contacts with the same names, address and opt-out, which its
    ``$converted_detail`` names; the new ids are answered in order. Without, nothing tells what it became.
    """
    store, now = store_of(state, call), state.now_seconds()
    if CONVERTED_DETAIL not in store.spec.details:
        raise bad_request(f"{store.spec.name} are never converted: only Candidates are.")
    becomes = body_object(call, ("ids", "contact")).get("contact", False)
    if not isinstance(becomes, bool):
        raise bad_request("contact is true or false.")
    indexes = list(dict.fromkeys(live_index(store, each) for each in _items(call, "ids", str)))
    contacts = []
    for index in indexes:
        detail = None
        if becomes:
            contacts.append(_contact_of(store, index, state.stores["Contacts"], now))
            detail = {"contact": contacts[-1]}
        store.edit(index, {"$converted": True, CONVERTED_DETAIL: detail}, now)
    return answer({"converted": len(indexes), "contacts": contacts}, rows=len(indexes))


def _contact_of(store: RecordStore, index: int, contacts: RecordStore, now: int) -> str:
    values = store.read((index,), _BECOMES)[0]
    return contacts.id_of(contacts.add({name: values[name] for name in _BECOMES}, now))


def _items(call: Call, key: str, kind: type) -> list[Any]:
    allowed = (key, "type", "contact") if key == "ids" else (key,)
    items = body_object(call, allowed).get(key)
    if not isinstance(items, list) or not all(isinstance(item, kind) for item in items):
        noun = "objects" if kind is dict else "ids as text"
        raise bad_request(f'The body of {call.path} is {{"{key}": [...]}}, a list of {noun}.')
    return items
