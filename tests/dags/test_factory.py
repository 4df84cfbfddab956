"""What the DAG of a sync is made of, and that Airflow's database can hold it."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pendulum
import pytest
import yaml
from airflow.sdk.exceptions import ParamValidationError
from airflow.serialization.serialized_objects import DagSerialization

from contact_sync.core.choice import KEYS, check_conf
from contact_sync.dag_factory import build_dags
from contact_sync.operators.retry import SyncRetryPolicy
from contact_sync.timetables import OneTimeTimetable, PeriodicTimetable
from tests.airflow_home import PROJECT

if TYPE_CHECKING:
    from tests.dags.conftest import Include

STAGES = ["extract", "validate", "classify", "load", "push"]


def test_five_tasks_in_a_row(include: "Include") -> None:
    """OPS-4: extract → validate → classify → load → push, and nothing else."""
    dag = include.dag()
    assert [task.task_id for task in dag.topological_sort()] == STAGES
    edges = {(task.task_id, later) for task in dag.tasks for later in task.downstream_task_ids}
    assert edges == {
        ("extract", "validate"),
        ("validate", "classify"),
        ("classify", "load"),
        ("load", "push"),
    }
    assert {task.trigger_rule.value for task in dag.tasks} == {"all_success"}


def test_a_task_knows_nothing_but_the_sync_id(include: "Include") -> None:
    """OUT-16: no personal data and no secret in task attributes, templates or the serialised DAG."""
    dag = include.dag()
    for task in dag.tasks:
        assert task.template_fields == ()
        assert {name for name in vars(task) if "conn" in name or "secret" in name or "token" in name} == set()
        assert task.sync_id == "one"


def test_dag_settings(include: "Include") -> None:
    """OPS-10: one fetch of a sync at a time; no catch-up; shown with its own name, owner and tags."""
    dag = include.dag()
    assert (dag.dag_id, dag.dag_display_name, dag.description) == (
        "one",
        "All candidates",
        "Every candidate, every night.",
    )
    assert (dag.max_active_runs, dag.catchup, dag.owner) == (1, False, "talent-team")
    assert set(dag.tags) == {"contact-sync", "recruit_demo", "candidates"}
    assert {task.max_active_tis_per_dag for task in dag.tasks} == {1}


def test_what_a_file_may_leave_out(include: "Include") -> None:
    """SRC-0: owner, tags and description are optional."""
    dag = include.dag(owner=None, tags=None, description=None)
    assert dag.owner == "contact-sync"
    assert set(dag.tags) == {"contact-sync", "recruit_demo"}
    assert dag.description == "Candidates of recruit_demo into the mailing list Talent news."


@pytest.mark.parametrize(
    ("account", "pool"),
    [("recruit_demo", "recruit_demo"), ("recruit_two", "default_pool")],
    ids=["named", "none named"],
)
def test_tasks_that_call_zoho_take_a_slot_of_the_accounts_pool(include: "Include", account: str, pool: str) -> None:
    """LIM-5: the account's profile names the pool; without one nothing can wait for a pool that does not exist."""
    dag = include.dag(account=account)
    assert {task_id: dag.get_task(task_id).pool for task_id in STAGES} == {
        "extract": pool,
        "validate": "default_pool",
        "classify": "default_pool",
        "load": "default_pool",
        "push": pool,
    }


def test_every_pool_of_the_examples_is_made_for_local_use() -> None:
    """LIM-5: a task whose pool is missing stays scheduled for ever without a word."""
    settings = yaml.safe_load((PROJECT / "airflow_settings.yaml").read_text(encoding="utf-8"))["airflow"]
    made = {pool["pool_name"] for pool in settings["pools"] if pool["pool_slot"] > 0} | {"default_pool"}
    built = build_dags(PROJECT / "include")
    assert built.problems == []
    assert len(built.dags) >= 3
    assert {task.pool for dag in built.dags.values() for task in dag.tasks} <= made


