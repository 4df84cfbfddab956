"""What the plugin file hands to Airflow of the pages: the application, and where its pages appear in the UI.

Every component of Airflow loads the plugin file, and only the API server needs a web application; so this module
imports nothing, and the application is made when the first page is asked for. Refuses nothing itself: see rights.py.
"""

import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import FastAPI

PREFIX = "/contact-sync"
"""Below this path of the API server lie all pages."""

Message = MutableMapping[str, Any]


class Pages:
    """An ASGI application that becomes the pages when it is first called."""

    def __init__(self) -> None:
        self._app: FastAPI | None = None
        self._turn = threading.Lock()

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Hand the request on."""
        await self.app(scope, receive, send)

    @property
    def app(self) -> "FastAPI":
        """The application itself."""
        with self._turn:
            if self._app is None:
                from contact_sync.web.app import make_app

                self._app = make_app()
            return self._app

    @property
    def routes(self) -> list[Any]:
        """Its routes, for whoever lists those of the API server."""
        return self.app.routes


def views(base: str) -> list[dict[str, Any]]:
    """An entry in the navigation, a tab on every DAG and one on every run, as Airflow's external_views.

    base: the path at which Airflow itself is served, empty or such as `/airflow`; Airflow puts nothing before a href.
    """
    pages = f"{base}{PREFIX}"
    tab = f"{pages}/tab?dag_id={{DAG_ID}}"
    places = (
        {"destination": "nav", "href": f"{pages}/", "url_route": "contacts", "nav_top_level": True},
        {"destination": "dag", "href": tab, "url_route": "contact-sync"},
        {"destination": "dag_run", "href": f"{tab}&run_id={{RUN_ID}}", "url_route": "contact-sync-run"},
    )
    icons = {"icon": f"{pages}/icon.svg", "icon_dark_mode": f"{pages}/icon-dark.svg"}
    return [{"name": "Contacts", **icons, **place} for place in places]
