"""Which error an answer of the Recruit API is: both error shapes, at any HTTP status.

Zoho puts errors at the top of the body or wraps them per item, and may send them with status 200; gateways send HTML.
A code decides before the status does. Per-item results of a write are no failure of the call: they are returned.
Messages of Zoho are redacted and shortened before they are quoted.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from contact_sync.errors import (
    ConfigError,
    ContactSyncError,
    ContractBroken,
    CredentialsError,
    PermissionMissing,
    RateLimited,
    Unavailable,
)
from contact_sync.redact import redact
from contact_sync.zoho.answers import EMPTY_STATUS, UNREADABLE, asked_wait
from contact_sync.zoho.catalogue import BULK, scopes_for

# Seen for an expired, revoked or unknown access token; the last two come from older endpoints.
TOKEN_CODES = frozenset({"INVALID_TOKEN", "AUTHENTICATION_FAILURE", "INVALID_OAUTHTOKEN", "4834"})
SCOPE_CODES = frozenset({"OAUTH_SCOPE_MISMATCH"})
RIGHT_CODES = frozenset({"NO_PERMISSION", "AUTHORIZATION_FAILED"})
RATE_CODES = frozenset({"TOO_MANY_REQUESTS", "API_LIMIT_EXCEEDED", "RATE_LIMIT_EXCEEDED"})
BULK_REFUSALS = frozenset(
    {
        "MODULE_NOT_AVAILABLE",
        "FIELD_NOT_AVAILABLE",
        "CVID_NOT_SUPPORTED",
        "INVALID_CRITERIA",
        "AMBIGUOUS_CRITERIA",
        "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE",
    }
)
"""Of the sibling product, whose bulk read has the same codes as far as Recruit's pages show any."""
DOWN_CODES = frozenset({"INTERNAL_ERROR", "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"})

RENEW = (
    "Renew it: make a new refresh token in Zoho's API console (self client, offline access) and put it into the"
    " account's Airflow connection: login = client id, password = client secret, extra `refresh_token`,"
    " extra `data_center` = the centre where the client was made."
)


class TokenRefused(CredentialsError):
    """The API refused this access token: renew it once and ask again."""


class ModuleUnknown(ConfigError):
    """The account does not offer the module that a path or parameter names."""


class CeilingReached(ContractBroken):
    """The answer ends where the service is known to stop, so nobody can say whether there is more: read another way."""


class BulkRefused(ConfigError):
    """The account, its module or a field cannot be had by bulk read: read another way."""


class BulkGone(Unavailable):
    """The service no longer knows a bulk job, or has thrown its result away: make a new one."""


class EffectUnknown(Unavailable):
    """A write was sent and its fate is unknown: look the records up by key before sending them again."""


