"""One call that writes: its items one after the other, an answer for each in the place it came in.

A batch of mixed outcomes keeps a 2xx status; what status a batch has whose every item failed, and whether one bad item
spoils the whole call, is not established for Recruit: settings. Item faults act here, and everything that took effect
or was refused is counted for the control side.
"""

from collections import Counter
from typing import Any, Protocol

from include.sandbox.api.answers import Answer, ApiError, answer
from include.sandbox.api.call import Call, invalid
from include.sandbox.api.checks import ItemError
from include.sandbox.state import SandboxState

MOST_ITEMS = 100
TRIGGERS = ("workflow", "approval", "blueprint")
Item = dict[str, Any]


class Desk(Protocol):
    """Who writes the items of one call: of which module, and what was asked."""

    module: str
    action: str

    def check(self, item: Item) -> None:
        """ItemError for an item whose values can be told to be wrong before anything is written."""

    def write(self, item: Item) -> Item:
        """Carry an item out; its answer, or ItemError."""

    def known(self, item: Item) -> Item:
        """The item's values over those of the record it would write, with its id."""


def read_items(call: Call, keys: frozenset[str]) -> tuple[dict[str, Any], list[Item]]:
    """The body and its items, or ApiError: 1 to 100 objects under ``data``, and no key but these."""
    body = call.json()
    items = body.get("data") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise invalid("data", 'the body is {"data": [{...}, ...]}')
    check_number("data", "items", len(items))
    for name in body:
        if name not in keys:
            raise invalid(name, f"the body has no key {name!r}: allowed are {', '.join(sorted(keys))}")
    trigger = body.get("trigger", list(TRIGGERS))
    if not isinstance(trigger, list) or not all(each in TRIGGERS for each in trigger):
        raise invalid("trigger", f"trigger is a list of {', '.join(TRIGGERS)}, or empty for none")
    if "trigger" in keys:
        call.notes["trigger"] = trigger
    return body, items


def check_number(name: str, what: str, number: int) -> None:
    """ApiError unless so many may be sent in one call."""
    if not 1 <= number <= MOST_ITEMS:
        raise invalid(name, f"{number} {what}: allowed are 1 to {MOST_ITEMS}", maximum_length=MOST_ITEMS)


def run(state: SandboxState, call: Call, desk: Desk, items: list[Item], success: int = 200) -> Answer:
    """Carry the items out. ``cut_partway`` stops after the number of items that it names."""
    state.written.calls[desk.module][desk.action] += 1
    _refuse_whole(state, desk, items)
    if call.fault is not None and call.fault.kind == "cut_partway":
        items = items[: max(call.fault.by, 0)]
    answers = [_one(state, desk, item) for item in items]
    failed = Counter(each["code"] for each in answers if each["status"] == "error")
    state.written.failed[desk.module].update(failed)
    if failed:
        call.notes["failed"] = dict(failed)
    status = state.settings.all_failed_status if failed.total() == len(answers) else success
    return answer({"data": answers}, rows=len(answers), status=status)


def _one(state: SandboxState, desk: Desk, item: Item) -> Item:
    try:
        fault = None
        if state.item_faults.waits(whole=False):
            fault = state.item_faults.take(desk.module, desk.action, desk.known(item), whole=False)
        if fault is None:
            return desk.write(item)
        if fault.after:
            desk.write(item)
        raise ItemError(fault.code, fault.text, **fault.details)
    except ItemError as error:
        return error.item


def _refuse_whole(state: SandboxState, desk: Desk, items: list[Item]) -> None:
    """ApiError for a call that one of its items spoils; nothing of it is written."""
    try:
        if state.settings.bad_item == "refuses_batch":
            for item in items:
                desk.check(item)
        if not state.item_faults.waits(whole=True):
            return
        for item in items:
            fault = state.item_faults.take(desk.module, desk.action, desk.known(item), whole=True)
            if fault is not None:
                raise ItemError(fault.code, fault.text, **fault.details)
    except ItemError as error:
        raise ApiError(400, error.item["code"], error.item["message"], error.item["details"]) from None