def test_failures_are_tried_again_with_growing_pauses(include: "Include") -> None:
    """OPS-4: at least two retries, exponential back-off, a time-out, and the policy that reads our errors."""
    for task in include.dag().tasks:
        assert task.retries >= 2
        assert task.retry_exponential_backoff == 2.0
        assert task.max_retry_delay == timedelta(minutes=30)
        assert isinstance(task.retry_policy, SyncRetryPolicy)
        assert timedelta(minutes=30) <= task.execution_timeout <= timedelta(hours=6)


@pytest.mark.parametrize(
    ("schedule", "start", "first_window_ends"),
    [
        ({"frequency": "daily", "at": "02:00"}, "2026-11-17T02:00", "2026-11-18T02:00"),
        ({"frequency": "daily", "at": "00:00"}, "2026-11-18T00:00", "2026-11-19T00:00"),
        ({"frequency": "weekly", "weekday": "friday", "at": "06:00"}, "2026-11-13T06:00", "2026-11-20T06:00"),
        ({"frequency": "monthly", "day": 31, "at": "06:00"}, "2026-10-31T06:00", "2026-11-30T06:00"),
    ],
    ids=["daily", "daily at midnight", "weekly", "monthly"],
)
def test_the_first_run_comes_at_the_first_due_moment_after_creation(
    include: "Include", schedule: dict[str, object], start: str, first_window_ends: str
) -> None:
    """RET-1: not one period later, as a start date inside the first window would have it."""
    dag = include.dag(schedule=schedule)
    zone = "Europe/Berlin"
    assert isinstance(dag.timetable, PeriodicTimetable)
    assert dag.start_date == pendulum.parse(start, tz=zone)
    assert dag.timezone.name == zone
    assert dag.timetable._get_next(dag.start_date) == pendulum.parse(first_window_ends, tz=zone)


@pytest.mark.parametrize(
    ("schedule", "at"),
    [
        ({"frequency": "once"}, None),
        ({"frequency": "once", "date": "2026-12-24", "at": "18:00"}, datetime(2026, 12, 24, 17, tzinfo=UTC)),
    ],
    ids=["at once", "at its time"],
)
def test_a_one_time_sync_starts_when_it_was_created(
    include: "Include", schedule: dict[str, object], at: datetime | None
) -> None:
    """RET-1: so that a run by hand before the set time has tasks."""
    dag = include.dag(schedule=schedule)
    assert isinstance(dag.timetable, OneTimeTimetable)
    assert dag.timetable.at == at
    assert dag.start_date == pendulum.datetime(2026, 11, 18, tz="Europe/Berlin")


def test_the_form_offers_what_a_run_by_hand_may_choose(include: "Include") -> None:
    """RET-6: the form's keys are those that the window resolver knows, and its defaults choose nothing."""
    params = include.dag().params
    assert set(params) == set(KEYS)
    defaults = {key: params[key] for key in params}
    assert defaults == {"retrieve": "as_configured", "after": None, "push": "as_configured", "preview": False}
    assert check_conf(defaults) == check_conf({})
    for key in params:
        schema = params.get_param(key).schema
        assert schema["title"]
        assert params.get_param(key).description


@pytest.mark.parametrize(
    ("key", "value"),
    [("retrieve", "everything"), ("push", "yes"), ("after", "last week"), ("after", "2026-11-01"), ("after", 5)],
)
def test_the_form_refuses_bad_input(include: "Include", key: str, value: object) -> None:
    """RET-6: refused before a run exists, date-times too (which Airflow checks only with rfc3339-validator)."""
    param = include.dag().params.get_param(key)
    with pytest.raises(ParamValidationError):
        param.resolve(value)


@pytest.mark.parametrize("value", ["2026-11-01T00:00:00+01:00", "2026-11-05T00:00:00.000Z", None])
def test_the_form_takes_what_airflows_own_picker_sends(include: "Include", value: str | None) -> None:
    """RET-6: date, time and zone, or nothing."""
    assert include.dag().params.get_param("after").resolve(value) == value


