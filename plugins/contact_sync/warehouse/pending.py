"""Removals that wait for a person's answer: what is asked, whether it still holds, and the answer (ADV-8).

The removals of one fetch are one question. Here are only the statements; contact_sync.stages.approving holds the
organisation while it decides. People appear as contact ids, never by address or name.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from contact_sync.warehouse import statements


class Why(NamedTuple):
    """How many people would leave for a reason, and how far: list or organisation."""

    reason: str
    reach: str
    people: int


class Waiting(NamedTuple):
    """One person who would leave. status: of their membership in the list, as it is now."""

    contact_id: int
    record_id: str
    reason: str
    reach: str
    status: str


class Became(NamedTuple):
    """What became of removals of a batch, by whom and when."""

    state: str
    decided_by: str
    decided_at: datetime
    people: int


class Approved(NamedTuple):
    """What an approval did: how many people left and how many were dropped, and memberships of the list that ended."""

    list_name: str
    people: int
    dropped: int
    memberships: int


@dataclass(frozen=True, slots=True)
class Batch:
    """The pending removals of one fetch.

    people: who would leave; ending: memberships of the list that would end; members: of the list now.
    approval_timeout: hours. asked_by_run, asked_until: the question in Airflow, if there was one.
    """

    fetch_id: int
    sync_no: int
    sync_id: str
    sync_name: str
    sync_state: str
    dag_id: str
    run_id: str
    list_id: int
    list_name: str
    started_at: datetime
    asked_by_run: str | None
    asked_until: datetime | None
    people: int
    ending: int
    members: int
    guard_memberships: int
    guard_share: float
    approval_timeout: int

    def is_asked(self, now: datetime, run_id: str | None = None) -> bool:
        """Whether the question of another run than this one is open."""
        return self.asked_until is not None and self.asked_until > now and self.asked_by_run != run_id


def batches(connection: Connection, *, sync_id: str | None = None, fetch_id: int | None = None) -> list[Batch]:
    """What waits, the oldest first; of one sync or one fetch if given. A sync has one at most."""
    rows = statements.run(connection, "approval/batches", sync_id=sync_id, fetch_id=fetch_id).mappings()
    return [Batch(**row) for row in rows]


def reasons(connection: Connection, fetch_id: int) -> list[Why]:
    """Why people of a batch would leave; the most people first."""
    rows = statements.run(connection, "approval/reasons", fetch_id=fetch_id).mappings()
    return [Why(**row) for row in rows]


def people(connection: Connection, fetch_id: int) -> list[Waiting]:
    """Who would leave, by contact id."""
    rows = statements.run(connection, "approval/people", fetch_id=fetch_id).mappings()
    return [Waiting(**row) for row in rows]


def became(connection: Connection, fetch_id: int) -> list[Became]:
    """What became of those removals of a batch that wait no more."""
    rows = statements.run(connection, "approval/became", fetch_id=fetch_id).mappings()
    return [Became(**row) for row in rows]


def approved_by(connection: Connection, fetch_id: int, who: str) -> Approved | None:
    """What this person's approval of a batch did; None if they have not approved it."""
    row = statements.run(connection, "approval/answered", fetch_id=fetch_id, who=who).mappings().one_or_none()
    return None if row is None else Approved(**row)


def claim(connection: Connection, fetch_id: int, run_id: str, now: datetime, until: datetime) -> bool:
    """Let this run ask about a batch until a moment; False if the question of another run is open."""
    values = {"fetch_id": fetch_id, "run_id": run_id, "now": now, "until": until}
    return statements.run(connection, "approval/claim", **values).rowcount == 1


def drop_what_no_longer_holds(connection: Connection, fetch_id: int, who: str) -> int:
    """Check a batch again: an answer is a ceiling. How many people are not removed, because they came back."""
    statements.run(connection, "approval/narrow", fetch_id=fetch_id)
    return statements.run(connection, "approval/drop", fetch_id=fetch_id, who=who).rowcount


def ending(connection: Connection, fetch_id: int) -> int:
    """How many memberships of its list a batch would end now."""
    return int(statements.run(connection, "approval/ending", fetch_id=fetch_id).scalar_one())


def decide(connection: Connection, fetch_id: int, state: str, who: str) -> int:
    """Write the answer, applied or withheld, to what still waits of a batch; how many people it concerns."""
    people = statements.run(connection, "approval/decide", fetch_id=fetch_id, state=state, who=who).rowcount
    statements.run(connection, "approval/deal_with_flags", fetch_id=fetch_id)
    return people


def close(connection: Connection, fetch_id: int, ended: int) -> None:
    """Let ledger and counters tell the answer. ended: memberships of the list that it ended."""
    statements.run(connection, "approval/told", fetch_id=fetch_id)
    statements.run(connection, "approval/close", fetch_id=fetch_id, ended=ended)


def sync_of(connection: Connection, fetch_id: int) -> str:
    """The id of the sync of a fetch."""
    return str(connection.execute(_SYNC_OF, {"fetch_id": fetch_id}).scalar_one())


_SYNC_OF = text("SELECT sync_id FROM sync.fetch JOIN sync.sync USING (sync_no) WHERE fetch_id = :fetch_id")
