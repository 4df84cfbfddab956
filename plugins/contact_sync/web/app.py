"""The pages as one web application: routes, errors in plain words, and what browsers are told to refuse.

Whoever has not logged in gets nothing: the login is asked for by the application as a whole, styles and scripts
included, and it has no generated documentation and no folder of files. It writes nothing, and answers GET; POST only
where a person is looked for, whose address belongs into no URL.
"""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from contact_sync.errors import ConfigError, ContactSyncError, Unavailable
from contact_sync.web import (
    calls,
    campaigns,
    credits,
    effects,
    fetches,
    people,
    pushes,
    record,
    records,
    rights,
    statuses,
    styles,
    syncs,
    tabs,
)
from contact_sync.web.rendering import page

log = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'self'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TOLD = {
    401: "Log in to Airflow first, then open this page again.",
    404: "There is no such page, or no longer.",
    405: "These pages only show; nothing can be changed here.",
}


def make_app() -> FastAPI:
    """The application; nothing is read until somebody asks for a page."""
    app = FastAPI(
        title="contact sync",
        dependencies=[Depends(rights.reader)],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    for part in (
        syncs,
        fetches,
        effects,
        record,
        records,
        campaigns,
        pushes,
        statuses,
        people,
        credits,
        calls,
        tabs,
        styles,
    ):
        app.include_router(part.router)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(ContactSyncError, _failed)
    app.add_exception_handler(Exception, _defect)
    app.middleware("http")(_guarded)
    return app


async def _guarded(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await answer(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


async def _refused(request: Request, error: Exception) -> Response:
    """Not logged in, not allowed, not there."""
    code = error.status_code if isinstance(error, HTTPException) else 500
    detail = str(getattr(error, "detail", ""))
    known = detail if detail and detail != HTTPStatus(code).phrase and code != 401 else TOLD.get(code, detail)
    return page(request, "problem.html", code, title=HTTPStatus(code).phrase, told=known)


async def _not_understood(request: Request, error: Exception) -> Response:
    """A parameter that no link of ours makes; its value is not repeated."""
    return page(
        request, "problem.html", 400, title="Not understood", told="The address of this page is not one of ours."
    )


async def _failed(request: Request, error: Exception) -> Response:
    """What the package says of itself, such as that the warehouse does not answer; nothing personal stands in it."""
    log.warning("A page could not be shown: %s", error)
    title = "Not set up yet" if isinstance(error, ConfigError) else "This page could not be made"
    if isinstance(error, Unavailable):
        title = "The warehouse does not answer"
    return page(request, "problem.html", 503, title=title, told=str(error))


async def _defect(request: Request, error: Exception) -> Response:
    """Anything else; the server's log has it, and Starlette raises it again."""
    told = "Something went wrong inside contact sync. The log of the API server says what."
    response = page(request, "problem.html", 500, title="This page could not be made", told=told)
    response.headers.update(HEADERS)
    return response
