"""One request as handlers see it, and the reading of its parameters.

Parameters a route does not know are refused by name: Zoho ignores them silently, which hides spelling mistakes.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from include.sandbox.api.answers import ApiError, decode
from include.sandbox.clock import parse_instant
from include.sandbox.errors import SandboxError, close_match
from include.sandbox.faults import Fault


@dataclass(slots=True, kw_only=True)
class Call:
    """Method, path, placeholders of the route, query, headers (lower case), body; the fault that acts on it; notes for
    the call log.
    """

    method: str
    path: str
    params: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    fault: Fault | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    def fault_is(self, kind: str) -> bool:
        """Whether a fault of that kind acts on this call."""
        return self.fault is not None and self.fault.kind == kind

    def check_params(self, allowed: frozenset[str]) -> None:
        """ApiError for a query parameter that the route does not know."""
        for name in self.query:
            if name not in allowed:
                message = (
                    f"The sandbox does not know the parameter '{name}' of {self.path}.{close_match(name, allowed)}"
                )
                raise ApiError(400, "SANDBOX_UNKNOWN_PARAMETER", message, {"parameter": name})

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to ``most``."""
        text = self.query.get(name, str(default))
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
            raise invalid(name, f"{text!r} is not a whole number from 1 to {most}")
        return int(text)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of the allowed values, whatever its case."""
        text = self.query.get(name, default).lower()
        if text not in allowed:
            raise invalid(name, f"{text!r} is not one of {', '.join(allowed)}")
        return text

    def modified_since(self) -> int | None:
        """The If-Modified-Since header in seconds since 1970, rounded up: a record of an earlier second is too old."""
        text = self.headers.get("if-modified-since")
        if text is None:
            return None
        try:
            instant: datetime = parse_instant(text, "If-Modified-Since")
        except SandboxError as error:
            raise invalid("If-Modified-Since", str(error)) from None
        return -int(-instant.timestamp() // 1)

    def json(self) -> Any:
        """The body as JSON."""
        try:
            return decode(self.body)
        except ValueError:
            raise invalid("body", "the body is not JSON") from None


def invalid(name: str, message: str, **details: Any) -> ApiError:
    """Zoho's INVALID_DATA for a parameter or a key of the body."""
    return ApiError(400, "INVALID_DATA", message, {"api_name": name, **details})