class WriteRefused(ContractBroken):
    """A write was refused as a whole, so nothing of it took effect: one of its records is at fault, or what all share.

    code, field: as Zoho told them, if it did.
    """

    def __init__(self, message: str, code: str | None, field: str | None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


def failure(
    method: str, path: str, status: int, body: Any, headers: Mapping[str, str], now: datetime
) -> ContactSyncError | None:
    """The error that an answer means, None if it is a proper one.

    body: as `read_body` gives it. now: our clock, for a Retry-After date without a Date header.
    """
    # A bulk job is no record: an error in its answer is the call's.
    write = method != "GET" and not path.startswith(f"{BULK}/") and status not in (401, 403, 429)
    code, text = error_in(body, items_are_results=write)
    proper = status in EMPTY_STATUS or (200 <= status < 300 and body is not UNREADABLE)
    if code is None and (proper or (write and status < 500 and _is_results(body))):
        return None
    where = f"Zoho Recruit, {method} {path}: HTTP {status}" + (f", code {code}" if code else "") + text
    if code in RATE_CODES or status == 429:
        return RateLimited(f"{where}. Too many calls: wait and try again.", asked_wait(headers, now))
    wait = asked_wait(headers, now)
    error = _by_code(code, method, path, where, wait) or _by_status(status, body, method, path, where, wait)
    if write and code is not None and status < 500 and type(error) is ContractBroken:
        return WriteRefused(str(error), code, _refused_field(body))
    return error


def _refused_field(body: dict[str, Any]) -> str | None:
    item = body if _is_error(body) else _wrapped(body) or {}
    details = item.get("details")
    name = details.get("api_name") if isinstance(details, dict) else None
    return None if name is None else str(name)


def _by_code(code: str | None, method: str, path: str, where: str, wait: float | None) -> ContactSyncError | None:
    if code in TOKEN_CODES:
        return TokenRefused(f"{where}. The access token is refused. {RENEW}")
    if code in SCOPE_CODES:
        return PermissionMissing(f"{where}. {_lacking(scopes_for(method, path))} Check with: contact-sync doctor")
    if code in RIGHT_CODES:
        return _no_right(method, path, where)
    if path.startswith(f"{BULK}/") and code in BULK_REFUSALS:
        return BulkRefused(f"{where}. Bulk read cannot give this.")
    if path.startswith(f"{BULK}/") and code == "RESOURCE_NOT_FOUND":
        return BulkGone(f"{where}. The job or its result is not there any more; a new one is made.")
    if code == "LIMIT_REACHED":
        return CeilingReached(f"{where}. The API gives no more than this many records here.")
    if code == "INVALID_MODULE":
        return ModuleUnknown(f"{where}. The account does not offer this module through the API.")
    if code == "INVALID_URL_PATTERN":
        return _wrong_root(where)
    if code in DOWN_CODES:
        return EffectUnknown(where, wait) if method != "GET" else Unavailable(where, wait)
    return None


def _by_status(status: int, body: Any, method: str, path: str, where: str, wait: float | None) -> ContactSyncError:
    if status >= 500 or (200 <= status < 300 and body is UNREADABLE):
        what = " with a body that is no JSON object" if body is UNREADABLE else ""
        message = f"{where}{what}. Zoho did not answer properly this time."
        return EffectUnknown(message, wait) if method != "GET" else Unavailable(message, wait)
    if status == 401:
        return TokenRefused(f"{where}. The access token is refused. {RENEW}")
    if status == 403:
        return _no_right(method, path, where)
    if status == 404 and body is UNREADABLE:
        return _wrong_root(where)
    return ContractBroken(f"{where}. The API is not known to answer like this; see the code in Zoho's developer guide.")


def _no_right(method: str, path: str, where: str) -> PermissionMissing:
    return PermissionMissing(
        f"{where}. The Zoho user behind the refresh token may not do this: give its profile the right in Recruit"
        f" and see that the token has the scope {' and '.join(scopes_for(method, path))}."
        " Check with: contact-sync doctor"
    )


def _lacking(scopes: Sequence[str]) -> str:
    if len(scopes) == 1:
        return f"The refresh token lacks the scope {scopes[0]}: make a new one that has it."
    return f"The call needs the scopes {' and '.join(scopes)}, and the refresh token lacks one: make one that has each."


def _wrong_root(where: str) -> ConfigError:
    return ConfigError(
        f"{where}. Nothing answers under this address: check `data_center`, and `api_root` if it is set, in the extra"
        " of the account's Airflow connection (the root is like https://recruit.zoho.eu, never www.zohoapis.*)."
    )


def error_in(body: Any, *, items_are_results: bool) -> tuple[str | None, str]:
    """(code, message as ': text') of an error body in either shape, (None, '') if it holds none.

    items_are_results: a wrapped error belongs to a record of a write, unless it is about the token or the scope.
    """
    if not isinstance(body, dict):
        return None, ""
    item = body if _is_error(body) else _wrapped(body)
    if item is None:
        return None, ""
    code = str(item["code"])
    if item is not body and items_are_results and code not in TOKEN_CODES | SCOPE_CODES | RATE_CODES:
        return None, ""
    return code, _quoted(item)


def _wrapped(body: dict[str, Any]) -> dict[str, Any] | None:
    """The only item of the only list, if it is an error: {"data": [{"code": ..., "status": "error"}]}."""
    lists = [value for value in body.values() if isinstance(value, list)]
    if len(lists) != 1 or len(lists[0]) != 1:
        return None
    item = lists[0][0]
    return item if isinstance(item, dict) and _is_error(item) and "id" not in item else None


def _is_error(item: dict[str, Any]) -> bool:
    named = isinstance(item.get("code"), str | int)
    return named and str(item.get("status", "error")).lower() == "error"


def _is_results(body: Any) -> bool:
    return isinstance(body, dict) and isinstance(body.get("data"), list)


def _quoted(item: dict[str, Any]) -> str:
    text = " ".join(redact(item.get("message") or "").split())[:200]
    return f' ("{text}")' if text else ""
