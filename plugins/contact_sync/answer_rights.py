"""Who may answer for removals that wait: whoever may trigger `contact_sync_admin` (OPS-9, ADV-8).

Airflow asks for the right to edit the DAG of a question, `contact_sync_approvals`, and for nothing else. In front of
the API server, which the pages use, too, this asks its auth manager for the other right as well, as triggering does.
Refused without it: an answer, and writing the XComs by which an answer reaches the task that carries it out. Reading is
Airflow's matter alone. Whatever goes wrong in here lets no answer through.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.responses import JSONResponse

APPROVALS, ADMIN = "contact_sync_approvals", "contact_sync_admin"
TOLD = (
    f"Answering for removals needs the right to trigger the DAG {ADMIN} as well, which you do not have (OPS-9). "
    "Ask somebody who has it, or whoever gives out rights in this Airflow."
)
_ANSWER = re.compile(rf"/dags/{APPROVALS}/dagRuns/.+/(?:hitlDetails|xcomEntries)(?:/|$)")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class AnswerRights:
    """An ASGI middleware of the API server. app: what follows it."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 or 403 to whoever may not, and hand on everything else."""
        refusal = await _refusal(scope) if _is_answer(scope) else None
        await (refusal or self._app)(scope, receive, send)


def _is_answer(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] not in _READING and bool(_ANSWER.search(scope["path"]))


async def _refusal(scope: Scope) -> "JSONResponse | None":
    """What to answer to a request of somebody who may not; None for whoever may.

    Tested against Airflow 3.3.2: the user and the right are found by what its own route for triggering depends on.
    """
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.core_api import security
    from fastapi import HTTPException, Request
    from fastapi.concurrency import run_in_threadpool
    from fastapi.responses import JSONResponse

    request = Request(scope)
    try:
        user = await security.get_user(request, None, await security.bearer_scheme(request))
    except HTTPException as unknown:
        return JSONResponse({"detail": unknown.detail}, unknown.status_code)
    may_trigger = security.requires_access_dag("POST", DagAccessEntity.RUN, ADMIN)
    try:
        await run_in_threadpool(may_trigger, request, user)
    except HTTPException as refused:
        return JSONResponse({"detail": TOLD}, refused.status_code)
    return None
