"""The application: which routes there are, and what happens around every handler.

Around a handler, in this order: the fault that is due, the token, the parameters, the credits, the handler under the
state's lock, the call log, the Date header of the sandbox's clock. A route that is not in the table is Zoho's 404, a
wrong method its 400; a mistake of the sandbox itself is a 500 with code SANDBOX_BUG and a trace on stderr.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match, Route

from include.sandbox.api import accounts, control
from include.sandbox.api.answers import Answer, ApiError
from include.sandbox.api.call import Call
from include.sandbox.api.charging import charge
from include.sandbox.api.connections import Connections, Cut
from include.sandbox.api.failing import failing, spoilt
from include.sandbox.api.routes import CONTROL, CONTROL_PREFIX, ZOHO
from include.sandbox.api.spec import Handler, Spec
from include.sandbox.clock import http_date
from include.sandbox.errors import SandboxError
from include.sandbox.state import SandboxState

log = logging.getLogger(__name__)
# How often a held call looks whether it was let go of; a test may do that from another thread.
_LOOK_SECONDS = 0.01
_CUTS_AFTER = ("cut_after", "cut_middle", "cut_partway")


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
        await self._wait(call, "slow", "hold")
        if call.fault_is("cut_before"):
            self._log(call, None)
            return Cut(self._connections)
        answer = spoilt(call.fault, failing(call.fault) or self._handled(spec, call))
        await self._wait(call, "slow_after", "hold_after")
        if any(map(call.fault_is, _CUTS_AFTER)):
            self._log(call, None)
            body = answer.whole()
            begun = body[: len(body) // 2] if call.fault_is("cut_middle") else b""
            return Cut(self._connections, begun, len(body))
        self._log(call, answer)
        return self._response(answer)

    async def _wait(self, call: Call, slow: str, hold: str) -> None:
        """Let time pass where a fault says so: some seconds, or until the call is let go of (or all is reset)."""
        if call.fault is not None and call.fault.kind == slow:
            await asyncio.sleep(call.fault.seconds)
        elif call.fault is not None and call.fault.kind == hold:
            holds = self._state.holds
            number = holds.add(call.method, call.path, hold)
            while number in holds and holds is self._state.holds:
                await asyncio.sleep(_LOOK_SECONDS)

    def _handled(self, spec: Spec, call: Call) -> Answer:
        try:
            with self._state.lock:
                if spec.scope is not None:
                    accounts.check_token(self._state, call, spec.scope)
                if spec.params is not None:
                    call.check_params(spec.params)
                charge(self._state, call, spec.kind)
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
        if answer.pieces is not None:
            return StreamingResponse(answer.pieces, answer.status, headers, answer.media)
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
        inside = request.url.path.startswith(CONTROL_PREFIX)
        return await desk.endpoint(Spec("", "", choose(request), params=None), control=inside)(request)

    every = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Starlette(routes=[*routes, Route("/{path:path}", elsewhere, methods=every)])
