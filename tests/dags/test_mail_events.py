"""The DAG that imports events: there whatever is wrong with the syncs, by hand only, a typed form."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import ParamValidationError

from contact_sync.core.event_request import KEYS
from contact_sync.operators.retry import SyncRetryPolicy
from contact_sync.run_notes import TELLING
from tests.dags.conftest import MAIL_EVENTS, parsed

if TYPE_CHECKING:
    from tests.dags.conftest import Include


def test_one_task_when_somebody_asks(include: "Include") -> None:
    """CAMP-1: no schedule, one run at a time, on from the beginning; only what may pass is tried again."""
    dag = parsed(MAIL_EVENTS)
    assert [(task.task_id, task.retries, task.retry_policy) for task in dag.tasks] == [
        ("import_events", 2, SyncRetryPolicy())
    ]
    assert (dag.schedule, dag.max_active_runs, dag.is_paused_upon_creation) == (None, 1, False)
    assert dag.tags == {"contact-sync", "campaigns"}
    assert MAIL_EVENTS in TELLING
    dag.validate()


def test_the_form_can_be_stored(include: "Include") -> None:
    """CAMP-1: Airflow writes the DAG down and reads it back with the same form."""
    from airflow.serialization.serialized_objects import DagSerialization

    stored = json.loads(json.dumps(DagSerialization.to_dict(parsed(MAIL_EVENTS))))
    assert {name for name, _ in stored["dag"]["params"]} == set(KEYS)


@pytest.mark.parametrize("conf", [{"kind": "response"}, {"dry_run": "yes"}, {"path": 7}], ids=str)
def test_the_form_refuses_what_cannot_be_meant(include: "Include", conf: dict[str, Any]) -> None:
    """CAMP-1: before the run begins."""
    params = parsed(MAIL_EVENTS).params
    params.update({"path": ["a.csv", "b.csv"], "kind": "sends"})
    assert dict(params.validate())["path"] == ["a.csv", "b.csv"]
    with pytest.raises(ParamValidationError):
        params.update(conf)
