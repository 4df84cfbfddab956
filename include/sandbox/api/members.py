"""Members of Recruit's campaigns: ``GET`` and ``PUT /recruit/v2/Campaigns/{id}/Candidates`` (or ``Contacts``).

Reading is on Recruit's page of related records. Writing is not confirmed: that page is the sibling product's, unedited.
So the call answers as an unknown address does until ``campaign_members`` says that it is denied or that it works; only
then do members show their status. This is the one place that knows the call.
"""

from typing import Any

from include.sandbox.api.answers import NOTHING, Answer, ApiError
from include.sandbox.api.batches import Item, read_items, run
from include.sandbox.api.call import Call, invalid
from include.sandbox.api.checks import ItemError
from include.sandbox.api.modules import check_access, check_writing, module_of
from include.sandbox.api.paging import asked_fields, asked_page, encoded
from include.sandbox.clock import iso
from include.sandbox.members import MODULES, Member
from include.sandbox.modules import ModuleSpec
from include.sandbox.state import SandboxState

STATUS = "Member_Status"


def listing(state: SandboxState, call: Call) -> Answer:
    """One page of the members of a campaign, as records of their module; 204 when there are none."""
    spec = _related(state, call)
    campaign = _campaign(state, call)
    members = {} if campaign is None else state.members.of(campaign, spec.name)
    store, wanted = state.stores[spec.name], {each for each in call.query.get("ids", "").split(",") if each}
    indexes = [index for index in members if not wanted or store.id_of(index) in wanted]
    page, per_page = asked_page(call)
    shown = indexes[(page - 1) * per_page : page * per_page]
    if not shown:
        return Answer(NOTHING, rows=0)
    rows = store.records(shown, asked_fields(state, spec, call))
    if state.settings.campaign_members == "works":
        rows = [{**row, STATUS: members[index].status} for row, index in zip(rows, shown, strict=True)]
    return Answer(200, encoded(call, rows, page, per_page, page * per_page < len(indexes)), len(rows))


def update(state: SandboxState, call: Call) -> Answer:
    """Give members their status: items ``{"id", "Member_Status"}``, or one for the record that the path names."""
    if state.settings.campaign_members == "unknown" or call.params["module"] != "Campaigns":
        raise ApiError(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")
    check_writing(state, module_of(state, call))
    if state.settings.campaign_members == "denied":
        raise ApiError(403, "NO_PERMISSION", "permission denied to update the members of a campaign")
    desk = MemberDesk(state, call)
    items = read_items(call, frozenset(("data",)))[1]
    if "related_id" in call.params:
        items = [{**items[0], "id": str(call.params["related_id"])}]
    return run(state, call, desk, items)


class MemberDesk:
    """The memberships of one campaign and one module, written one after the other."""

    action = "member"

    def __init__(self, state: SandboxState, call: Call) -> None:
        spec = _related(state, call)
        campaign = _campaign(state, call)
        if campaign is None:
            raise invalid("id", "the id given seems to be invalid")
        self.module = spec.name
        self._state, self._call, self._campaign = state, call, campaign
        self._store, self._now = state.stores[spec.name], state.now_seconds()

    def check(self, item: Item) -> None:
        """ItemError for an unknown record or a status that is none."""
        index, status = self._store.index_of(item.get("id")), item.get(STATUS)
        if not self._store.live(index):
            raise ItemError("INVALID_DATA", "the id given seems to be invalid", api_name="id")
        if status in (None, ""):
            raise ItemError("MANDATORY_NOT_FOUND", "required field not found", api_name=STATUS)
        allowed = self._state.settings.member_statuses
        if not isinstance(status, str) or (allowed is not None and status not in allowed):
            raise ItemError("INVALID_DATA", "invalid data", expected_data_type="picklist", api_name=STATUS)

    def known(self, item: Item) -> Item:
        """The item's values over those of the record."""
        index = self._store.index_of(item.get("id"))
        return {**({} if index is None else self._store.record(index, self._store.spec.names)), **item}

    def write(self, item: Item) -> Item:
        """Give one record its status."""
        self.check(item)
        index = self._store.index_of(item["id"])
        if index is None:
            raise ItemError("INVALID_DATA", "the id given seems to be invalid", api_name="id")
        new = self._state.members.put(self._campaign, self.module, index, Member(item[STATUS], self._now, "api"))
        self._book(index, item[STATUS])
        message = "relation added" if new else "relation updated"
        return {"code": "SUCCESS", "details": {"id": item["id"]}, "message": message, "status": "success"}

    def _book(self, index: int, status: str) -> None:
        counts = self._call.notes.setdefault("written", {})
        counts["member"] = counts.get("member", 0) + 1
        values: dict[str, Any] = {"campaign": str(self._call.params["record_id"]), STATUS: status}
        at, record_id = iso(self._now, self._store.zone), self._store.id_of(index)
        self._state.written.add(self.module, record_id, at=at, asked="member", did="member", values=values)


def _campaign(state: SandboxState, call: Call) -> int | None:
    store = state.stores["Campaigns"]
    index = store.index_of(call.params["record_id"])
    return index if store.live(index) else None


def _related(state: SandboxState, call: Call) -> ModuleSpec:
    module_of(state, call)
    name = call.params["related"]
    spec = state.served(name) if name in MODULES else None
    if spec is None:
        raise invalid("related_list", f"Campaigns have no related list {name!r} here")
    check_access(state, spec)
    return spec
