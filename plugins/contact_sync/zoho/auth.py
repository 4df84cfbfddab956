"""From a refresh token to an access token: one request to the accounts server, its answer read with care.

The accounts server reports failures with HTTP 200 and an `error` key, so the body decides, never the status.
Refuses to show a secret: none is in a repr or a message. The answer's `api_domain` is not read: for Recruit it names
a host that answers 404. Counting and sharing tokens (ACC-3) is the work of the TokenStore.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests

from contact_sync.core.api import AccessToken
from contact_sync.errors import ConfigError, ContactSyncError, CredentialsError, RateLimited, Unavailable
from contact_sync.redact import redact
from contact_sync.zoho.answers import UNREADABLE, asked_wait, read_body
from contact_sync.zoho.failures import RENEW

TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 - a path
TIMEOUT = (10.0, 30.0)  # connect, read: seconds
LIFE_SECONDS = 3600
MARGIN = timedelta(minutes=2)  # a token is renewed this much before its end, so that none expires under way
THROTTLE_SECONDS = 600.0  # the accounts server counts tokens in windows of ten minutes

_THROTTLED = ("access denied", "access_denied", "access-denied", "too many", "throttl", "limit")
_DOWN = ("server_error", "internal_error", "temporarily_unavailable", "general_error")
_MENDED_BY = {
    "invalid_client": "the client id (login) does not exist in this data centre (extra `data_center`)",
    "invalid_client_secret": "the client secret (password) does not belong to the client id (login)",
    "invalid_code": "the refresh token (extra `refresh_token`) is wrong or has been revoked",
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an account's connection holds. `accounts_host` is a root such as https://accounts.zoho.eu."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    accounts_host: str

    def mark(self) -> str:
        """A hash that changes with any of the four, to tell whose token a stored one is. Keep it as a secret."""
        parts = (self.client_id, self.client_secret, self.refresh_token, self.accounts_host)
        return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


class NoAuth(requests.auth.AuthBase):
    """Keeps requests from adding a login of its own, from the session or from a netrc file."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request as it is."""
        return request


def request_token(session: requests.Session, credentials: Credentials, now: datetime) -> AccessToken:
    """A new access token from POST {accounts_host}/oauth/v2/token (source: developer guide, "refresh").

    now: our clock; `expires_at` is counted from it, less two minutes.
    Raises CredentialsError (refused: says what to renew), RateLimited (too many tokens), Unavailable, ConfigError.
    """
    form = {
        "grant_type": "refresh_token",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "refresh_token": credentials.refresh_token,
    }
    url = credentials.accounts_host.rstrip("/") + TOKEN_PATH
    try:
        response = session.post(url, data=form, auth=NoAuth(), timeout=TIMEOUT, allow_redirects=False)
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema):
        raise _wrong_host(credentials) from None
    except requests.RequestException as error:
        # The chained text would show the form of some errors, so only the kind is kept.
        raise Unavailable(f"Zoho accounts server {credentials.accounts_host}: {type(error).__name__}.") from None
    body = read_body(response)
    token = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(token, str) or not token:
        raise _refusal(response, body, credentials, now)
    return AccessToken(token, now + _life(body) - MARGIN)


def _life(body: dict[str, Any]) -> timedelta:
    """How long the token lives: `expires_in` seconds; an hour, as documented, if that is no sensible number."""
    seconds = body.get("expires_in")
    sensible = isinstance(seconds, int) and MARGIN.total_seconds() < seconds <= 24 * LIFE_SECONDS
    return timedelta(seconds=seconds if sensible and isinstance(seconds, int) else LIFE_SECONDS)


def _refusal(response: requests.Response, body: Any, credentials: Credentials, now: datetime) -> ContactSyncError:
    error, text = _error_of(body, credentials)
    where = f"Zoho accounts server {credentials.accounts_host}: HTTP {response.status_code}"
    where += f", error {error}" if error else ""
    wait = asked_wait(response.headers, now)
    if response.status_code == 429 or any(word in text.lower() for word in _THROTTLED):
        return RateLimited(
            f"{where}. Too many access tokens were asked for: Zoho gives 10 in ten minutes for a refresh token.",
            THROTTLE_SECONDS if wait is None else wait,
        )
    if response.status_code >= 500 or error.lower() in _DOWN:
        return Unavailable(f"{where}. It did not answer properly this time.", wait)
    if error:
        cause = _MENDED_BY.get(error, "the accounts server refused the client or the refresh token")
        return CredentialsError(f"{where}: {cause}. {RENEW}")
    if response.status_code in (301, 302, 307, 308, 404) or body is not UNREADABLE:
        return _wrong_host(credentials, response.status_code)
    return Unavailable(f"{where} with a body that is no JSON object.", wait)


def _error_of(body: Any, credentials: Credentials) -> tuple[str, str]:
    """(the error word, every text of the body that may tell the cause), both without secrets."""
    if not isinstance(body, dict) or not any(key in body for key in ("error", "error_description", "code", "message")):
        return "", ""
    texts = [str(body[key]) for key in ("error", "error_description", "code", "message") if body.get(key)]
    safe = [redact(text, credentials.client_secret, credentials.refresh_token)[:80] for text in texts]
    return (safe[0] if safe else "unknown"), " ".join(safe)


def _wrong_host(credentials: Credentials, status: int | None = None) -> ConfigError:
    seen = f" answered HTTP {status} and no token" if status else " is no URL that can be asked"
    return ConfigError(
        f"Zoho accounts server: {redact(credentials.accounts_host)}{seen}. Check `data_center`, and `accounts_host`"
        " if it is set, in the extra of the account's Airflow connection (like https://accounts.zoho.eu)."
    )
