"""What the limits count: slots of active syncs, places of a day, initiations of a month (LIM-2).

Counts and writes; what a limit means for a run or an act is decided by contact_sync.stages.limits. Whoever takes a
slot or a place calls `hold` first, and after it takes no other row that somebody may hold: so nobody deadlocks, and
two that ask at once never get the last one both. Days are those of the organisation's time zone.
"""

from datetime import date as Day
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import Connection, text

Place = Literal["created", "initiated", "run"]
"""What takes a place of the day."""
Initiation = Literal["first_activation", "one_time_run", "initiate"]
"""What an initiation is: what the limit of the month counts by default."""

GONE_AFTER = timedelta(hours=24)
"""How long a sync whose file was removed is missing before it counts as deleted (LIM-3)."""


class Taker(NamedTuple):
    """A sync that has a place."""

    sync_no: int
    sync_id: str


def hold(connection: Connection) -> None:
    """Let nobody else take slots, places or initiations until the transaction ends."""
    connection.execute(_HOLD)


def holders(connection: Connection, now: datetime) -> list[str]:
    """The ids of the syncs that hold slots, in the order of their first registration."""
    return list(connection.execute(_HOLDERS, {"gone": now - GONE_AFTER}).scalars())


def takers_of_day(connection: Connection, day: Day) -> list[Taker]:
    """The syncs that have a place of the day, in the order in which they took them."""
    return [Taker(*row) for row in connection.execute(_OF_DAY, {"day": day})]


def takers_of_month(connection: Connection, day: Day) -> list[Taker]:
    """The syncs that had a place on any day of its month, each once."""
    return [Taker(*row) for row in connection.execute(_OF_MONTH, _month(day))]


def initiations_of_month(connection: Connection, day: Day) -> int:
    """How many initiations its month has seen."""
    return int(connection.execute(_INITIATIONS, _month(day)).scalar_one())


def next_month(day: Day) -> Day:
    """The 1st after it."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def take(connection: Connection, sync_no: int, day: Day, kind: Place, now: datetime) -> None:
    """Take a place of the day; a sync that has one keeps it."""
    connection.execute(_TAKE, {"day": day, "sync_no": sync_no, "kind": kind, "now": now})


def initiate(
    connection: Connection, sync_no: int, day: Day, kind: Initiation, now: datetime, fetch_id: int | None
) -> None:
    """Keep an initiation; without a fetch it waits for the run that carries it out."""
    values = {"sync_no": sync_no, "day": day, "kind": kind, "now": now, "fetch_id": fetch_id}
    connection.execute(_INITIATE, values)


def waits(connection: Connection, sync_no: int) -> bool:
    """Whether an initiation of the sync waits for the run that carries it out."""
    return bool(connection.execute(_WAITS, {"sync_no": sync_no}).scalar_one())


def was_initiated(connection: Connection, sync_no: int) -> bool:
    """Whether the sync has ever been initiated."""
    return bool(connection.execute(_WAS_INITIATED, {"sync_no": sync_no}).scalar_one())


def carry_out(connection: Connection, sync_no: int, fetch_id: int) -> None:
    """The fetch carries out whatever initiation waits."""
    connection.execute(_CARRY_OUT, {"sync_no": sync_no, "fetch_id": fetch_id})


def _month(day: Day) -> dict[str, Day]:
    return {"first": day.replace(day=1), "next": next_month(day)}


_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended('contact_sync.limits', 0))")
_HOLDERS = text(
    "SELECT sync_id FROM sync.sync WHERE state = 'active' AND (missing_since IS NULL OR missing_since > :gone) "
    "ORDER BY registered_at, sync_no"
)
_OF_DAY = text(
    "SELECT sync_no, sync_id FROM sync.place JOIN sync.sync USING (sync_no) WHERE day = :day ORDER BY taken_at, sync_no"
)
_OF_MONTH = text(
    "SELECT sync_no, sync_id FROM sync.place JOIN sync.sync USING (sync_no) WHERE day >= :first AND day < :next "
    "GROUP BY sync_no, sync_id ORDER BY min(taken_at), sync_no"
)
_INITIATIONS = text("SELECT count(*) FROM sync.initiation WHERE day >= :first AND day < :next")
_TAKE = text(
    "INSERT INTO sync.place (day, sync_no, kind, taken_at) VALUES (:day, :sync_no, :kind, :now) ON CONFLICT DO NOTHING"
)
_INITIATE = text(
    "INSERT INTO sync.initiation (sync_no, kind, day, initiated_at, fetch_id) "
    "VALUES (:sync_no, :kind, :day, :now, :fetch_id)"
)
_WAITS = text("SELECT EXISTS (SELECT FROM sync.initiation WHERE sync_no = :sync_no AND fetch_id IS NULL)")
_WAS_INITIATED = text("SELECT EXISTS (SELECT FROM sync.initiation WHERE sync_no = :sync_no)")
_CARRY_OUT = text("UPDATE sync.initiation SET fetch_id = :fetch_id WHERE sync_no = :sync_no AND fetch_id IS NULL")
