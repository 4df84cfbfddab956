"""What the tests of the Zoho clients share: a clock, a token store in memory, a client on any base URL."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from contact_sync.core.api import AccessToken, ApiCall
from contact_sync.zoho.auth import Credentials
from contact_sync.zoho.recruit import RecruitClient
from contact_sync.zoho.retrying import RetryPolicy
from contact_sync.zoho.transport import Transport

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
# The waits between attempts are short here; what a server asks for is waited for in full.
QUICK = RetryPolicy(attempts=4, total=10.0, first_wait=0.01, most_wait=0.05, jitter=0.01)


class MemoryTokens:
    """A TokenStore without a database; `renewals` counts how often a token was asked for."""

    def __init__(self) -> None:
        self.token: AccessToken | None = None
        self.renewals = 0

    def current(self) -> AccessToken | None:
        """The token, whatever the time."""
        return self.token

    def renew(self, refused: str | None, ask: Callable[[], AccessToken]) -> AccessToken:
        """A new token unless another than the refused one is there."""
        if self.token is None or self.token.value == refused:
            self.renewals += 1
            self.token = ask()
        return self.token


def credentials(accounts_host: str, **changes: str) -> Credentials:
    """The sandbox's own client."""
    values = {
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret-0000",
        "refresh_token": "sandbox-refresh-0000",
        "accounts_host": accounts_host,
    }
    return Credentials(**{**values, **changes})


class Bench:
    """A client on one base URL with all that it notes."""

    def __init__(self, url: str, policy: RetryPolicy = QUICK, **changes: Any) -> None:
        self.url = url
        self.calls: list[ApiCall] = []
        self.tokens = changes.pop("tokens", None) or MemoryTokens()
        self.session = changes.pop("session", None) or requests.Session()
        clock = changes.pop("clock", lambda: NOW)
        accounts = changes.pop("accounts", url)
        self.transport = Transport(
            self.session, url, credentials(accounts), self.tokens, self.calls.append, clock, policy=policy, **changes
        )
        self.client = RecruitClient(self.transport)

    def with_token(self) -> "Bench":
        """The same with a token at hand, so that only API calls are made."""
        self.tokens.token = AccessToken("1000.aaaaaaaaaaaaaaaaaaaa.cccccccccccccccccccc", NOW + timedelta(hours=1))
        return self

    def control(self, route: str, body: Any = None) -> Any:
        """A control route of the sandbox: GET without a body, else POST."""
        url = f"{self.url}/_sandbox/{route}"
        answer = requests.get(url, timeout=10) if body is None else requests.post(url, json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def seen(self, piece: str = "/recruit/") -> list[dict[str, Any]]:
        """The calls that the sandbox saw, of paths with that piece."""
        calls = self.control("calls")
        listed = calls["calls"] if isinstance(calls, dict) else calls
        return [call for call in listed if piece in call["path"]]
