"""The application: which routes there are, and what happens around every handler.

Around a handler, in this order: the fault that is due, the parameters, the token, the handler under the state's lock,
the call log, the Date header of the sandbox's clock. A route that is not in the table is Zoho's 404, a wrong method its
400; a mistake of the sandbox itself is a 500 with code SANDBOX_BUG and a trace on stderr.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from include.sandbox.api import accounts, control, control_records, metadata, records, writes
from include.sandbox.api.answers import Answer, ApiError
from include.sandbox.api.call import Call
from include.sandbox.api.connections import Connections, Cut
from include.sandbox.api.failing import failing
from include.sandbox.clock import http_date
from include.sandbox.errors import SandboxError
from include.sandbox.state import SandboxState

log = logging.getLogger(__name__)
Handler = Callable[[SandboxState, Call], Answer]
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Spec:
    """A route: ``scope`` is what its token must cover (None: no token), ``params`` the query parameters it knows (None:
    any).
    """

    method: str
    path: str
    handler: Handler
    scope: str | None = None
    params: frozenset[str] | None = _NONE


_R = "/recruit/v2"
ZOHO = (
    Spec("POST", "/oauth/v2/token", accounts.token, params=None),
    Spec("GET", f"{_R}/org", metadata.org, "org"),
    Spec("GET", f"{_R}/settings/modules", metadata.modules, "settings"),
    Spec("GET", f"{_R}/settings/modules/{{name}}", metadata.modules, "settings"),
    Spec("GET", f"{_R}/settings/fields", metadata.fields, "settings", metadata.MODULE_PARAM),
    Spec("GET", f"{_R}/settings/custom_views", metadata.custom_views, "settings", metadata.MODULE_PARAM),
    Spec(
        "GET", f"{_R}/settings/custom_views/{{view_id:int}}", metadata.custom_views, "settings", metadata.MODULE_PARAM
    ),
    Spec("GET", f"{_R}/{{module}}/deleted", records.deleted, "modules", records.DELETED_PARAMS),
    Spec("POST", f"{_R}/{{module}}/upsert", writes.upsert, "modules"),
    Spec("GET", f"{_R}/{{module}}/{{record_id:int}}", records.single, "modules", frozenset(("fields",))),
    Spec("PUT", f"{_R}/{{module}}/{{record_id:int}}", writes.update, "modules"),
    Spec("DELETE", f"{_R}/{{module}}/{{record_id:int}}", writes.delete, "modules", frozenset(("wf_trigger",))),
    Spec("GET", f"{_R}/{{module}}", records.listing, "modules", records.LIST_PARAMS),
    Spec("POST", f"{_R}/{{module}}", writes.insert, "modules"),
    Spec("PUT", f"{_R}/{{module}}", writes.update, "modules"),
    Spec("DELETE", f"{_R}/{{module}}", writes.delete, "modules", writes.DELETE_PARAMS),
)
_C = "/_sandbox"
CONTROL = (
    Spec("GET", f"{_C}/health", control.health),
    Spec("POST", f"{_C}/reset", control.reset),
    Spec("GET", f"{_C}/clock", control.read_clock),
    Spec("POST", f"{_C}/clock", control.set_clock),
    Spec("GET", f"{_C}/faults", control.read_faults),
    Spec("POST", f"{_C}/faults", control.add_faults),
    Spec("DELETE", f"{_C}/faults", control.clear_faults),
    Spec("GET", f"{_C}/calls", control.read_calls, params=control.CALL_PARAMS),
    Spec("DELETE", f"{_C}/calls", control.clear_calls),
    Spec("GET", f"{_C}/settings", control.read_settings),
    Spec("POST", f"{_C}/settings", control.set_settings),
    Spec("POST", f"{_C}/token/expire", control.expire_tokens),
    Spec("GET", f"{_C}/kinds/{{module}}", control_records.kinds),
    Spec("GET", f"{_C}/records/{{module}}", control_records.records, params=control_records.IDS_PARAM),
    Spec("POST", f"{_C}/records/{{module}}", control_records.edit),
    Spec("POST", f"{_C}/records/{{module}}/add", control_records.add),
    Spec("POST", f"{_C}/records/{{module}}/delete", control_records.delete),
    Spec("POST", f"{_C}/records/{{module}}/restore", control_records.restore),
)


class Desk:
    """Answers requests: everything that happens around a handler."""

    def __init__(self, state: SandboxState, connections: Connections) -> None:
        self._state = state
        self._connections = connections

    def endpoint(self, spec: Spec, *, control: bool) -> Callable[[Request], Awaitable[Any]]:
        """The Starlette endpoint of a route."""

        async def handle(request: Request) -> Any:
            call = _call(request, await request.body())
            if control:
                return self._response(self._handled(spec, call))
            with self._state.lock:
                call.fault = self._state.faults.take(call.method, _target(request))
            return await self._zoho(spec, call)

        return handle

    async def _zoho(self, spec: Spec, call: Call) -> Any:
        if call.fault is not None and call.fault.kind == "slow":
            await asyncio.sleep(call.fault.seconds)
        if call.fault_is("cut_before"):
            self._log(call, None)
            return Cut(self._connections)
        answer = failing(call.fault) or self._handled(spec, call)
        if call.fault_is("cut_after") or call.fault_is("cut_middle"):
            self._log(call, None)
            begun = answer.body[: len(answer.body) // 2] if call.fault_is("cut_middle") else b""
            return Cut(self._connections, begun, len(answer.body))
        self._log(call, answer)
        return self._response(answer)

    def _handled(self, spec: Spec, call: Call) -> Answer:
        try:
            with self._state.lock:
                if spec.scope is not None:
                    accounts.check_token(self._state, call, spec.scope)
                if spec.params is not None:
                    call.check_params(spec.params)
                return spec.handler(self._state, call)
        except ApiError as error:
            return error.answer
        except SandboxError as error:
            return control.as_bad_request(error).answer
        except Exception:
            log.exception("the sandbox failed at %s %s", call.method, call.path)
            return ApiError(500, "SANDBOX_BUG", "the sandbox itself failed; its output has the trace").answer

    def _log(self, call: Call, answer: Answer | None) -> None:
        state = self._state
        secret = call.path.startswith("/oauth/")
        with state.lock:
            state.calls.add(
                {
                    "at": state.clock.now().isoformat(),
                    "method": call.method,
                    "path": call.path,
                    "query": {} if secret else call.query,
                    "modified_since": call.headers.get("if-modified-since"),
                    "status": None if answer is None else answer.status,
                    "rows": None if answer is None else answer.rows,
                    "fault": None if call.fault is None else call.fault.kind,
                    **call.notes,
                }
            )

    def _response(self, answer: Answer) -> Response:
        headers = {"Date": http_date(self._state.clock.now()), **answer.headers}
        media = answer.media if answer.body else None
        return Response(answer.body, answer.status, headers, media)


def _call(request: Request, body: bytes) -> Call:
    return Call(
        method=request.method,
        path=request.url.path,
        params=dict(request.path_params),
        query=dict(request.query_params),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )


def _target(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _not_found(routes: list[Route]) -> Callable[[Request], Handler]:
    def choose(request: Request) -> Handler:
        known = any(route.matches(request.scope)[0] is Match.PARTIAL for route in routes)

        def refuse(state: SandboxState, call: Call) -> Answer:
            if known:
                raise ApiError(400, "INVALID_REQUEST_METHOD", "The http request method type is not a valid one")
            raise ApiError(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")

        return refuse

    return choose


def build(state: SandboxState, connections: Connections) -> Starlette:
    """The application over a state."""
    desk = Desk(state, connections)
    routes = [
        Route(spec.path, desk.endpoint(spec, control=control), methods=[spec.method])
        for specs, control in ((ZOHO, False), (CONTROL, True))
        for spec in specs
    ]
    choose = _not_found(routes)

    async def elsewhere(request: Request) -> Any:
        inside = request.url.path.startswith(_C)
        return await desk.endpoint(Spec("", "", choose(request), params=None), control=inside)(request)

    every = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Starlette(routes=[*routes, Route("/{path:path}", elsewhere, methods=every)])