def test_the_dag_survives_airflows_database(include: "Include") -> None:
    """LIM-4: what the scheduler reads back is what was built."""
    for schedule in ({"frequency": "once"}, {"frequency": "monthly", "day": 30, "at": "06:00"}):
        dag = include.dag(schedule=schedule)
        stored = DagSerialization.to_dict(dag)
        again = DagSerialization.from_dict(stored)
        assert again.timetable == dag.timetable
        assert sorted(again.task_ids) == sorted(STAGES)
        assert again.get_task("load").downstream_task_ids == {"push"}
        assert again.get_task("extract").pool == "recruit_demo"
        assert again.get_task("load").has_retry_policy
        assert again.has_on_failure_callback
        assert DagSerialization.to_dict(include.dag(schedule=schedule)) == stored  # or its version would rise for ever


def test_docs_tell_what_a_person_needs(include: "Include") -> None:
    """RET-4, RET-5: purpose, owner, source, list, schedule, window rule, runs by hand, backfill, history."""
    text = include.dag(
        mapping={"fields": {"years": {"source": "Experience_in_Years", "type": "integer", "required": True}}},
        retrieve={"after": "2026-11-01T00:00:00+01:00"},
    ).doc_md
    for part in (
        "# All candidates",
        "Every candidate, every night.",
        "| Owner | talent-team |",
        "Candidates of account `recruit_demo`, all records",
        "| Mailing list | Talent news |",
        "| Schedule | Daily at 02:00, Europe/Berlin |",
        "what changed after 2026-11-01T00:00:00+01:00",
        "Candidates who opened a campaign (on)",
        "| years | Experience_in_Years | integer, required |",
        "reaching back 10 minutes more",
        'airflow dags trigger one --conf \'{"retrieve": "after"',
        "airflow backfill create --dag-id one --from-date 2026-11-18 --to-date 2026-11-20",
        "contact-sync history one",
        "sync.import_history",
        "`include/syncs/one.yaml`",
    ):
        assert part in text, part


def test_docs_of_other_kinds(include: "Include") -> None:
    """RET-2, RET-5: the rule of the sync at hand, not of all."""
    once = include.dag(schedule={"frequency": "once"}, push=False).doc_md
    assert "It runs once" in once
    assert "cannot be backfilled" in once
    assert "turned off in this sync" in once
    whole = include.dag(each_fetch="all", list="Other", source={"scope": "view", "view": "A | b"}).doc_md
    assert "reads the whole scope" in whole
    assert "no switch of this account names this list" in whole
    assert "custom view “A \\| b”" in whole


def test_docs_of_criteria_and_reports(include: "Include") -> None:
    """SRC-4, SRC-6, MAP-1, RET-9: what is read, by which conditions, on which clock, and until when."""
    conditions = {
        1: {"field": "Accounts.Industry", "is": "in", "value": ["IT", "R | D"]},
        2: {"field": "Email", "is": "is_not_empty"},
    }
    criteria = include.dag(
        source={"module": "Contacts", "scope": "criteria", "criteria": {"conditions": conditions, "pattern": "2 or 1"}},
        active_until="2026-12-31",
    ).doc_md
    include.organisation(accounts={"hr": {"kind": "creator", "owner": "zylker", "timezone": "Asia/Kolkata"}})
    report = include.dag(account="hr", source={"application": "hr-portal", "report": "People"}).doc_md
    for text, parts in (
        (criteria, ("that meet the criteria `(2 or 1)`", "| 1 | Clients.Industry | in | IT, R \\| D |",
                    "| 2 | Email | is_not_empty |  |", "| Active until | 2026-12-31 |")),
        (report, ("report `People` of the Creator application `hr-portal` of zylker, account `hr`",
                  "its clock: Asia/Kolkata", "| Schedule | Daily at 02:00, Asia/Kolkata |",
                  "the source's only field of type e-mail",
                  "the source's name field, if it has one")),
    ):  # fmt: skip
        for part in parts:
            assert part in text, part
    assert "Criteria" not in report
    assert "Active until" not in report
