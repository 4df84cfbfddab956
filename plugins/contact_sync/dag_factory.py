"""One sync becomes one Airflow DAG: extract → validate → classify → load → push.

Everything a DAG shows (schedule, tags, owner, form, documentation) comes from the sync's file. Parsing imports no
pandas, no Great Expectations and no provider hook, and writes nothing. A sync that cannot become a DAG is a problem
of that sync: the others are built all the same (LIM-4).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pendulum
from airflow.sdk import DAG, Param
from airflow.sdk.bases.timetable import BaseTimetable
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved import ResolvedSchedule, ResolvedSync
from contact_sync.core.alerting import GRACE
from contact_sync.core.choice import Push, Retrieve
from contact_sync.core.schedule import make_rule, previous_due, wall_moment
from contact_sync.dag_docs import document
from contact_sync.operators.abandoned import record_abandoned_run
from contact_sync.operators.alerts import tell_of_deadline
from contact_sync.operators.classify import ClassifyOperator
from contact_sync.operators.extract import ExtractOperator
from contact_sync.operators.load import LoadOperator
from contact_sync.operators.push import PushOperator
from contact_sync.operators.retry import SyncRetryPolicy
from contact_sync.operators.validate import ValidateOperator
from contact_sync.timetables import OneTimeTimetable, PeriodicTimetable

DEFAULT_OWNER = "contact-sync"
DEFAULT_POOL = "default_pool"
NEVER_LONGER_THAN = timedelta(minutes=30)
"""Longest pause between two tries; the first is Airflow's own setting core.default_task_retry_delay."""


@dataclass(slots=True)
class BuiltDags:
    """DAGs by id, and every reason why a sync has none, as text for people."""

    dags: dict[str, DAG] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def build_dags(folder: Path, only: str | None = None, task_id: str | None = None) -> BuiltDags:
    """The DAGs of the include folder.

    only: build this DAG alone (the one a worker needs). task_id: the task that a worker is about to run; its DAG is
    then built even if the sync's file broke or vanished meanwhile: a fetch under way follows what extract wrote down,
    and extract itself says clearly what is wrong with the file.
    """
    built = BuiltDags()
    files = load_syncs(folder, only)
    built.problems += [problem.render() for problem in files.problems]
    for sync in files.syncs.values():
        try:
            built.dags[sync.sync_id] = _checked(build_dag(sync))
        except Exception as error:  # whatever it is, it must stay this sync's own
            built.problems.append(f"{sync.file}: no DAG can be made of it: {type(error).__name__}: {error}")
    if only is not None and task_id is not None and only not in built.dags:
        built.dags[only] = _checked(_bare_dag(only))
    return built


class SyncDag(DAG):  # type: ignore[misc] # mypy is told to skip Airflow
    """Its `airflow dags test` works though it has a deadline, where Airflow 3.3.2 fails (apache/airflow#73428)."""

    def test(self, *arguments: Any, **options: Any) -> Any:
        """Run it here, without its deadline."""
        self.deadline = None
        return super().test(*arguments, **options)


def build_dag(sync: ResolvedSync) -> DAG:
    """The DAG of one sync; its id is the sync's."""
    timetable, start = _when(sync)
    dag = SyncDag(
        dag_id=sync.sync_id,
        dag_display_name=sync.name,
        description=sync.description or f"{sync.module} of {sync.account} into the mailing list {sync.list_name}.",
        doc_md=document(sync, timetable.description),
        schedule=timetable,
        start_date=start,
        catchup=False,
        max_active_runs=1,
        tags=sorted({"contact-sync", sync.account, *sync.tags}),
        default_args={"owner": sync.owner or DEFAULT_OWNER},
        on_failure_callback=record_abandoned_run,
        deadline=_deadline(),
        auto_register=False,
    )
    _add_tasks(dag, sync.sync_id, sync.pool or DEFAULT_POOL, sync.load_pool or DEFAULT_POOL)
    _add_form(dag)
    return dag


def _deadline() -> DeadlineAlert:
    """A scheduled run that is still under way then is a missed one; one that was never made, housekeeping finds.

    Counted from the logical date, which is when it was due: in Airflow 3.3.2 a run with a deadline that counts from its
    queueing cannot be cleared (apache/airflow pull request 70370).
    """
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_LOGICAL_DATE,
        interval=GRACE,
        callback=AsyncCallback(tell_of_deadline),
        name="No success two hours after it was due",
    )


