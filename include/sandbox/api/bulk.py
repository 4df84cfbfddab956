"""Bulk read: ``POST /recruit/bulk/v2/read``, ``GET .../read/{id}``, ``GET .../read/{id}/result``.

The body is Recruit's, which is not CRM's: ``module`` is a text, fields are ``selectfields``, a condition names its
field by a flat ``api_name``. Unknown keys are refused by name. Whether converted and unapproved records are in the
file, and whether their flags can be selected, is not confirmed for Recruit and a setting. A callback is accepted and
never called: the sandbox speaks to nobody.
"""

from collections.abc import Sequence
from typing import Any

from include.sandbox.api.answers import Answer, ApiError, answer
from include.sandbox.api.bulk_query import bound_criteria
from include.sandbox.api.call import Call, invalid
from include.sandbox.api.charging import too_many
from include.sandbox.api.modules import check_access
from include.sandbox.bulk.files import zipped
from include.sandbox.bulk.jobs import COMPLETED, Job
from include.sandbox.clock import iso, parse_offset
from include.sandbox.data.names import OWNERS
from include.sandbox.errors import close_match
from include.sandbox.listing import Filter
from include.sandbox.modules import SYSTEM_FIELDS, ModuleSpec
from include.sandbox.state import SandboxState
from include.sandbox.views import View

_BODY_KEYS = ("query", "callback", "file_type")
_QUERY_KEYS = ("module", "cvid", "selectfields", "criteria", "page")
_USER = {"id": OWNERS[0][0], "name": OWNERS[0][1]}


def create(state: SandboxState, call: Call) -> Answer:
    """A new job; 201 with its id."""
    if not call.body.strip():
        raise ApiError(400, "REQUEST_BODY_IS_EMPTY", "the body is empty")
    body = _object(call.json(), _BODY_KEYS, "body")
    query = _object(body.get("query"), _QUERY_KEYS, "query")
    _check_callback(body)
    spec = _module(state, query.get("module"))
    page = query.get("page", 1)
    if not isinstance(page, int) or isinstance(page, bool) or page < 1:
        raise invalid("page", f"{page!r} is not a whole number from 1")
    settings = state.settings
    hidden = settings.bulk_hidden_records == "included"
    wanted = Filter(
        converted="both" if hidden else "false",
        approved="both" if hidden else "true",
        view=_view(state, spec, query.get("cvid")),
        criteria=bound_criteria(query["criteria"], spec) if query.get("criteria") else None,
    )
    names = _columns(state, spec, query.get("selectfields"))
    indexes = state.listings[spec.name].indexes(wanted)
    rows = settings.bulk_page_rows
    job = Job(
        id=state.bulk.next_id(),
        module=spec.name,
        query={**query, "page": page},
        names=names,
        indexes=indexes[(page - 1) * rows : page * rows],
        page=page,
        last=len(indexes) <= page * rows,
        created=state.now_seconds(),
        seconds=settings.bulk_seconds,
        outcome=settings.bulk_outcome,
        keep_seconds=settings.bulk_result_seconds,
    )
    state.bulk.add(job)
    call.notes["job"] = job.id
    added = {"status": "success", "code": "ADDED_SUCCESSFULLY", "message": "Added successfully."}
    return answer({"data": [{**added, "details": _details(state, job)}], "info": {}}, status=201)


def details(state: SandboxState, call: Call) -> Answer:
    """How far a job is."""
    job, now = _job(state, call), state.now_seconds()
    shown = {**_details(state, job), "query": job.query, "file_type": "csv"}
    if job.state(now) == COMPLETED:
        shown["result"] = {
            "page": job.page,
            "count": len(job.indexes),
            "download_url": f"/recruit/bulk/v2/read/{job.id}/result",
            "per_page": state.settings.bulk_page_rows,
            "more_records": not job.last,
        }
    return answer({"data": [shown]})


