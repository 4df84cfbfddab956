"""The one access token of an account, shared by all tasks on all machines (ACC-3), encrypted in sync.token.

Whoever holds the account's advisory lock renews; the others wait and take what was stored. Refuses an eleventh request
in ten minutes without asking Zoho (token_requests.py). Uses two connections while it renews.
"""

import json
import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from cryptography.fernet import InvalidToken, MultiFernet
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from contact_sync.core.api import AccessToken
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.token_requests import TokenRequests, warehouse_down

log = logging.getLogger(__name__)

_READ = text("SELECT cipher, expires_at FROM sync.token WHERE account = :account")
_ALL = text("SELECT account, cipher FROM sync.token ORDER BY account")
_STORE = text(
    "INSERT INTO sync.token (account, cipher, obtained_at, expires_at)"
    " VALUES (:account, :cipher, :obtained_at, :expires_at)"
    " ON CONFLICT (account) DO UPDATE"
    " SET cipher = excluded.cipher, obtained_at = excluded.obtained_at, expires_at = excluded.expires_at"
)

# Threads of one process queue here, so that waiting ones do not take the pool's connections from the one that works.
_THREADS: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def accounts_with(warehouse: Warehouse, mark: str) -> list[str]:
    """The accounts whose stored token, living or not, was asked for with these credentials, by name.

    mark: `Credentials.mark()`. Raises ConfigError without a CONTACT_SYNC_KEY, Unavailable.
    """
    with warehouse.transaction() as connection:
        rows = connection.execute(_ALL).all()
    kept = ((row.account, _opened(warehouse.fernet, bytes(row.cipher))) for row in rows)
    return [account for account, token in kept if token is not None and token["mark"] == mark]


def _opened(fernet: MultiFernet, cipher: bytes) -> dict[str, str] | None:
    """Token and mark; None under a key that CONTACT_SYNC_KEY lacks."""
    try:
        opened: dict[str, str] = json.loads(fernet.decrypt(cipher))
    except InvalidToken:
        return None
    return opened


class WarehouseTokenStore:
    """TokenStore of core.api on the warehouse.

    account: the account's name. fernet: the keys of CONTACT_SYNC_KEY; tokens under an unknown key count as none.
    clock: aware now. mark: whose token it is (`Credentials.mark()`); a token stored under another mark counts as none,
    so that a connection that now points to another organisation never works with the old one's token.
    credentials: what requests are counted by beside the account, see token_requests.py.
    """

    def __init__(
        self,
        engine: Engine,
        account: str,
        fernet: MultiFernet,
        clock: Callable[[], datetime],
        mark: str = "",
        credentials: str | None = None,
    ) -> None:
        self._engine = engine
        self._account = account
        self._fernet = fernet
        self._clock = clock
        self._mark = mark
        self._requests = TokenRequests(engine, account, clock, credentials)

    def current(self) -> AccessToken | None:
        """The stored token if it has not expired. Raises Unavailable when the warehouse does not answer."""
        try:
            with self._engine.begin() as connection:
                return self._stored(connection)
        except (OperationalError, PoolTimeout) as error:
            raise warehouse_down(error) from error

    def renew(self, refused: str | None, ask: Callable[[], AccessToken]) -> AccessToken:
        """The stored token if it is another than `refused`, else the one that `ask` fetches, stored.

        Raises RateLimited with the seconds until a request is free, Unavailable when the warehouse or its lock does
        not answer, and whatever `ask` raises; the request is counted then too.
        """
        with _THREADS[self._account]:
            try:
                return self._renew_locked(refused, ask)
            except (OperationalError, PoolTimeout) as error:
                raise warehouse_down(error) from error

    def _renew_locked(self, refused: str | None, ask: Callable[[], AccessToken]) -> AccessToken:
        # What others committed while this one waited must be seen after the wait.
        with self._engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
            self._requests.hold(connection)
            stored = self._stored(connection)
            if stored is not None and stored.value != refused:
                return stored
            request_id = self._requests.count(connection)
            token = ask()
            self._requests.succeeded(connection, request_id)
            self._store(connection, token)
            log.info("account %s: access token renewed", self._account)
            return token

    def _stored(self, connection: Connection) -> AccessToken | None:
        row = connection.execute(_READ, {"account": self._account}).one_or_none()
        if row is None or row.expires_at <= self._clock():
            return None
        kept = _opened(self._fernet, bytes(row.cipher))
        if kept is None:
            log.warning("account %s: the stored token is under a key that CONTACT_SYNC_KEY lacks", self._account)
            return None
        return AccessToken(kept["token"], row.expires_at) if kept["mark"] == self._mark else None

    def _store(self, connection: Connection, token: AccessToken) -> None:
        kept = json.dumps({"token": token.value, "mark": self._mark})
        values = {
            "account": self._account,
            "cipher": self._fernet.encrypt(kept.encode()),
            "obtained_at": self._clock(),
            "expires_at": token.expires_at,
        }
        connection.execute(_STORE, values)