def _bare_dag(sync_id: str) -> DAG:
    """The five tasks without a schedule, for a worker only; it never reaches Airflow's database."""
    dag = DAG(dag_id=sync_id, schedule=None, auto_register=False)
    _add_tasks(dag, sync_id, DEFAULT_POOL, DEFAULT_POOL)
    _add_form(dag)
    return dag


def _add_form(dag: DAG) -> None:
    """The trigger form, last of all: given to the constructor it would be copied into each task and checked against
    JSON Schema's own schema for each DAG, which takes longer than everything else. A run reads the DAG's form anyway.
    """
    dag.params.update(_form())


def _add_tasks(dag: DAG, sync_id: str, pool: str, load_pool: str) -> None:
    """The five tasks in a row. Those that call Zoho take a slot of the account's pool, loads queue in theirs."""
    common: dict[str, Any] = {"dag": dag, "sync_id": sync_id}
    extract = ExtractOperator(task_id="extract", pool=pool, **common, **_tries(3, timedelta(hours=6)))
    validate = ValidateOperator(task_id="validate", **common, **_tries(2, timedelta(hours=1)))
    classify = ClassifyOperator(task_id="classify", **common, **_tries(2, timedelta(hours=1)))
    load = LoadOperator(task_id="load", pool=load_pool, **common, **_tries(3, timedelta(hours=2)))
    push = PushOperator(task_id="push", pool=pool, **common, **_tries(3, timedelta(hours=3)))
    extract >> validate >> classify >> load >> push


def _tries(retries: int, timeout: timedelta) -> dict[str, Any]:
    """What a task does when it fails: permanent errors end it, others are tried again with growing pauses."""
    return {
        "retries": retries,
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": NEVER_LONGER_THAN,
        "retry_policy": SyncRetryPolicy(),
        "execution_timeout": timeout,
        # A backfill has its own limit of runs at once, so the DAG's does not keep two fetches of a sync apart.
        "max_active_tis_per_dag": 1,
    }


def _when(sync: ResolvedSync) -> tuple[BaseTimetable, datetime]:
    """The timetable and the start date in the sync's zone.

    A periodic sync starts at the last due moment before it was created: the first window is the one that holds the
    creation, so the first run comes at the next due moment and not a whole period later.
    """
    schedule = sync.schedule
    created = wall_moment(sync.created, datetime.min.time(), schedule.timezone)
    if schedule.frequency == "once":
        return OneTimeTimetable(schedule.once_at()), _in_zone(created, schedule)
    rule = make_rule(schedule.frequency, schedule.at or "00:00", schedule.timezone, schedule.weekday, schedule.day)
    just_after = created + timedelta(microseconds=1)
    return PeriodicTimetable(rule), _in_zone(previous_due(rule, just_after), schedule)


def _in_zone(moment: datetime, schedule: ResolvedSchedule) -> datetime:
    """The same moment with the schedule's zone, of the kind that Airflow can write down."""
    return pendulum.instance(moment.astimezone(UTC)).in_timezone(schedule.timezone)


def _form() -> dict[str, Param]:
    """The trigger form (RET-6). Airflow sends every default, so each has a word for "nothing chosen"."""
    section = "This run"
    return {
        "retrieve": Param(
            Retrieve.AS_CONFIGURED.value,
            type="string",
            enum=[choice.value for choice in Retrieve],
            values_display={
                "as_configured": "As configured: what changed since the last success",
                "all": "All data",
                "after": "What changed after the date and time below",
            },
            title="Data to retrieve",
            description="Up to the moment of the run: the logical date above does not matter. Reading records again "
            "doubles nothing.",
            section=section,
        ),
        "after": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="After",
            description="Only with “after the date and time below”; here in the time zone of this page, over the API "
            "with its zone, such as 2026-11-01T00:00:00+01:00.",
            section=section,
        ),
        "push": Param(
            Push.AS_CONFIGURED.value,
            type="string",
            enum=[choice.value for choice in Push],
            values_display={"as_configured": "As configured", "on": "On", "off": "Off"},
            title="Push to Recruit",
            description="Whether this run tells Recruit who opened or clicked campaigns, by the account's switches.",
            section=section,
        ),
        "preview": Param(
            False,
            type="boolean",
            title="Preview only",
            description="Reads and decides as usual, shows the counts in the history, and writes nothing.",
            section=section,
        ),
    }


def _checked(dag: DAG) -> DAG:
    """The DAG if Airflow will accept it; its own check after the import would harm the good ones too."""
    dag.validate()
    dag.check_cycle()
    return dag
