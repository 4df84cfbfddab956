"""Related records: ``GET /recruit/v2/{Module}/{id}/associate`` between candidates and job openings, by their
applications, ``GET /recruit/v2/Clients/{id}/Contacts``, and the members of campaigns (``members.py``).

These are what Recruit's pages describe of the many related lists; any other is INVALID_DATA. Which contacts have
a job opening is told by the openings themselves.
"""

from include.sandbox.api import members
from include.sandbox.api.answers import NOTHING, Answer
from include.sandbox.api.call import Call, invalid
from include.sandbox.api.modules import module_of
from include.sandbox.api.paging import asked_fields, page_of
from include.sandbox.criteria.compare import Manner
from include.sandbox.criteria.model import Leaf, bind
from include.sandbox.modules import ModuleSpec
from include.sandbox.state import SandboxState

ASSOCIATE_PARAMS = frozenset(("posting_title", "candidate_statuses", "page", "per_page"))
RELATED_PARAMS = frozenset(("ids", "fields", "page", "per_page"))
_OTHER = {"Candidates": "Job_Openings", "Job_Openings": "Candidates"}
_EQUALS = frozenset(("equals",))


def associated(state: SandboxState, call: Call) -> Answer:
    """Job openings of a candidate, or candidates of a job opening; 204 when there are none."""
    spec = module_of(state, call)
    if spec.name not in _OTHER:
        raise invalid("module", "only candidates and job openings are associated")
    record_id = _live_id(state, spec, call)
    if record_id is None:
        return Answer(NOTHING, rows=0)
    other, applications = state.stores[_OTHER[spec.name]], state.stores["Applications"]
    here, there = (_lookup_to(applications.spec, name) for name in (spec.name, other.spec.name))
    statuses, title = _listed(call.query.get("candidate_statuses")), call.query.get("posting_title")
    found = set()
    for index in _naming(state, applications.spec, here, record_id):
        row = applications.record(index, (there, "Application_Status"))
        if row[there] is not None and (not statuses or row["Application_Status"] in statuses):
            found.add(other.index_of(row[there]["id"]))
    indexes = sorted(index for index in found if index is not None)
    if title is not None and other.spec.name == "Job_Openings":
        indexes = [index for index in indexes if other.title(index) == title]
    return page_of(state, other.spec, call, indexes, [*other.spec.names, *other.spec.unlisted])


def related(state: SandboxState, call: Call) -> Answer:
    """The contacts of a client, or the members of a campaign."""
    spec = module_of(state, call)
    if spec.name == "Campaigns":
        return members.listing(state, call)
    if (spec.name, call.params["related"]) != ("Clients", "Contacts"):
        raise invalid("related_list", f"{spec.name} has no related list {call.params['related']!r} here")
    record_id = _live_id(state, spec, call)
    if record_id is None:
        return Answer(NOTHING, rows=0)
    contacts = state.stores["Contacts"]
    wanted = _listed(call.query.get("ids"))
    found = _naming(state, contacts.spec, _lookup_to(contacts.spec, "Clients"), record_id)
    indexes = [index for index in found if not wanted or contacts.id_of(index) in wanted]
    return page_of(state, contacts.spec, call, indexes, asked_fields(state, contacts.spec, call))


def _live_id(state: SandboxState, spec: ModuleSpec, call: Call) -> str | None:
    store = state.stores[spec.name]
    index = store.index_of(call.params["record_id"])
    return store.id_of(index) if index is not None and store.live(index) else None


def _naming(state: SandboxState, spec: ModuleSpec, lookup: str, record_id: str) -> list[int]:
    matcher = bind(Leaf(lookup, "equals", (record_id,)), spec, Manner(), _EQUALS)
    return list(state.listings[spec.name].members(matcher))


def _lookup_to(spec: ModuleSpec, target: str) -> str:
    """The lookup into another module, whatever it is called now; it cannot be asked for once it was removed."""
    found = next((field.name for field in spec.fields if field.target == target), None)
    if found is None:
        raise invalid("related_list", f"{spec.name} has no lookup into {target} any more")
    return found


def _listed(text: str | None) -> set[str]:
    return {each.strip() for each in (text or "").split(",") if each.strip()}
