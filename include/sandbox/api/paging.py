"""Pages of records: which part of a list of indexes, which fields, and the block ``info``."""

from array import array
from collections.abc import Sequence
from typing import Any

from include.sandbox.api.answers import NOTHING, Answer, encode_page
from include.sandbox.api.call import Call
from include.sandbox.modules import SYSTEM_FIELDS, ModuleSpec
from include.sandbox.state import SandboxState

PER_PAGE = 200


def asked_page(call: Call) -> tuple[int, int]:
    """Number of the page and rows on it."""
    return call.number("page", 1, 10**9), call.number("per_page", PER_PAGE, PER_PAGE)


def asked_fields(state: SandboxState, spec: ModuleSpec, call: Call) -> list[str]:
    """The fields a call names, all when it names none; unknown names are left out and noted in the call log."""
    asked = call.query.get("fields")
    if not asked:
        return [*spec.names, *spec.unlisted]
    names = list(dict.fromkeys(name.strip() for name in asked.split(",") if name.strip()))
    known = {*spec.names, *spec.unlisted}
    unknown = [name for name in names if name not in known and name != "id"]
    if unknown:
        call.notes["unknown_fields"] = unknown
    always = SYSTEM_FIELDS if state.settings.system_fields == "always" else ()
    return list(dict.fromkeys((*(name for name in names if name in known), *always)))


def page_of(
    state: SandboxState, spec: ModuleSpec, call: Call, indexes: "array[int] | Sequence[int]", fields: list[str]
) -> Answer:
    """One page of these records; 204 when there is nothing on it."""
    page, per_page = asked_page(call)
    start = (page - 1) * per_page
    rows = state.stores[spec.name].records(indexes[start : start + per_page], fields)
    if not rows:
        return Answer(NOTHING, rows=0)
    return Answer(200, encoded(call, rows, page, per_page, start + per_page < len(indexes)), len(rows))


def encoded(call: Call, rows: list[dict[str, Any]], page: int, per_page: int, more: bool) -> bytes:
    """A page as JSON."""
    more = more and not call.fault_is("early_more_records_false")
    return encode_page(rows, {"per_page": per_page, "count": len(rows), "page": page, "more_records": more})
