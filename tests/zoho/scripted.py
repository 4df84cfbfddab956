"""A server that answers what a test wrote down, over real HTTP: for answers that the sandbox does not give.

Keeps what it was asked, with the port of the client's connection, so that tests can see keep-alive.
"""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SERVED_AT = datetime(2026, 11, 22, 2, 0, 5, tzinfo=UTC)
TOKEN = {"access_token": "1000.aaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbb", "expires_in": 3600, "token_type": "Bearer"}


@dataclass(frozen=True)
class Say:
    """One answer. body: bytes as they are, anything else as JSON, None for no body. cut: close without an answer."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    date: datetime | None = SERVED_AT
    cut: bool = False

    def raw(self) -> bytes:
        """The body as it is sent."""
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    port: int


class Scripted:
    """answers: what is still to be said, in order; the last one is repeated. asked: what arrived."""

    def __init__(self, answers: list[Say]) -> None:
        self.answers = answers
        self.asked: list[Asked] = []
        self.url = ""

    def next(self) -> Say:
        """The next answer."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def scripted(*answers: Say) -> Iterator[Scripted]:
    """A server on a free port of 127.0.0.1 that gives these answers in order."""
    script = Scripted(list(answers))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65_536  # head and body in one segment, else delayed acknowledgements cost 40 ms an answer

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            script.asked.append(Asked(self.command, self.path, dict(self.headers), body, self.client_address[1]))
            say = script.next()
            if say.cut:
                # A reset instead of a clean end, as a broken connection would be.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            self._say(say)

        def _say(self, say: Say) -> None:
            raw = say.raw()
            self.send_response_only(say.status)
            if say.date is not None:
                self.send_header("Date", format_datetime(say.date, usegmt=True))
            for name, value in say.headers.items():
                self.send_header(name, value)
            if say.status not in (204, 304):
                self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            if say.status not in (204, 304):
                self.wfile.write(raw)

        do_GET = do_POST = handle_any

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
