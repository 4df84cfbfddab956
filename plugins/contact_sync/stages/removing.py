"""The end of memberships by the options of a sync, and the guard before many end at once (ADV-1 to ADV-4, ADV-8).

Runs inside load, under the organisation's lock, after everything else of the fetch is written. What classification
decided is written to sync.removal first; the statements that end memberships go by those rows, so that a fetch, an
approval and options applied by hand end them in the very same way. Nobody is erased, no suppression is lifted.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from contact_sync.config.options import RemovalGuard
from contact_sync.config.resolved import ResolvedSync
from contact_sync.warehouse import statements
from contact_sync.warehouse.fetches import Fetch

APPLY = ("option/apply_list", "option/apply_every_list", "option/apply_organisation")
"""What carries out removals of state applied, by fetch_id or act_id; memberships end before people are deleted."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of a fetch's removals.

    applied, pending: memberships of its list that ended, or wait for a person's answer. deleted: records deleted at the
    source whose removal was carried out. rows: of contacts and memberships that changed.
    """

    applied: int = 0
    pending: int = 0
    deleted: int = 0
    rows: int = 0


def is_too_many(ending: int, members: int, guard: RemovalGuard) -> bool:
    """Whether a person is asked first: more memberships than the guard lets end, and a larger share of the list."""
    return ending > guard.memberships and ending > guard.share * members


def remove(connection: Connection, fetch: Fetch, settings: ResolvedSync) -> Removed:
    """Carry out the removals of the bound fetch, or leave all of them to a person's answer; write the ledger of records
    deleted at the source either way. What earlier fetches of the sync asked is answered by this one's question.
    """
    superseded = statements.run(connection, "option/supersede").rowcount
    weight = _weigh(connection, settings)
    state = "pending" if weight.pending else "applied"
    recorded = statements.run(connection, "option/record", state=state).rowcount
    rows = carry_out(connection, fetch_id=fetch.fetch_id) if recorded and not weight.pending else 0
    if weight.pending:
        statements.run(connection, "option/keep_news")
    statements.run(connection, "load/110_ledger_gone")
    if superseded:
        statements.run(connection, "option/tell_superseded")
        statements.run(connection, "option/still_waiting", sync_no=fetch.sync_no, fetch_id=fetch.fetch_id)
    deleted = 0 if weight.pending else _deletions(connection)
    return Removed(weight.applied, weight.pending, deleted, rows)


def carry_out(connection: Connection, *, fetch_id: int | None = None, act_id: int | None = None) -> int:
    """End what the removals of a fetch, or of an act, of state applied say; how many rows changed."""
    return sum(statements.run(connection, name, fetch_id=fetch_id, act_id=act_id).rowcount for name in APPLY)


def _weigh(connection: Connection, settings: ResolvedSync) -> Removed:
    found = statements.run(connection, "option/weigh").one()
    if is_too_many(found.ending, found.members, settings.options.guard):
        return Removed(pending=found.ending)
    return Removed(applied=found.ending)


def _deletions(connection: Connection) -> int:
    return int(statements.run(connection, "option/would_delete").scalar_one())
