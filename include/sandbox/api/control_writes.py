"""Control routes on what clients write: item faults, the book of effects, members of campaigns.

``written`` is what a client's own ledger is compared with: every record that calls wrote, each effect in order, and
the record as it is now. Nothing here needs a token, meets a fault or is logged.
"""

from typing import Any

from include.sandbox.api.answers import Answer, answer
from include.sandbox.api.call import Call
from include.sandbox.api.control import bad_request, body_object, body_objects
from include.sandbox.api.control_records import live_index, store_of
from include.sandbox.clock import iso
from include.sandbox.errors import close_match
from include.sandbox.item_faults import read_item_fault
from include.sandbox.members import MODULES, Member
from include.sandbox.state import SandboxState
from include.sandbox.store import RecordStore

CAMPAIGN_PARAM = frozenset(("campaign",))


def read_item_faults(state: SandboxState, call: Call) -> Answer:
    """Item faults that still wait."""
    left = state.item_faults.left()
    return answer(left, rows=len(left))


def add_item_faults(state: SandboxState, call: Call) -> Answer:
    """Queue one item fault (an object) or several (a list)."""
    given = body_objects(call, 'item fault like {"code": "NO_PERMISSION"}')
    state.item_faults.add([read_item_fault(each, state.stores) for each in given])
    return read_item_faults(state, call)


def clear_item_faults(state: SandboxState, call: Call) -> Answer:
    """Drop all of them."""
    state.item_faults.clear()
    return read_item_faults(state, call)


def written(state: SandboxState, call: Call) -> Answer:
    """``GET /written/{module}``: calls by what they asked, refused items by code, and every record that was written."""
    store = store_of(state, call)
    module = store.as_made.name
    by_record: dict[str, list[dict[str, Any]]] = {}
    for entry in state.written.entries(module):
        by_record.setdefault(entry["id"], []).append({name: entry[name] for name in entry if name != "id"})
    records = [_written(store, record_id, by_record[record_id]) for record_id in sorted(by_record)]
    shown = {
        "calls": dict(state.written.calls[module]),
        "failed": dict(state.written.failed[module]),
        "records": records,
    }
    return answer(shown, rows=len(records))


def _written(store: RecordStore, record_id: str, writes: list[dict[str, Any]]) -> dict[str, Any]:
    index = store.index_of(record_id)
    live = index is not None and store.live(index)
    return {
        "id": record_id,
        "added": any(write["did"] == "insert" for write in writes),
        "live": live,
        "writes": writes,
        "record": store.record(index, store.spec.names) if live and index is not None else None,
    }


def members(state: SandboxState, call: Call) -> Answer:
    """``GET /members?campaign=id``: its members (without a name, those of all campaigns), since when and by whom."""
    campaigns = state.stores["Campaigns"]
    wanted = call.query.get("campaign")
    indexes = campaigns.live_indexes() if wanted is None else iter((live_index(campaigns, wanted),))
    rows = [
        {
            "campaign": campaigns.id_of(campaign),
            "module": module,
            "id": state.stores[module].id_of(index),
            "status": member.status,
            "at": None if member.at is None else iso(member.at, campaigns.zone),
            "by": member.by,
        }
        for campaign in indexes
        for module in MODULES
        for index, member in state.members.of(campaign, module).items()
    ]
    return answer(rows, rows=len(rows))


def add_members(state: SandboxState, call: Call) -> Answer:
    """``POST /members`` ``{"campaign", "module", "ids": [...], "status"}``: make records members."""
    body = body_object(call, ("campaign", "module", "ids", "status"))
    module, ids, status = body.get("module", "Candidates"), body.get("ids"), body.get("status")
    if module not in MODULES:
        raise bad_request(f"No campaign has members of '{module}'.{close_match(str(module), MODULES)}")
    if not isinstance(ids, list) or not (status is None or isinstance(status, str)):
        raise bad_request("ids is a list of ids as text, status a text or null.")
    campaign, store = live_index(state.stores["Campaigns"], body.get("campaign")), state.stores[module]
    indexes = [live_index(store, each) for each in ids]
    for index in indexes:
        state.members.put(campaign, module, index, Member(status, state.now_seconds(), "control"))
    return answer({"members": len(indexes)}, rows=len(indexes))
