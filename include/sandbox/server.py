"""Serving: a sandbox in a thread for tests (``running``), or in the foreground for a process of its own (``serve``).

Listens on 127.0.0.1 unless told otherwise; port 0 takes a free one. Dates come from the sandbox's clock, so uvicorn's
own are off. A foreground server ends with code 0 on SIGINT and SIGTERM, also while clients keep connections open.
"""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from include.sandbox.api.app import build
from include.sandbox.api.connections import Connections
from include.sandbox.settings import Settings
from include.sandbox.state import SandboxState

START_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox: base URL of accounts server and API alike, and its state."""

    url: str
    state: SandboxState


class _Server(uvicorn.Server):
    """uvicorn that tells when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def _server(state: SandboxState, ready: Callable[[], None]) -> _Server:
    connections = Connections()
    config = uvicorn.Config(
        build(state, connections),
        http=connections.protocol(),
        loop="asyncio",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return _Server(config, ready)


def _listen(host: str, port: int) -> tuple[socket.socket, str]:
    listening = socket.create_server((host, port), backlog=128)
    # Accepted sockets inherit it. asyncio sets it only for sockets made with an explicit protocol number; without it
    # every answer waits some 40 ms for the client's delayed acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening, f"http://{host}:{listening.getsockname()[1]}"


@contextmanager
def running(*, host: str = "127.0.0.1", port: int = 0, **settings: Any) -> Iterator[Sandbox]:
    """A sandbox in a thread, ended on leaving; ``settings`` as in ``settings.py`` (SandboxError for a wrong one)."""
    state = SandboxState(Settings().changed(settings, data=True))
    listening, url = _listen(host, port)
    ready = threading.Event()
    server = _server(state, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="sandbox", daemon=True)
    thread.start()
    try:
        if not ready.wait(START_SECONDS):
            raise TimeoutError(f"the sandbox did not start within {START_SECONDS} seconds")
        yield Sandbox(url, state)
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        listening.close()


def serve(host: str, port: int, settings: Settings) -> None:
    """Serve in the foreground until SIGINT or SIGTERM; prints one line when ready."""
    state = SandboxState(settings)
    listening, url = _listen(host, port)
    server = _server(state, lambda: print(f"sandbox listening on {url}", flush=True))
    # uvicorn raises the signal again once it has shut down; these make that harmless, so the exit code is 0.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    with listening:
        server.run(sockets=[listening])
