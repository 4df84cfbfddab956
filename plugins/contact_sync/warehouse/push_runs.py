"""Runs that push for an account what no sync's push task carries out, with how they ended (PUSH-0)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, text


def begin(connection: Connection, account: str, dag_id: str, run_id: str, now: datetime) -> int:
    """The number of the run; a second try of it goes on with the same."""
    values = {"account": account, "dag_id": dag_id, "run_id": run_id, "now": now}
    return int(connection.execute(_BEGIN, values).scalar_one())


def end(
    connection: Connection, push_run_no: int, status: str, warnings: Sequence[str], pushed: int, not_pushed: int
) -> None:
    """Write how the run ended. pushed, not_pushed: people of this try; those of a killed one are in the ledger."""
    values = {"status": status, "warnings": list(warnings), "pushed": pushed, "not_pushed": not_pushed}
    connection.execute(_END, {**values, "push_run_no": push_run_no})


def list_ids(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """The lists of these names, as far as the warehouse knows them."""
    return {row.name: row.list_id for row in connection.execute(_LISTS, {"names": list(names)})}


_BEGIN = text(
    "INSERT INTO sync.push_run (account, dag_id, run_id, started_at) VALUES (:account, :dag_id, :run_id, :now) "
    "ON CONFLICT (dag_id, run_id) DO UPDATE SET status = 'running', finished_at = NULL, warnings = '{}' "
    "RETURNING push_run_no"
)
_END = text(
    "UPDATE sync.push_run SET finished_at = now(), status = :status, warnings = CAST(:warnings AS text[]), "
    "pushed = coalesce(pushed, 0) + :pushed, not_pushed = :not_pushed WHERE push_run_no = :push_run_no"
)
_LISTS = text("SELECT name, list_id FROM contacts.mailing_list WHERE name = ANY(CAST(:names AS text[]))")
