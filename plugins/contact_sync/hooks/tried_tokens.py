"""Access tokens for tests of a connection (ACC-2): always new ones, because a stored one would not show whether the
credentials are still taken.
"""

from collections.abc import Callable

from contact_sync.core.api import AccessToken, TokenStore
from contact_sync.warehouse.token_requests import TokenRequests


class OwnToken:
    """A token for the length of a test. requests: where it is counted, None if no warehouse is at hand."""

    def __init__(self, requests: TokenRequests | None) -> None:
        self._requests = requests
        self._token: AccessToken | None = None

    def current(self) -> AccessToken | None:
        """The token, if one was fetched."""
        return self._token

    def renew(self, refused: str | None, ask: Callable[[], AccessToken]) -> AccessToken:
        """A new token."""
        self._token = ask() if self._requests is None else self._requests.ask(ask)
        return self._token


class RenewedToken:
    """The shared token, but for the stored one."""

    def __init__(self, shared: TokenStore) -> None:
        self._shared = shared

    def current(self) -> None:
        """None, so that a new one is asked for."""

    def renew(self, refused: str | None, ask: Callable[[], AccessToken]) -> AccessToken:
        """A new token in place of the stored one, or of the refused one."""
        stored = self._shared.current() if refused is None else None
        return self._shared.renew(stored.value if stored else refused, ask)
