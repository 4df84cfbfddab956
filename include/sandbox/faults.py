"""The fault queue: what should go wrong, for which call, how often.

A fault names a kind and may be narrowed by method, by a piece of path and query, and by the nth matching call. Each
fault counts its own matching calls; of several that are due the first in the queue acts, the next one at the following
call. Only calls of the imitated Zoho meet faults, never control routes. An unknown kind, key or value is refused.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from include.sandbox.errors import SandboxError, close_match

KINDS = (
    "status",
    "status_after",
    "slow",
    "slow_after",
    "hold",
    "hold_after",
    "cut_before",
    "cut_after",
    "cut_middle",
    "cut_partway",
    "ok_with_error_body",
    "early_more_records_false",
    "page_shift",
)
METHODS = ("GET", "POST", "PUT", "DELETE")


@dataclass(slots=True, kw_only=True)
class Fault:
    """One planned fault. ``nth`` is the first matching call it acts on, ``times`` how many in a row (None: until
    deleted).
    """

    kind: str
    method: str | None = None
    path: str = ""
    nth: int = 1
    times: int | None = 1
    status: int = 429
    retry_after: float | str | None = None
    code: str | None = None
    message: str | None = None
    html: bool | None = None
    seconds: float = 1.0
    by: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    seen: int = 0
    done: int = 0

    def matches(self, method: str, target: str) -> bool:
        """Whether a call (its target is path and query) is of the sort this fault waits for."""
        return (self.method is None or self.method == method) and self.path in target

    @property
    def due(self) -> bool:
        """Whether it acts on the matching call just counted."""
        return self.seen >= self.nth and self.left != 0

    @property
    def left(self) -> int | None:
        """How often it will still act; None means until deleted."""
        return None if self.times is None else self.times - self.done


_OWN = ("seen", "done")
_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "kind": ((str,), "a text"),
    "method": ((str, type(None)), f"one of {', '.join(METHODS)}"),
    "path": ((str,), "a piece of path or query"),
    "nth": ((int,), "a whole number from 1"),
    "times": ((int, type(None)), "a whole number from 1, or null for every call"),
    "status": ((int,), "an HTTP status from 400 to 599"),
    "retry_after": ((int, float, str, type(None)), "seconds or a date"),
    "code": ((str, type(None)), "a text"),
    "message": ((str, type(None)), "a text"),
    "html": ((bool, type(None)), "true or false"),
    "seconds": ((int, float), "seconds from 0"),
    "by": ((int,), "a whole number: of page_shift 1 skips a row and -1 repeats one, of cut_partway the items written"),
    "headers": ((dict,), "names and values"),
}


def read_fault(values: Mapping[str, Any]) -> Fault:
    """A fault as the control route receives it; SandboxError names what is wrong and what is allowed."""
    allowed = [each.name for each in fields(Fault) if each.name not in _OWN]
    for name, value in values.items():
        if name not in allowed:
            raise SandboxError(f"A fault has no key '{name}'.{close_match(name, allowed)}")
        types, text = _TYPES[name]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise SandboxError(f"Fault key '{name}' cannot be {value!r}: it is {text}.")
    kind = values.get("kind", "")
    if kind not in KINDS:
        raise SandboxError(f"Fault kind '{kind}' is unknown.{close_match(kind, KINDS)}")
    return _in_range(Fault(**values))


def _in_range(fault: Fault) -> Fault:
    wrong = {
        "method": fault.method is not None and fault.method not in METHODS,
        "nth": fault.nth < 1,
        "times": fault.times is not None and fault.times < 1,
        "status": not 400 <= fault.status <= 599,
        "seconds": fault.seconds < 0,
    }
    for name, bad in wrong.items():
        if bad:
            raise SandboxError(f"Fault key '{name}' cannot be {getattr(fault, name)!r}: it is {_TYPES[name][1]}.")
    return fault


class Holds:
    """Calls that a fault holds until they are let go of."""

    def __init__(self) -> None:
        self._held: dict[int, dict[str, Any]] = {}
        self._last = 0

    def add(self, method: str, path: str, kind: str) -> int:
        """Hold a call; its number."""
        self._last += 1
        self._held[self._last] = {"method": method, "path": path, "kind": kind}
        return self._last

    def __contains__(self, number: object) -> bool:
        """Whether the call is still held."""
        return number in self._held

    def held(self) -> list[dict[str, Any]]:
        """All of them, in the order they came."""
        return list(self._held.values())

    def clear(self) -> None:
        """Let go of all."""
        self._held.clear()


class FaultQueue:
    """Faults that still wait, in the order they were sent."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, faults: list[Fault]) -> None:
        """Append faults."""
        self._waiting.extend(faults)

    def take(self, method: str, target: str) -> Fault | None:
        """Count this call and return the fault that acts on it, if any; a fault that is used up leaves the queue."""
        chosen: Fault | None = None
        for fault in self._waiting:
            if fault.matches(method, target):
                fault.seen += 1
                chosen = chosen or (fault if fault.due else None)
        if chosen is not None:
            chosen.done += 1
            self._waiting = [fault for fault in self._waiting if fault.left != 0]
        return chosen

    def left(self) -> list[dict[str, Any]]:
        """What still waits, as it was sent plus ``seen`` (matching calls so far) and ``left``."""
        return [{**asdict(fault), "left": fault.left} for fault in self._waiting]

    def clear(self) -> None:
        """Drop every fault."""
        self._waiting.clear()
