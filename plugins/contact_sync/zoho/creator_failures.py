"""Which error an answer of Creator's API is: a number in the body decides, whatever the HTTP status.

v2.1 answers with real statuses, v2 could hide a number in a 200; the text stands in `description`, `message` or
`error`. `no records` (3100, 9280) is a proper answer. Only 2892 and 2894 say that a link name is gone (SRC-7): nothing
else may end a sync. Source: creator/help/api/v2.1/status-codes. Not confirmed: 2945 as the code of a missing scope, the
body of the 429 of too many calls a minute.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from contact_sync.core.ceilings import next_day
from contact_sync.errors import (
    ConfigError,
    ContactSyncError,
    ContractBroken,
    CreditsExhausted,
    PermissionMissing,
    RateLimited,
    SourceRenamed,
    Unavailable,
)
from contact_sync.redact import redact
from contact_sync.zoho.answers import UNREADABLE, asked_wait, served_at
from contact_sync.zoho.failures import RENEW, TokenRefused
from contact_sync.zoho.service import Service

SCOPE = "ZohoCreator.report.READ"
NO_RECORDS = frozenset({3100, 9280})
DONE = 3000
MINUTE_WAIT = 30.0
"""Seconds to wait after a 429 that names no time: a report answers 50 calls a minute."""

_TEXTS = ("description", "message", "error")


@dataclass(frozen=True, slots=True)
class CreatorFailures:
    """Reads answers of one account. zone: of the super admin, in which the day of the developer limit ends (LIM-5)."""

    zone: ZoneInfo | None = None

    def __call__(
        self, method: str, path: str, status: int, body: Any, headers: Mapping[str, str], now: datetime
    ) -> ContactSyncError | None:
        """The error that an answer means, None if it is a proper one."""
        code = code_of(body)
        if code in NO_RECORDS or (200 <= status < 300 and body is not UNREADABLE and code in (None, DONE)):
            return None
        where = f"Zoho Creator, {method} {path}: HTTP {status}" + (f", code {code}" if code else "") + _quoted(body)
        if code == 4000:
            return self._day_is_spent(where, served_at(headers) or now)
        if status == 429:
            wait = asked_wait(headers, now)
            return RateLimited(
                f"{where}. Too many calls a minute: wait and try again.", MINUTE_WAIT if wait is None else wait
            )
        return _by_code(code, status, body, where) or _by_status(status, body, where, asked_wait(headers, now))

    def _day_is_spent(self, where: str, now: datetime) -> CreditsExhausted:
        """No retry: hours lie before the next day, and others may have spent the calls outside this package."""
        until = f", {next_day(now, self.zone):%Y-%m-%d at %H:%M} UTC" if self.zone else ""
        return CreditsExhausted(
            f"{where}. The account's developer API calls of this day are spent (LIM-5). They are free again at midnight"
            f" of its super admin{until}. `daily_credits` of the account in include/organisation.yaml can keep some"
            " for others."
        )


def creator_service(zone: ZoneInfo | None = None) -> Service:
    """Creator for a transport; `zone` as in CreatorFailures."""
    return Service("Zoho Creator", "https://www.zohoapis.eu", CreatorFailures(zone))


def code_of(body: Any) -> int | None:
    """The number in the body, None if there is none."""
    code = body.get("code") if isinstance(body, dict) else None
    if isinstance(code, str) and code.isascii() and code.isdigit():
        return int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _by_code(code: int | None, status: int, body: Any, where: str) -> ContactSyncError | None:
    if code == 1030:
        return TokenRefused(f"{where}. The access token is refused. {RENEW}")
    if code == 2892:
        return SourceRenamed(f"{where}. Creator has no application with this link name.{_NEW_NAME}", application=True)
    if code == 2894:
        return SourceRenamed(f"{where}. The application has no report with this link name.{_NEW_NAME}")
    if code == 2893:
        return ConfigError(f"{where}. The form behind the report is gone: mend the report in Creator.")
    if code == 2945 or (status in (401, 403) and "scope" in _text(body).lower()):
        return PermissionMissing(
            f"{where}. The refresh token lacks the scope {SCOPE}: make a new one that has it."
            " Check with: contact-sync doctor"
        )
    if code == 1060 and status != 401:
        return _no_right(where, "Share the application with the user behind the refresh token")
    if code in (2898, 2933):
        return _no_right(where, "Let the permission set of the user behind the refresh token view the report")
    if code in (1000, 1060) and status == 401:
        return ContractBroken(f"{where}. Creator does not take a parameter that was sent.")
    if code == 1000:
        return _wrong_root(where)
    return _of_account(code, where)


def _of_account(code: int | None, where: str) -> ContactSyncError | None:
    if code == 1040:
        return ConfigError(
            f"{where}. Creator knows no account owner of this name: mend `owner` in the sync, in the account's profile"
            " in organisation.yaml, or in the extra of its Airflow connection. It is the first part of the path of the"
            " application's address in the browser."
        )
    if code == 1130:
        return ConfigError(
            f"{where}. The account's plan, or the permission set of the user behind the refresh token, allows no API"
            " access: allow it in Creator. Check with: contact-sync doctor"
        )
    return None


def _by_status(status: int, body: Any, where: str, wait: float | None) -> ContactSyncError:
    if status >= 500 or (200 <= status < 300 and body is UNREADABLE):
        what = " with a body that is no JSON object" if body is UNREADABLE else ""
        return Unavailable(f"{where}{what}. Zoho did not answer properly this time.", wait)
    if status == 401:
        return TokenRefused(f"{where}. The access token is refused. {RENEW}")
    if status == 403:
        return _no_right(where, f"Give the user behind the refresh token access, and the token the scope {SCOPE}")
    if status == 404 and code_of(body) is None:
        return _wrong_root(where)
    return ContractBroken(f"{where}. The API is not known to answer like this; see the code in Creator's API help.")


_NEW_NAME = (
    " If it was renamed, its syncs end with it (SRC-7): write a sync for the new name with `contact-sync new`."
    " If it was mistyped, mend the link names in the sync."
)


def _no_right(where: str, what: str) -> PermissionMissing:
    return PermissionMissing(f"{where}. {what} in Creator. Check with: contact-sync doctor")


def _wrong_root(where: str) -> ConfigError:
    return ConfigError(
        f"{where}. Nothing answers under this address: check `data_center`, and `api_root` if it is set, in the extra"
        " of the account's Airflow connection (the root is like https://www.zohoapis.eu)."
    )


def _text(body: Any) -> str:
    texts = (body.get(key) for key in _TEXTS) if isinstance(body, dict) else ()
    return next((str(text) for text in texts if text), "")


def _quoted(body: Any) -> str:
    text = " ".join(redact(_text(body)).split())[:200]
    return f' ("{text}")' if text else ""
