"""What a handler returns, and Zoho's error bodies.

An answer is status, body already encoded, and how many rows it holds (for the call log). ``ApiError`` ends a handler
early with an error body ``{"code", "details", "message", "status": "error"}``. Codes that begin with ``SANDBOX_`` are
the sandbox's own: Zoho would be silent or vague there, the sandbox is loud. Half a surrogate pair, which the fast
encoder refuses, leaves as a ``\\udXXX`` escape.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

JSON = "application/json;charset=UTF-8"


@dataclass(slots=True)
class Answer:
    """A response to be. ``rows`` is None where rows make no sense; ``pieces`` make up a body that is not held whole."""

    status: int = 200
    body: bytes = b""
    rows: int | None = None
    media: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Iterator[bytes] | None = None

    def whole(self) -> bytes:
        """The body, however it comes."""
        return self.body if self.pieces is None else b"".join(self.pieces)


class ApiError(Exception):
    """Ends a handler with Zoho's error body."""

    def __init__(self, status: int, code: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        body = {"code": code, "details": details or {}, "message": message, "status": "error"}
        self.answer = Answer(status, encode(body))


def encode(value: Any) -> bytes:
    """JSON as UTF-8."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def encode_page(rows: list[dict[str, Any]], info: dict[str, Any]) -> bytes:
    """A page of records: row by row, so that one awkward row does not slow the others down."""
    return b'{"data":[' + b",".join(map(encode, rows)) + b'],"info":' + encode(info) + b"}"


def answer(value: Any, *, rows: int | None = None, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, encode(value), rows)


def decode(body: bytes) -> Any:
    """JSON as a client sent it, half surrogate pairs included; ValueError if it is none."""
    try:
        return orjson.loads(body)
    except ValueError:
        return json.loads(body)


NOTHING = 204
NOT_MODIFIED = 304
