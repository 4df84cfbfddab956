"""The sandbox's own time, and the one place that reads the machine's.

Everything that depends on time (Date header, token life, change times of edits) asks this clock, so a test can move it.
It follows the machine's time until it is set; a set clock stands still until told to run. Times without an offset are
refused: Zoho writes every instant with the organisation's numeric offset, and a guess would hide a bug in a client.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

from include.sandbox.errors import SandboxError

_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


def _machine_time() -> datetime:
    return datetime.now(UTC)


class SandboxClock:
    """Current time as an aware UTC datetime: running with the machine, running with an offset, or standing still."""

    def __init__(self, machine: Callable[[], datetime] = _machine_time) -> None:
        self._machine = machine
        self._offset = timedelta(0)
        self._fixed: datetime | None = None

    @property
    def running(self) -> bool:
        """False while the clock stands still."""
        return self._fixed is None

    def now(self) -> datetime:
        """The sandbox's present instant, in UTC."""
        return self._fixed if self._fixed is not None else self._machine() + self._offset

    def set(self, instant: datetime) -> None:
        """Stand still at this instant."""
        self._fixed = instant.astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Move by so many seconds (negative goes back); a running clock goes on running from there."""
        if self._fixed is not None:
            self._fixed += timedelta(seconds=seconds)
        else:
            self._offset += timedelta(seconds=seconds)

    def run(self, since: datetime | None = None) -> None:
        """Run again: with the machine's time, or onwards from ``since``."""
        self._fixed = None
        self._offset = timedelta(0) if since is None else since - self._machine()


def parse_instant(text: object, what: str) -> datetime:
    """ISO-8601 text with an offset (``2024-05-06T07:08:09+02:00``) as an aware datetime; else SandboxError."""
    try:
        instant = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        example = "2024-05-06T07:08:09+02:00"
        raise SandboxError(f"{what}: {text!r} is not a date-time with an offset; write it like {example}.")
    return instant


def parse_offset(text: str) -> timezone:
    """``+02:00`` as a fixed time zone; else SandboxError."""
    found = _OFFSET.fullmatch(text)
    if found is None or int(found[2]) > 14 or int(found[3]) > 59:
        raise SandboxError(f"utc_offset: {text!r} is not an offset; write it like +02:00 (at most 14 hours).")
    span = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(span if found[1] == "+" else -span)


def iso(epoch: int, zone: timezone) -> str:
    """Seconds since 1970 as Zoho writes an instant: whole seconds and the organisation's numeric offset."""
    return datetime.fromtimestamp(epoch, zone).isoformat()


def http_date(instant: datetime) -> str:
    """The value of a Date header."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)
