"""Values that the Zoho clients and the warehouse share without importing each other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer of one hour; `expires_at` is on our clock, already shortened by a safety margin."""

    value: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One HTTP call to Zoho as the credit ledger keeps it. `path` is without query, `cost` in API credits."""

    at: datetime
    method: str
    path: str
    status: int
    rows: int
    cost: int
    seconds: float


class TokenStore(Protocol):
    """Keeps the one access token of an account for all tasks on all machines (ACC-3)."""

    def current(self) -> AccessToken | None:
        """The stored token if it has not expired."""

    def renew(self, refused: str | None, ask: Callable[[], AccessToken]) -> AccessToken:
        """The stored token if it is another than `refused`, else the one that `ask` fetches, stored.

        Holds the account's lock meanwhile; counts every request, failed ones too.
        Raises RateLimited when ten requests were made in the last ten minutes.
        """


CallRecorder = Callable[[ApiCall], None]
"""Writes a call that was made into the ledger."""
CreditReserver = Callable[[int], None]
"""Makes sure, before a call, that so many credits may be spent; else raises CreditsExhausted and nothing is sent."""


def spend_freely(cost: int) -> None:
    """The CreditReserver of calls that no ceiling holds back."""
