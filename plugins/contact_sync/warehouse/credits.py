"""The ledger of API calls: every call to Zoho with its cost, in sync.credit.

Calls are written by a connection of their own, and each is committed at once, so that a stage that is rolled back or
killed still shows what it spent. The commit does not wait for the disk: only a crash of the server itself can cost the
calls of its last second. Paths come without query, so no search text or address gets here.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from contact_sync.core.api import ApiCall, CallRecorder
from contact_sync.errors import Unavailable

_WRITE = text(
    "INSERT INTO sync.credit (account, fetch_id, at, method, path, status, rows, cost, seconds)"
    " SELECT :account, :fetch_id, :at, :method, :path, :status, :rows, :cost, :seconds"
    " FROM set_config('synchronous_commit', 'off', true)"
)


def record_calls(engine: Engine, account: str, fetch_id: int | None) -> CallRecorder:
    """A recorder that writes the calls of one account.

    fetch_id: the fetch they are made for, None for calls outside one (such as a connection test).
    The recorder raises Unavailable when the warehouse does not answer.
    """
    book = _Book(engine)

    def record(call: ApiCall) -> None:
        values = {
            "account": account,
            "fetch_id": fetch_id,
            "at": call.at,
            "method": call.method,
            "path": call.path.partition("?")[0],
            "status": call.status,
            "rows": call.rows,
            "cost": call.cost,
            "seconds": call.seconds,
        }
        try:
            book.write(values)
        except (OperationalError, PoolTimeout) as error:
            raise Unavailable(
                f"The warehouse did not answer while an API call was written to the ledger: {type(error).__name__}."
            ) from error

    return record


@dataclass(slots=True)
class _Book:
    """One connection for all calls of a client: a new one for each would cost more than the call itself.

    It commits by itself, so that a row is one message to the server instead of three (BEGIN, INSERT, COMMIT).
    """

    engine: Engine
    _open: Connection | None = None

    def write(self, values: dict[str, Any]) -> None:
        """Write and commit. A connection that broke since the last call is replaced once."""
        kept = self._open
        try:
            self._insert(kept or self._connect(), values)
        except OperationalError:
            self._drop()
            if kept is None:
                raise
            self._insert(self._connect(), values)

    def _insert(self, connection: Connection, values: dict[str, Any]) -> None:
        with connection.begin():
            connection.execute(_WRITE, values)

    def _connect(self) -> Connection:
        self._open = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._open

    def _drop(self) -> None:
        if self._open is not None:
            self._open.invalidate()
            self._open.close()
            self._open = None
