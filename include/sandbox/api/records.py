"""Reading records: ``GET /recruit/v2/{Module}``, ``/{Module}/{id}`` and ``/{Module}/deleted``.

Converted and unapproved records stay hidden unless asked for. Nothing to return is 204, nothing changed since
If-Modified-Since is 304. Unknown names in ``fields`` are left out, as Zoho does, and noted in the call log. Pages of an
unchanged state are encoded once.
"""

from typing import Any

from include.sandbox.api.answers import NOT_MODIFIED, NOTHING, Answer, encode_page
from include.sandbox.api.call import Call, invalid
from include.sandbox.api.modules import module_of
from include.sandbox.api.paging import asked_fields, asked_page, encoded
from include.sandbox.clock import iso
from include.sandbox.listing import CHOICES, Filter
from include.sandbox.modules import ModuleSpec
from include.sandbox.state import SandboxState
from include.sandbox.store import Deletion, RecordStore
from include.sandbox.views import View

LIST_PARAMS = frozenset(("fields", "sort_by", "sort_order", "converted", "approved", "page", "per_page", "cvid"))
DELETED_PARAMS = frozenset(("type", "page", "per_page"))
_DAY = 86_400
# How long Zoho's sibling product keeps a record in the recycle bin, and how long it tells of it at all.
RECYCLE_DAYS, TOLD_DAYS = 60, 120


def listing(state: SandboxState, call: Call) -> Answer:
    """One page of a module."""
    spec = module_of(state, call)
    store, fields, wanted = state.stores[spec.name], asked_fields(state, spec, call), _filter(state, spec, call)
    page, per_page = asked_page(call)
    key = (spec.name, store.freshness, state.settings_version, tuple(fields), wanted, page, per_page)
    kept = state.pages.get(key) if call.fault is None else None
    if kept is not None:
        return Answer(200, kept[0], kept[1])
    indexes = state.listings[spec.name].indexes(wanted)
    total = min(len(indexes), state.settings.page_ceiling or len(indexes))
    start = max((page - 1) * per_page + _shift(call), 0)
    rows = store.records(indexes[start : min(start + per_page, total)], fields)
    if not rows:
        return Answer(NOT_MODIFIED if wanted.since is not None and not len(indexes) else NOTHING, rows=0)
    body = encoded(call, rows, page, per_page, start + per_page < total)
    if call.fault is None:
        state.pages.put(key, body, len(rows))
    return Answer(200, body, len(rows))


def single(state: SandboxState, call: Call) -> Answer:
    """One record by id, whatever its flags; 204 for an id that is unknown or deleted."""
    spec = module_of(state, call)
    store = state.stores[spec.name]
    index = store.index_of(call.params["record_id"])
    if index is None or not store.live(index):
        return Answer(NOTHING, rows=0)
    row = store.record(index, asked_fields(state, spec, call))
    return Answer(200, encode_page([row], {"per_page": 1, "count": 1, "page": 1, "more_records": False}), 1)


def deleted(state: SandboxState, call: Call) -> Answer:
    """One page of what was deleted, oldest first; 204 when there is nothing."""
    spec = module_of(state, call)
    store = state.stores[spec.name]
    kind, since = call.choice("type", "all", ("all", "recycle", "permanent")), call.modified_since()
    page, per_page = asked_page(call)
    now = state.now_seconds()
    found = [
        (deletion.at, index)
        for index, deletion in store.gone.items()
        if (since is None or deletion.at >= since)
        and now - deletion.at <= TOLD_DAYS * _DAY
        and kind in ("all", _type_now(deletion, now))
    ]
    found.sort()
    start = (page - 1) * per_page
    rows = [_deleted_row(store, index, now) for _, index in found[start : start + per_page]]
    if not rows:
        return Answer(NOTHING, rows=0)
    return Answer(200, encoded(call, rows, page, per_page, start + per_page < len(found)), len(rows))


def _type_now(deletion: Deletion, now: int) -> str:
    return "permanent" if now - deletion.at > RECYCLE_DAYS * _DAY else deletion.type


def _deleted_row(store: RecordStore, index: int, now: int) -> dict[str, Any]:
    deletion, values = store.gone[index], store.read((index,), ("Created_By",))[0]
    return {
        "deleted_by": {"name": deletion.by[1], "id": deletion.by[0]},
        "id": values["id"],
        "display_name": store.title(index),
        "type": _type_now(deletion, now),
        "created_by": values["Created_By"],
        "deleted_time": iso(deletion.at, store.zone),
    }


def _shift(call: Call) -> int:
    return call.fault.by if call.fault is not None and call.fault.kind == "page_shift" else 0


def _filter(state: SandboxState, spec: ModuleSpec, call: Call) -> Filter:
    sort_by = call.query.get("sort_by")
    if sort_by is not None and sort_by != "id" and spec.field(sort_by) is None:
        raise invalid("sort_by", f"{spec.name} has no field {sort_by!r}")
    descending = call.choice("sort_order", "desc" if sort_by else "asc", ("asc", "desc")) == "desc"
    return Filter(
        converted=call.choice("converted", "false", CHOICES),
        approved=call.choice("approved", "true", CHOICES),
        since=call.modified_since(),
        view=_view(state, spec, call),
        sort_by=sort_by,
        descending=descending,
    )


def _view(state: SandboxState, spec: ModuleSpec, call: Call) -> View | None:
    wanted = call.query.get("cvid")
    if wanted is None:
        return None
    found = next((view for view in state.views[spec.name] if view.id == wanted), None)
    if found is None:
        raise invalid("cvid", "the id given seems to be invalid")
    return found
