"""An answer of Zoho as the rest of the package sees it, and how to read one from an HTTP response.

Empty answers (204, 304) have no body. A body must be a JSON object; anything else (a gateway's HTML page, a cut
answer) is UNREADABLE. Times come from the Date header: the source's clock, never ours (RET-7).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import requests

UNREADABLE: Final = object()
EMPTY_STATUS = (204, 304)


@dataclass(frozen=True, slots=True)
class Answer:
    """status: HTTP status. body: the JSON object, None for 204 and 304. served_at: the server's clock (UTC)."""

    status: int
    body: dict[str, Any] | None
    served_at: datetime
    headers: Mapping[str, str]


def read_body(response: requests.Response) -> Any:
    """The JSON object, None for an answer that must be empty, or UNREADABLE."""
    if response.status_code in EMPTY_STATUS:
        return None
    try:
        body = json.loads(response.content, parse_int=_whole)
    except ValueError:
        return UNREADABLE
    return body if isinstance(body, dict) else UNREADABLE


def served_at(headers: Mapping[str, str]) -> datetime | None:
    """The Date header in UTC, None if it is missing or not a date."""
    return _http_date(headers.get("Date"))


def asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the server asks us to wait, None if it names no time.

    Read from Retry-After (seconds or a date), else from X-RATELIMIT-RESET (epoch milliseconds; seen on the live
    service by other clients, not documented). Dates are compared with the answer's own Date, else with `now`.
    """
    clock = served_at(headers) or now
    text = (headers.get("Retry-After") or "").strip()
    if text.replace(".", "", 1).isdigit():
        return float(text)
    until = _http_date(text) or _epoch(headers.get("X-RATELIMIT-RESET"))
    return None if until is None else max(0.0, (until - clock).total_seconds())


def row_count(body: Any) -> int:
    """How many rows the answer carries: the length of its one list (data, fields, modules, custom_views, org)."""
    if not isinstance(body, dict):
        return 0
    return next((len(value) for value in body.values() if isinstance(value, list)), 0)


def _whole(digits: str) -> int | str:
    # Python refuses to read thousands of digits; one such value of one record must not cost the whole page (MAP-6).
    try:
        return int(digits)
    except ValueError:
        return digits


def _http_date(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        value = parsedate_to_datetime(text)
    except ValueError:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _epoch(text: str | None) -> datetime | None:
    if not text or not text.strip().isdigit():
        return None
    try:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
