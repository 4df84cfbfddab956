"""The ledger of API calls: every call to Zoho with its cost, in sync.credit, and the ceiling before each (LIM-5).

Calls are written by a connection of their own, and each is committed at once, so that a stage that is rolled back or
killed still shows what it spent. The commit does not wait for the disk: only a crash of the server itself can cost the
calls of its last second, and those stay reserved. Paths come without query, so no search text or address gets here.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from contact_sync.core.api import ApiCall, CallRecorder
from contact_sync.core.ceilings import NO_CEILING, Allowance
from contact_sync.errors import Unavailable
from contact_sync.warehouse import reservations, statements
from contact_sync.warehouse.reservations import Claim, Reservation

log = logging.getLogger(__name__)


def record_calls(engine: Engine, account: str, fetch_id: int | None) -> CallRecorder:
    """A recorder that writes the calls of one account that no ceiling holds back; else as CreditBook.record."""
    return CreditBook(engine, account, fetch_id).record


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class CreditBook:
    """Credits of one client's calls: reserved before, written after, the rest given back at the end.

    fetch_id: the fetch they are made for, None for calls outside one (such as a command by hand). clock: aware now.
    Not for several threads at once.
    """

    engine: Engine
    account: str
    fetch_id: int | None
    allowance: Allowance = NO_CEILING
    clock: Callable[[], datetime] = _now
    _line: "_Line" = field(init=False)
    _held: Reservation | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._line = _Line(self.engine)

    def reserve(self, cost: int) -> None:
        """Before a call: see that it may cost that much. Raises CreditsExhausted, and Unavailable as `record` does."""
        if self.allowance.most is None or not cost:
            return
        now = self.clock()
        held, self._held = self._held, None
        if held is None or not held.covers(cost, now):
            claim = Claim(self.account, self.fetch_id, self.allowance)
            held = reservations.take(self.engine, claim, cost, now, held)
        self._held = held

    def record(self, call: ApiCall) -> None:
        """After a call: write it, and draw what it cost. Raises Unavailable when the warehouse does not answer."""
        values = {
            "account": self.account,
            "fetch_id": self.fetch_id,
            "at": call.at,
            "method": call.method,
            "path": call.path.partition("?")[0],
            "status": call.status,
            "rows": call.rows,
            "cost": call.cost,
            "seconds": call.seconds,
            "reservation_id": self._held.reservation_id if self._held else None,
        }
        try:
            self._line.write(values)
        except (OperationalError, PoolTimeout) as error:
            self._held = None  # never given back, so that the call that could not be written counts as spent
            raise Unavailable(
                f"The warehouse did not answer while an API call was written to the ledger: {type(error).__name__}."
            ) from error
        if self._held:
            self._held.draw(call.cost, call.at)

    def release(self) -> None:
        """At the end: give back what is reserved and not spent. What cannot be given back now is settled in an hour."""
        held, self._held = self._held, None
        self._line.drop()
        if held is not None:
            try:
                reservations.give_back(self.engine, held)
            except Unavailable as error:
                log.warning("account %s: %s They count as spent in an hour.", self.account, error)


@dataclass(slots=True)
class _Line:
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
            self.drop()
            if kept is None:
                raise
            self._insert(self._connect(), values)

    def drop(self) -> None:
        """Close the connection; the next call opens another."""
        if self._open is not None:
            self._open.invalidate()
            self._open.close()
            self._open = None

    def _insert(self, connection: Connection, values: dict[str, Any]) -> None:
        with connection.begin():
            statements.run(connection, "credits/record", **values)

    def _connect(self) -> Connection:
        self._open = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self._open
