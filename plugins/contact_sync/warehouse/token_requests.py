"""Requests for access tokens, counted so that Zoho never sees an eleventh in ten minutes (ACC-3).

They are counted by the account and by a keyed hash of what they were made with: a connection that Airflow tests has
another name than the account whose refresh token it uses. Each is counted by a transaction of its own before it is
made, so that a failed one, or one of a process that died, counts too.
"""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from contact_sync.core.api import AccessToken
from contact_sync.errors import ConfigError, RateLimited, Unavailable
from contact_sync.warehouse.database import Warehouse

WINDOW = timedelta(minutes=10)
MOST_REQUESTS = 10
LOCK_TIMEOUT_MS = 120_000  # a renewal takes at most the time-outs of one HTTP request
NOBODYS = ""
"""In place of the account's name for a connection that is no account's yet."""


def credentials_hash(warehouse: Warehouse, mark: str) -> str:
    """What requests made with these credentials are counted by. mark: `Credentials.mark()`.

    Keyed by CONTACT_SYNC_KEY itself and not by the warehouse's hash key, which a look at a new warehouse must not make;
    where the key is changed, ten minutes are counted by the account alone. Raises ConfigError without the key.
    """
    if not warehouse.keys:
        raise ConfigError("CONTACT_SYNC_KEY is not set. It opens what the warehouse keeps secret.")
    first_key = warehouse.keys.split(",")[0].strip()
    return hmac.digest(first_key.encode(), b"token requests " + mark.encode(), "sha256").hex()


class TokenRequests:
    """The requests of one account, and all others made with the same credentials.

    account: its name, NOBODYS for none. credentials: `credentials_hash`, None if it is not known. clock: aware now.
    """

    def __init__(
        self, engine: Engine, account: str, clock: Callable[[], datetime], credentials: str | None = None
    ) -> None:
        self._engine = engine
        self._account = account
        self._clock = clock
        self._credentials = credentials

    def hold(self, connection: Connection) -> None:
        """Wait until nobody else asks, and keep others waiting until the transaction ends: account before credentials,
        so that no two wait for each other.
        """
        connection.execute(_LOCK_WAIT, {"milliseconds": str(LOCK_TIMEOUT_MS)})
        for key in filter(None, (self._account, self._credentials)):
            connection.execute(_LOCK, {"key": key})

    def count(self, held: Connection) -> int:
        """Count one request, committed at once; its id. Raises RateLimited with the seconds until one is free."""
        now = self._clock()
        whose = {"account": self._account, "credentials": self._credentials}
        recent = held.execute(_RECENT, {**whose, "since": now - WINDOW, "most": MOST_REQUESTS}).scalars().all()
        if len(recent) >= MOST_REQUESTS:
            wait = max(1.0, (recent[-1] + WINDOW - now).total_seconds())
            subject = f"Account {self._account}" if self._account else "This connection"
            raise RateLimited(
                f"{subject}: {MOST_REQUESTS} access tokens were asked for in the last ten minutes, more"
                f" would lock the refresh token. The next request is free in {wait:.0f} s (ACC-3).",
                wait,
            )
        with self._engine.begin() as counting:
            request_id: int = counting.execute(_COUNT, {**whose, "at": now}).scalar_one()
        return request_id

    def succeeded(self, connection: Connection, request_id: int) -> None:
        """The request brought a token."""
        connection.execute(_SUCCEEDED, {"request_id": request_id})

    def ask(self, ask: Callable[[], AccessToken]) -> AccessToken:
        """A token that nobody else is to have, counted as all are. Raises as `count` and `ask` do, and Unavailable."""
        try:
            with self._engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
                self.hold(connection)
                request_id = self.count(connection)
                token = ask()
                self.succeeded(connection, request_id)
                return token
        except (OperationalError, PoolTimeout) as error:
            raise warehouse_down(error) from error


def warehouse_down(error: Exception) -> Unavailable:
    """What callers see when the warehouse, or a lock in it, does not answer."""
    kind = type(error).__name__
    return Unavailable(f"The warehouse did not answer while the access token was read or renewed: {kind}.")


_LOCK_WAIT = text("SELECT set_config('lock_timeout', :milliseconds, true)")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('contact_sync.token:' || :key, 0))")
_RECENT = text(
    "SELECT at FROM sync.token_request WHERE at > :since "
    "AND (account = nullif(:account, '') OR credentials = CAST(:credentials AS text)) ORDER BY at DESC LIMIT :most"
)
_COUNT = text(
    "INSERT INTO sync.token_request (account, credentials, at, succeeded) "
    "VALUES (:account, :credentials, :at, false) RETURNING request_id"
)
_SUCCEEDED = text("UPDATE sync.token_request SET succeeded = true WHERE request_id = :request_id")
