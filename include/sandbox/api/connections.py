"""Cutting a connection: the server's protocol remembers each transport by its peer, so that a fault can drop it.

A dropped connection gives the client no answer at all (or half of one), as a gateway that died would.
"""

import asyncio
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol


class Connections:
    """Open transports by peer address."""

    def __init__(self) -> None:
        self._open: dict[tuple[Any, ...], asyncio.Transport] = {}

    def protocol(self) -> type[asyncio.Protocol]:
        """A protocol class for uvicorn that keeps this registry up to date."""
        known = self._open

        class WatchedProtocol(AutoHTTPProtocol):  # type: ignore[misc,valid-type]
            """uvicorn's HTTP protocol, with its transport in the registry while the connection lives."""

            def connection_made(self, transport: asyncio.Transport) -> None:
                self._peer = _peer(transport)
                known[self._peer] = transport
                super().connection_made(transport)

            def connection_lost(self, exc: Exception | None) -> None:
                known.pop(self._peer, None)
                super().connection_lost(exc)

        return WatchedProtocol

    def drop(self, peer: tuple[Any, ...], *, flush: bool) -> None:
        """Close a peer's connection; ``flush`` lets what was written out first."""
        transport = self._open.get(tuple(peer))
        if transport is not None:
            if flush:
                transport.close()
            else:
                transport.abort()


def _peer(transport: asyncio.Transport) -> tuple[Any, ...]:
    return tuple(transport.get_extra_info("peername") or ())[:2]


class Cut:
    """A response that is none: ``body`` (perhaps nothing) begins to arrive, then the connection is gone."""

    def __init__(self, connections: Connections, begun: bytes = b"", promised: int = 0) -> None:
        self._connections = connections
        self._begun = begun
        self._promised = promised

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._begun:
            length = str(self._promised).encode()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
            await send({"type": "http.response.body", "body": self._begun, "more_body": True})
        self._connections.drop(scope["client"], flush=bool(self._begun))
        while (await receive())["type"] != "http.disconnect":
            pass