def result(state: SandboxState, call: Call) -> Answer:
    """The file of a job that is done, as a zip with one CSV named by the job's id."""
    job, now = _job(state, call), state.now_seconds()
    if not job.available(now):
        raise ApiError(404, "RESOURCE_NOT_FOUND", "the requested resource is not available", {"id": job.id})
    wait = state.bulk.download(now)
    if wait is not None:
        raise too_many(state, wait)
    pieces = zipped(f"{job.id}.csv", state.clock.now(), state.stores, job.module, job.names, job.indexes, state.lock)
    headers = {"Content-Disposition": f'attachment; filename="{job.id}.zip"'}
    return Answer(200, b"", len(job.indexes), "application/zip", headers, pieces)


def _details(state: SandboxState, job: Job) -> dict[str, Any]:
    zone = parse_offset(state.settings.utc_offset)
    return {
        "id": job.id,
        "operation": "read",
        "state": job.state(state.now_seconds()),
        "created_by": _USER,
        "created_time": iso(job.created, zone),
    }


def _job(state: SandboxState, call: Call) -> Job:
    job = state.bulk.jobs.get(str(call.params["job_id"]))
    if job is None:
        raise ApiError(404, "RESOURCE_NOT_FOUND", "the requested resource is not available")
    return job


def _object(value: Any, allowed: tuple[str, ...], what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(what, f"{what} is an object with {', '.join(allowed)}")
    for name in value:
        if name not in allowed:
            raise invalid(name, f"{what} has no key '{name}'.{close_match(name, allowed)}")
    return value


def _check_callback(body: dict[str, Any]) -> None:
    if "file_type" in body:
        raise invalid("file_type", "only events can be had as another file than CSV")
    if "callback" in body:
        callback = _object(body["callback"], ("url", "method"), "callback")
        if not str(callback.get("url", "")).startswith("https://") or callback.get("method") != "post":
            raise ApiError(400, "INVALID_CALLBACK_URL", "a callback has an https url and the method post")


def _module(state: SandboxState, name: Any) -> ModuleSpec:
    if not isinstance(name, str):
        raise invalid("module", "module is the API name of a module, as a text")
    spec = state.served(name)
    if spec is None or not spec.bulk:
        raise ApiError(400, "MODULE_NOT_AVAILABLE", "the module is not available for bulk read", {"module": name})
    if "modules" in state.settings.missing_scopes:
        raise ApiError(401, "OAUTH_SCOPE_MISMATCH", "Unauthorized")
    check_access(state, spec)
    return spec


def _view(state: SandboxState, spec: ModuleSpec, view_id: Any) -> View | None:
    if view_id is None:
        return None
    found = next((view for view in state.views[spec.name] if view.id == view_id), None)
    if found is None:
        raise invalid("cvid", "the id given seems to be invalid")
    return found


def _columns(state: SandboxState, spec: ModuleSpec, asked: Sequence[Any] | None) -> tuple[str, ...]:
    system = SYSTEM_FIELDS if state.settings.bulk_system_fields == "present" else ()
    if asked is None or asked == []:
        return (*spec.names, *system)
    if not isinstance(asked, list) or not all(isinstance(name, str) for name in asked):
        raise invalid("selectfields", "selectfields is a list of API names")
    names = tuple(dict.fromkeys(name for name in asked if name.lower() != "id"))
    for name in names:
        if name not in system and not _known(state, spec, name):
            text = f"{spec.name} has no field {name!r}.{close_match(name, (*spec.names, *system))}"
            raise ApiError(400, "FIELD_NOT_AVAILABLE", text, {"api_name": name})
    return names


def _known(state: SandboxState, spec: ModuleSpec, name: str) -> bool:
    lookup, dot, inner = name.partition(".")
    field = spec.field(lookup)
    if field is None or not dot:
        return field is not None
    if inner == "id":
        return field.type in ("lookup", "ownerlookup")
    return bool(field.target) and state.stores[field.target].spec.field(inner) is not None
