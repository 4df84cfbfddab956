"""What Creator remembers: applications, rows, switches, the day's and the minute's calls, open cursors.

``creator_of`` finds the desk of a sandbox. It lives as long as the sandbox's clock object, which every reset replaces,
so a reset makes Creator anew too without knowing of it.
"""

import secrets
from collections import OrderedDict, deque
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo, available_timezones

from include.sandbox.clock import SandboxClock
from include.sandbox.creator import people
from include.sandbox.creator.applications import OWNER, Application, Report, planted
from include.sandbox.creator.people import Row
from include.sandbox.errors import SandboxError, close_match
from include.sandbox.state import SandboxState

MINUTE = timedelta(minutes=1)
MOST_CURSORS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """``per_minute``: calls an endpoint answers in a minute; ``daily_limit``: calls a calendar day in ``admin_zone``;
    ``limit_status``: how that refusal arrives (v2 used 200); ``scope_missing``: the token lacks Creator's scope.
    """

    owner: str = OWNER
    per_minute: int | None = 50
    daily_limit: int | None = None
    limit_status: int = 429
    admin_zone: str = "America/Los_Angeles"
    scope_missing: bool = False

    def changed(self, values: dict[str, Any]) -> "Switches":
        """These with some replaced; SandboxError for an unknown name or a wrong value."""
        names = [each.name for each in fields(self)]
        for name, value in values.items():
            if name not in names:
                raise SandboxError(f"Creator has no switch '{name}'.{close_match(name, names)}")
            if not _fits(name, value):
                raise SandboxError(f"Switch '{name}' cannot be {value!r}: allowed is {_ALLOWED[name]}.")
        return replace(self, **values)


_ALLOWED = {
    "owner": "a text that is not empty",
    "per_minute": "a whole number from 0, or null for none",
    "daily_limit": "a whole number from 0, or null for none",
    "limit_status": "200 or 429",
    "admin_zone": "the name of a time zone",
    "scope_missing": "true or false",
}


def _fits(name: str, value: Any) -> bool:
    if name in ("per_minute", "daily_limit"):
        return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)
    if name == "limit_status":
        return value in (200, 429)
    if name == "scope_missing":
        return isinstance(value, bool)
    return isinstance(value, str) and bool(value) and (name != "admin_zone" or value in available_timezones())


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a read goes on: after this id, for the same question."""

    question: tuple[Any, ...]
    after: int


class CreatorDesk:
    """Creator of one sandbox between two resets."""

    def __init__(self, seed: int, anchor: datetime) -> None:
        self.switches = Switches()
        self.applications: dict[str, Application] = planted()
        self.rows = people.forms(seed, anchor)
        self.calls_of_day: dict[date, int] = {}
        self._lately: dict[str, deque[datetime]] = {}
        self._cursors: OrderedDict[str, Cursor] = OrderedDict()

    def minute_left(self, endpoint: str, now: datetime) -> bool:
        """Count a call of an endpoint; False when its minute is full."""
        most = self.switches.per_minute
        asked = deque(at for at in self._lately.get(endpoint, ()) if now - MINUTE < at <= now)
        self._lately[endpoint] = asked
        if most is not None and len(asked) >= most:
            return False
        asked.append(now)
        return True

    def day_left(self, now: datetime) -> bool:
        """Count a call of the account's calendar day; False when the day is used up."""
        day = now.astimezone(ZoneInfo(self.switches.admin_zone)).date()
        spent, most = self.calls_of_day.get(day, 0), self.switches.daily_limit
        if most is not None and spent >= most:
            return False
        self.calls_of_day[day] = spent + 1
        return True

    def matching(self, report: Report) -> list[Row]:
        """The rows of a report, ascending by id."""
        return [] if report.empty else [self.rows[report.form][number] for number in sorted(self.rows[report.form])]

    def open_cursor(self, question: tuple[Any, ...], after: int) -> str:
        """A new key under which a read goes on."""
        key = secrets.token_hex(24)
        self._cursors[key] = Cursor(question, after)
        while len(self._cursors) > MOST_CURSORS:
            self._cursors.popitem(last=False)
        return key

    def cursor(self, key: str) -> Cursor | None:
        """The cursor of a key."""
        return self._cursors.get(key)


_DESKS: WeakKeyDictionary[SandboxClock, CreatorDesk] = WeakKeyDictionary()


def creator_of(state: SandboxState) -> CreatorDesk:
    """The desk of a sandbox as it is now."""
    if state.clock not in _DESKS:
        _DESKS[state.clock] = CreatorDesk(state.settings.seed, state.anchor_of(state.settings))
    return _DESKS[state.clock]
