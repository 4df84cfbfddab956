"""The one access token of an account, shared by all tasks on all machines (ACC-3), encrypted in sync.token.

Whoever holds the account's advisory lock renews; the others wait and take what was stored. Each request is counted in
sync.token_request by a transaction of its own before it is made, so that a failed one, or one of a process that died,
counts too. Refuses an eleventh request in ten minutes without asking Zoho. Uses two connections while it renews.
"""

import json
import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken, MultiFernet
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from contact_sync.core.api import AccessToken
from contact_sync.errors import RateLimited, Unavailable

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=10)
MOST_REQUESTS = 10
LOCK_TIMEOUT_MS = 120_000  # a renewal takes at most the time-outs of one HTTP request

_LOCK_WAIT = text("SELECT set_config('lock_timeout', :milliseconds, true)")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('contact_sync.token:' || :account, 0))")
_READ = text("SELECT cipher, expires_at FROM sync.token WHERE account = :account")
_RECENT = text(
    "SELECT at FROM sync.token_request WHERE account = :account AND at > :since ORDER BY at DESC LIMIT :most"
)
_COUNT = text(
    "INSERT INTO sync.token_request (account, at, succeeded) VALUES (:account, :at, false) RETURNING request_id"
)
_SUCCEEDED = text("UPDATE sync.token_request SET succeeded = true WHERE request_id = :request_id")
_STORE = text(
    "INSERT INTO sync.token (account, cipher, obtained_at, expires_at)"
    " VALUES (:account, :cipher, :obtained_at, :expires_at)"
    " ON CONFLICT (account) DO UPDATE"
    " SET cipher = excluded.cipher, obtained_at = excluded.obtained_at, expires_at = excluded.expires_at"
)

# Threads of one process queue here, so that waiting ones do not take the pool's connections from the one that works.
_THREADS: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


class WarehouseTokenStore:
    """TokenStore of core.api on the warehouse.

    account: the account's name. fernet: the keys of CONTACT_SYNC_KEY; tokens under an unknown key count as none.
    clock: aware now. mark: whose token it is (`Credentials.mark()`); a token stored under another mark counts as none,
    so that a connection that now points to another organisation never works with the old one's token.
    """

    def __init__(
        self, engine: Engine, account: str, fernet: MultiFernet, clock: Callable[[], datetime], mark: str = ""
    ) -> None:
        self._engine = engine
        self._account = account
        self._fernet = fernet
        self._clock = clock
        self._mark = mark

    def current(self) -> AccessToken | None:
        """The stored token if it has not expired. Raises Unavailable when the warehouse does not answer."""
        try:
            with self._engine.begin() as connection:
                return self._stored(connection)
        except (OperationalError, PoolTimeout) as error:
            raise _warehouse_down(error) from error

    def renew(self, refused: str | None, ask: Callable[[], AccessToken]) -> AccessToken:
        """The stored token if it is another than `refused`, else the one that `ask` fetches, stored.

        Raises RateLimited with the seconds until a request is free, Unavailable when the warehouse or its lock does
        not answer, and whatever `ask` raises; the request is counted then too.
        """
        with _THREADS[self._account]:
            try:
                return self._renew_locked(refused, ask)
            except (OperationalError, PoolTimeout) as error:
                raise _warehouse_down(error) from error

    def _renew_locked(self, refused: str | None, ask: Callable[[], AccessToken]) -> AccessToken:
        # What others committed while this one waited must be seen after the wait.
        with self._engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
            connection.execute(_LOCK_WAIT, {"milliseconds": str(LOCK_TIMEOUT_MS)})
            connection.execute(_LOCK, {"account": self._account})
            stored = self._stored(connection)
            if stored is not None and stored.value != refused:
                return stored
            request_id = self._count(connection)
            token = ask()
            connection.execute(_SUCCEEDED, {"request_id": request_id})
            self._store(connection, token)
            log.info("account %s: access token renewed", self._account)
            return token

    def _stored(self, connection: Connection) -> AccessToken | None:
        row = connection.execute(_READ, {"account": self._account}).one_or_none()
        if row is None or row.expires_at <= self._clock():
            return None
        try:
            kept = json.loads(self._fernet.decrypt(bytes(row.cipher)))
        except InvalidToken:
            log.warning("account %s: the stored token is under a key that CONTACT_SYNC_KEY lacks", self._account)
            return None
        return AccessToken(kept["token"], row.expires_at) if kept["mark"] == self._mark else None

    def _count(self, locked: Connection) -> int:
        """Count one request, committed at once, or refuse it. Under the lock nobody else counts in between."""
        now = self._clock()
        asked = {"account": self._account, "since": now - WINDOW, "most": MOST_REQUESTS}
        recent = locked.execute(_RECENT, asked).scalars().all()
        if len(recent) >= MOST_REQUESTS:
            wait = max(1.0, (recent[-1] + WINDOW - now).total_seconds())
            raise RateLimited(
                f"Account {self._account}: {MOST_REQUESTS} access tokens were asked for in the last ten minutes, more"
                f" would lock the refresh token. The next request is free in {wait:.0f} s (ACC-3).",
                wait,
            )
        with self._engine.begin() as counting:
            request_id: int = counting.execute(_COUNT, {"account": self._account, "at": now}).scalar_one()
        return request_id

    def _store(self, connection: Connection, token: AccessToken) -> None:
        kept = json.dumps({"token": token.value, "mark": self._mark})
        values = {
            "account": self._account,
            "cipher": self._fernet.encrypt(kept.encode()),
            "obtained_at": self._clock(),
            "expires_at": token.expires_at,
        }
        connection.execute(_STORE, values)


def _warehouse_down(error: Exception) -> Unavailable:
    kind = type(error).__name__
    return Unavailable(f"The warehouse did not answer while the access token was read or renewed: {kind}.")
