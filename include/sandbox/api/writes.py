"""The routes that write records: insert, update, upsert, delete; at most a hundred items a call.

What becomes of an item is in ``writer.py``, how a call of many is carried out in ``batches.py``. Recruit's page of
insert does not name Campaigns, that of upsert does: inserting one is refused until a setting accepts it.
"""

from typing import Any

from include.sandbox.api.answers import Answer, ApiError
from include.sandbox.api.batches import Item, check_number, read_items, run
from include.sandbox.api.call import Call, invalid
from include.sandbox.api.writer import Writer
from include.sandbox.state import SandboxState

DELETE_PARAMS = frozenset(("ids", "wf_trigger"))
_KEYS = frozenset(("data", "trigger"))


def insert(state: SandboxState, call: Call) -> Answer:
    """``POST /recruit/v2/{Module}``: 201 when anything was added."""
    writer = Writer(state, call, "insert")
    if writer.module == "Campaigns" and state.settings.campaign_insert == "refused":
        raise ApiError(400, "INVALID_MODULE", "the module name given seems to be invalid")
    return run(state, call, writer, read_items(call, _KEYS)[1], 201)


def update(state: SandboxState, call: Call) -> Answer:
    """``PUT /recruit/v2/{Module}`` with an id in each item, or ``/{Module}/{id}`` with one item."""
    writer = Writer(state, call, "update")
    items = read_items(call, _KEYS)[1]
    if "record_id" in call.params:
        items = [{**items[0], "id": str(call.params["record_id"])}]
    return run(state, call, writer, items)


def upsert(state: SandboxState, call: Call) -> Answer:
    """``POST /recruit/v2/{Module}/upsert``."""
    writer = Writer(state, call, "upsert")
    body, items = read_items(call, _KEYS | {"duplicate_check_fields"})
    writer.order = writer.duplicates.order(_named(body, writer.duplicates.nameable))
    return run(state, call, writer, items)


def delete(state: SandboxState, call: Call) -> Answer:
    """``DELETE /recruit/v2/{Module}?ids=a,b`` or ``/{Module}/{id}``."""
    writer = Writer(state, call, "delete")
    one = call.params.get("record_id")
    ids = [one] if one is not None else [each for each in call.query.get("ids", "").split(",") if each.strip()]
    check_number("ids", "ids", len(ids))
    items: list[Item] = [{"id": str(each).strip()} for each in ids]
    return run(state, call, writer, items)


def _named(body: dict[str, Any], allowed: tuple[str, ...]) -> list[str]:
    named = body.get("duplicate_check_fields", [])
    if not isinstance(named, list) or set(map(str, named)) - set(allowed):
        only = "only a system defined duplicate field or a unique field may be named"
        raise invalid("duplicate_check_fields", f"{only}: {', '.join(allowed) or 'there is none'}")
    return named
