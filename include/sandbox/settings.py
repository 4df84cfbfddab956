"""Everything that can be set about a sandbox, with what is allowed for each.

``DATA`` settings decide the records and change only with a reset; the others are switches of the running service.
Unknown names and wrong values are refused with the close match. Switches whose true value is not confirmed for Recruit
(``system_fields``, ``all_failed_status``) are settings so that a client can be tried against both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from include.sandbox.clock import parse_instant, parse_offset
from include.sandbox.errors import SandboxError, close_match

SCOPES = ("modules", "settings", "org")
DATA = ("candidates", "seed", "anchor")
MOST_CANDIDATES = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One sandbox. ``anchor`` (UTC) is the instant that all planted change times precede; None means start-up, cut to
    the hour.
    """

    candidates: int = 5200
    seed: int = 7
    anchor: datetime | None = None
    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret-0000"  # noqa: S105 - a made-up secret of a made-up client
    refresh_token: str = "sandbox-refresh-0000"  # noqa: S105
    max_tokens: int = 10
    token_seconds: int = 3600
    missing_scopes: tuple[str, ...] = ()
    utc_offset: str = "+02:00"
    company: str = "Zylker Talent"
    edition: str = "Staffing agency"
    plan: str = "Enterprise"
    modules: tuple[str, ...] = ("Candidates",)
    page_ceiling: int | None = None
    system_fields: str = "asked"
    all_failed_status: int = 200

    def changed(self, values: Mapping[str, Any], *, data: bool) -> "Settings":
        """These settings with some of them replaced; ``data`` says whether those that decide the records may change."""
        names = [each.name for each in fields(self) if data or each.name not in DATA]
        for name in values:
            if name in DATA and not data:
                raise SandboxError(f"Setting '{name}' decides the records: send it to POST /_sandbox/reset.")
            if name not in names:
                raise SandboxError(f"Setting '{name}' is unknown.{close_match(name, names)}")
        return replace(self, **{name: _checked(name, value) for name, value in values.items()})


def _checked(name: str, value: Any) -> Any:
    read, allowed = _READERS.get(name, (_text, "a text that is not empty"))
    result = read(value)
    if result is _WRONG:
        raise SandboxError(f"Setting '{name}' cannot be {value!r}: allowed is {allowed}.")
    return result


_WRONG = object()


def _text(value: Any) -> Any:
    return value if isinstance(value, str) and value.strip() else _WRONG


def _whole(low: int, high: int) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        return value if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high else _WRONG

    return read


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _one_of(*allowed: Any) -> Callable[[Any], Any]:
    return lambda value: value if value in allowed else _WRONG


def _names(allowed: tuple[str, ...] | None = None) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each for each in value):
            return _WRONG
        return _WRONG if allowed is not None and set(value) - set(allowed) else tuple(value)

    return read


def _instant(value: Any) -> datetime:
    return (value if isinstance(value, datetime) and value.tzinfo else parse_instant(value, "anchor")).astimezone(UTC)


def _offset(value: Any) -> str:
    parse_offset(str(value))
    return str(value)


_READERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "candidates": (_whole(0, MOST_CANDIDATES), f"a whole number from 0 to {MOST_CANDIDATES}"),
    "seed": (_whole(0, 2**32), "a whole number from 0"),
    "anchor": (_or_none(_instant), "a date-time with an offset, or null for start-up cut to the hour"),
    "max_tokens": (_whole(0, 1_000_000), "a whole number from 0"),
    "token_seconds": (_whole(1, 10**9), "a whole number of seconds from 1"),
    "missing_scopes": (_names(SCOPES), f"a list of {', '.join(SCOPES)}"),
    "utc_offset": (_offset, "an offset like +02:00"),
    "modules": (_names(), "a list of module API names"),
    "page_ceiling": (_or_none(_whole(1, 10**9)), "a whole number of records from 1, or null for none"),
    "system_fields": (_one_of("asked", "always"), "asked or always"),
    "all_failed_status": (_one_of(200, 202, 400), "200, 202 or 400"),
}
