"""Credits reserved before calls, so that all tasks together never pass an account's ceiling (LIM-5).

A task reserves a block in a short transaction under the account's advisory lock, on a connection of its own. What it
has not spent counts as spent for everybody else until it gives it back, or gives no sign for an hour: then it counts as
spent for good. Refuses what would pass the ceiling, or the share of it that the kind of work may reach.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from contact_sync.core.ceilings import SHARES, Allowance, Work
from contact_sync.errors import CreditsExhausted, Unavailable
from contact_sync.warehouse import statements

BLOCK = 30
"""Credits that a task reserves at once: about ten reads of a page."""
BLOCKS_A_DAY = 1000
"""Of an account that may spend more than so many blocks a day a block is larger: each costs a sum over the ledger."""
SIGN_OF_LIFE = timedelta(hours=1)
"""A reservation that nobody has drawn on for so long belongs to a task that died."""
LOCK_TIMEOUT_MS = 60_000

_LOCK_WAIT = text("SELECT set_config('lock_timeout', :milliseconds, true)")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('contact_sync.credits:' || :account, 0))")


@dataclass(slots=True)
class Reservation:
    """Credits that one task holds. left: not spent yet. until: when others may take it for dead."""

    reservation_id: int
    left: int
    until: datetime

    def covers(self, cost: int, now: datetime) -> bool:
        """Whether a call of that cost may be made now; with time for its answer."""
        return self.left >= cost and now < self.until - SIGN_OF_LIFE / 6

    def draw(self, cost: int, at: datetime) -> None:
        """A call was made."""
        self.left = max(self.left - cost, 0)
        self.until = at + SIGN_OF_LIFE


@dataclass(frozen=True, slots=True)
class Claim:
    """Who reserves. fetch_id: None for calls of no fetch, which reserve just what each costs and leave nothing over."""

    account: str
    fetch_id: int | None
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts against an account's ceiling: credits spent, and reserved by others."""

    spent: int
    reserved: int


def take(engine: Engine, claim: Claim, cost: int, now: datetime, held: Reservation | None = None) -> Reservation:
    """Reserve at least `cost` credits in place of what is held.

    Raises CreditsExhausted if the ceiling does not allow it (what was held is given back then too), Unavailable if the
    warehouse or the account's lock does not answer.
    """
    limit = claim.allowance.limit or 0
    with _locked(engine, claim.account) as connection:
        if held is not None:
            statements.run(connection, "credits/release", reservation_id=held.reservation_id)
        settle(connection, now, claim.account)
        standing = _standing(connection, claim, now)
        free = limit - standing.spent - standing.reserved
        if cost <= free:
            return _taken(connection, claim, cost, free, now)
        enough_at = _free_at(connection, claim, cost - free, now)
    raise _exhausted(claim, cost, standing, enough_at)


def give_back(engine: Engine, held: Reservation) -> None:
    """Give back what is left. Raises Unavailable if the warehouse does not answer; it is settled in an hour then."""
    with _answering(), engine.begin() as connection:
        statements.run(connection, "credits/release", reservation_id=held.reservation_id)


def settle(connection: Connection, now: datetime, account: str | None = None) -> int:
    """Count reservations without a sign of life as spent; how many there were. account: None for all."""
    ended = statements.run(connection, "credits/settle", before=now - SIGN_OF_LIFE, account=account)
    return int(ended.scalar_one())


def _standing(connection: Connection, claim: Claim, now: datetime) -> Standing:
    since = claim.allowance.since(now)
    row = statements.run(connection, "credits/standing", account=claim.account, since=since).one()
    return Standing(int(row.spent), int(row.reserved))


def _taken(connection: Connection, claim: Claim, cost: int, free: int, now: datetime) -> Reservation:
    """A block; near the ceiling a smaller one, so that several tasks can use up what is left."""
    whole = max(BLOCK, (claim.allowance.most or 0) // BLOCKS_A_DAY)
    block = cost if claim.fetch_id is None else max(cost, min(whole, free // 4))
    taken = statements.run(
        connection,
        "credits/take",
        account=claim.account,
        fetch_id=claim.fetch_id,
        work=claim.allowance.work.value,
        credits=block,
        now=now,
    )
    return Reservation(int(taken.scalar_one()), block, now + SIGN_OF_LIFE)


def _free_at(connection: Connection, claim: Claim, missing: int, now: datetime) -> datetime:
    """When enough is free: as calls stop counting; where these are not enough, when others' reservations end."""
    values = {"account": claim.account, "since": claim.allowance.since(now), "missing": missing}
    call_at = statements.run(connection, "credits/freed", **values).scalar()
    return now + SIGN_OF_LIFE if call_at is None else claim.allowance.free_at(call_at)


def _exhausted(claim: Claim, cost: int, standing: Standing, enough_at: datetime) -> CreditsExhausted:
    allowance = claim.allowance
    share = ""
    if SHARES[allowance.work] < SHARES[Work.IMPORT]:
        share = (
            f"; {allowance.work} stops at {SHARES[allowance.work]} % of them, {allowance.limit:,}, so that imports "
            "have the rest"
        )
    later = f"Enough is free again on {enough_at:%Y-%m-%d at %H:%M} UTC, or when others give back what they reserved"
    if cost > (allowance.limit or 0):
        later = "That is more than the ceiling ever allows"
    elif not standing.reserved:
        later = f"Enough is free again on {enough_at:%Y-%m-%d at %H:%M} UTC"
    return CreditsExhausted(
        f"Account {claim.account}: of {allowance.most:,} API credits a day ({allowance.in_words()}) {standing.spent:,} "
        f"are spent and {standing.reserved:,} reserved by others{share}. A call of {cost} was not sent (LIM-5). "
        f"{later}. The ceiling is `daily_credits` of accounts.{claim.account} in include/organisation.yaml; where that "
        "is absent, what Zoho documents for `edition` and `users`."
    )


@contextmanager
def _locked(engine: Engine, account: str) -> Iterator[Connection]:
    """A transaction in which nobody else reserves credits of the account."""
    # What others committed while this one waited must be seen after the wait.
    with _answering(), engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
        connection.execute(_LOCK_WAIT, {"milliseconds": str(LOCK_TIMEOUT_MS)})
        connection.execute(_LOCK, {"account": account})
        yield connection


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        kind = type(error).__name__
        raise Unavailable(f"The warehouse did not answer while API credits were reserved: {kind}.") from error
