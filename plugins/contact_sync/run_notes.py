"""The note of a run says why it was skipped and what to do (OPS-1), or what an act, an approval or a preview has done.

A task cannot write the note of its run, so extract leaves reason and remedy in an XCom, tasks that act for a person
and the load of a preview leave a sentence, and this listener, which Airflow calls in the scheduler when a run has
ended, writes them into the note. It works in the scheduler's own session, because the run's row is locked there; it
asks Airflow's database only, and never raises. What a person has written into the note stays.
"""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl

from contact_sync.operators.run_info import SKIP_KEY, TOLD_KEY

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)
SKIPPED, DONE = "Skipped: ", "Done: "
TELLING = frozenset({"contact_sync_admin", "contact_sync_approvals", "mail_events_import"})
"""DAGs whose tasks tell what they did, or why there was nothing to do."""
LONGEST = 1000
"""Characters that Airflow keeps of a note."""


@hookimpl  # type: ignore[untyped-decorator] # mypy is told to skip Airflow
def on_dag_run_success(dag_run: "DagRun", msg: str) -> None:
    """A run whose tasks were all skipped has ended as success."""
    write_note(dag_run)


@hookimpl  # type: ignore[untyped-decorator] # mypy is told to skip Airflow
def on_dag_run_failed(dag_run: "DagRun", msg: str) -> None:
    """A run that was cleared after a skip may end otherwise; its note must not tell of the skip any longer."""
    write_note(dag_run)


def write_note(dag_run: "DagRun") -> None:
    """Bring the note of one of our runs up to date; runs of other DAGs are left alone. Never raises."""
    try:
        from sqlalchemy.orm import object_session

        session = object_session(dag_run)
        if session is None:
            return
        if dag_run.dag_id in TELLING:
            told = _told(dag_run, session)
        elif (state := _state_of_extract(dag_run, session)) is not None:
            told = _told(dag_run, session, "extract" if state == "skipped" else "load")
        else:
            return
        before = dag_run.note
        after = merged(before, told)
        if after != (before or ""):
            dag_run.note = after
    except Exception as error:  # a note is never worth a scheduler
        log.warning("The note of run %s could not be written: %s.", dag_run.run_id, type(error).__name__)


def merged(note: str | None, told: Sequence[str]) -> str:
    """The note with what the run tells in its last lines, in place of what it told before."""
    lines = [line for line in (note or "").splitlines() if not line.startswith((SKIPPED, DONE))]
    for each in told:
        line = " ".join(each.split())
        lines.append(line[: max(0, LONGEST - sum(len(before) + 1 for before in lines))])
    return "\n".join(lines).strip()


def _state_of_extract(dag_run: "DagRun", session: "Session") -> str | None:
    """The state of the run's extract task; None if it has none and so is no run of a sync."""
    from airflow.models.taskinstance import TaskInstance
    from sqlalchemy import select

    return session.scalar(
        select(TaskInstance.state).where(
            TaskInstance.dag_id == dag_run.dag_id,
            TaskInstance.run_id == dag_run.run_id,
            TaskInstance.task_id == "extract",
            TaskInstance.operator == "ExtractOperator",
        )
    )


def _told(dag_run: "DagRun", session: "Session", task_id: str | None = None) -> list[str]:
    """What the run's tasks, or one of them, left for the note: done, or skipped with reason and remedy."""
    from airflow.models.xcom import XComModel
    from sqlalchemy import select

    query = select(XComModel).where(
        XComModel.dag_id == dag_run.dag_id,
        XComModel.run_id == dag_run.run_id,
        XComModel.key.in_((SKIP_KEY, TOLD_KEY)),
    )
    if task_id is not None:
        query = query.where(XComModel.task_id == task_id)
    return [
        _line(found.key, XComModel.deserialize_value(found))
        for found in session.scalars(query.order_by(XComModel.map_index, XComModel.timestamp))
    ]


def _line(key: str, value: Any) -> str:
    """One line of a note, from the XCom of that key."""
    if key == TOLD_KEY:
        return f"{DONE}{value}"
    return f"{SKIPPED}{value['reason']}. {value['remedy']}"
