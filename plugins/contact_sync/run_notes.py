"""The note of a skipped run says why it was skipped and what to do (OPS-1).

A task cannot write the note of its run, so extract leaves reason and remedy in an XCom, and this listener, which
Airflow calls in the scheduler when a run has ended, writes them into the note. It works in the scheduler's own
session, because the run's row is locked there; it asks Airflow's database only, and never raises. What a person
has written into the note stays.
"""

import logging
from typing import TYPE_CHECKING

from airflow.listeners import hookimpl

from contact_sync.operators.run_info import SKIP_KEY

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)
BEGINNING = "Skipped: "
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
    """Bring the note of a sync's run up to date; runs of other DAGs are left alone. Never raises."""
    try:
        from sqlalchemy.orm import object_session

        session = object_session(dag_run)
        if session is None:
            return
        state = _state_of_extract(dag_run, session)
        if state is None:
            return
        before = dag_run.note
        after = merged(before, _told(dag_run, session) if state == "skipped" else None)
        if after != (before or ""):
            dag_run.note = after
    except Exception as error:  # a note is never worth a scheduler
        log.warning("The note of run %s could not be written: %s.", dag_run.run_id, type(error).__name__)


def merged(note: str | None, told: str | None) -> str:
    """The note with what a skip tells in its last line, in place of what an earlier skip told."""
    lines = [line for line in (note or "").splitlines() if not line.startswith(BEGINNING)]
    if told:
        line = BEGINNING + " ".join(told.split())
        lines.append(line[: max(0, LONGEST - sum(len(each) + 1 for each in lines))])
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


def _told(dag_run: "DagRun", session: "Session") -> str | None:
    """Reason and remedy as extract left them."""
    from airflow.models.xcom import XComModel
    from sqlalchemy import select

    found = session.scalar(
        select(XComModel).where(
            XComModel.dag_id == dag_run.dag_id,
            XComModel.run_id == dag_run.run_id,
            XComModel.task_id == "extract",
            XComModel.key == SKIP_KEY,
        )
    )
    if found is None:
        return None
    skip = XComModel.deserialize_value(found)
    return f"{skip['reason']}. {skip['remedy']}"
