"""The DAG of acts by hand: there whatever is wrong, one task, a typed form that lets no address through (OPS-9)."""

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import ParamValidationError

from contact_sync.core.admin import KEYS, Act
from contact_sync.operators.admin_form import NO_ADDRESS
from tests.dags.conftest import ADMIN, parsed

if TYPE_CHECKING:
    from tests.dags.conftest import Include


def given(**conf: Any) -> dict[str, Any]:
    """The form as Airflow checks it when somebody triggers a run with these values."""
    params = parsed(ADMIN).params
    params.update(conf)
    return dict(params.validate())


def test_one_act_a_run_one_after_the_other(include: "Include") -> None:
    """OPS-9: by hand only, on from the beginning, never tried again by itself."""
    dag = parsed(ADMIN)
    assert [(task.task_id, task.retries) for task in dag.tasks] == [("act", 0)]
    assert (dag.schedule, dag.max_active_runs, dag.is_paused_upon_creation) == (None, 1, False)
    assert dag.tags == {"contact-sync", "admin"}
    dag.validate()


def test_the_form_knows_every_act(include: "Include") -> None:
    """OPS-9: each with a label, all fields typed, syncs and accounts proposed."""
    include.write("nightly")
    params = parsed(ADMIN).params
    assert set(params) == set(KEYS)
    act = params.get_param("act").schema
    assert set(act["enum"]) == set(act["values_display"]) == {str(each) for each in Act}
    assert all(params.get_param(key).schema["type"] for key in KEYS)
    assert params.get_param("account").schema["examples"] == ["recruit_demo", "recruit_two"]


def test_the_form_can_be_stored(include: "Include") -> None:
    """OPS-9: Airflow writes the DAG down and reads it back with the same form."""
    from airflow.serialization.serialized_objects import DagSerialization

    stored = json.loads(json.dumps(DagSerialization.to_dict(parsed(ADMIN))))
    names = [name for name, _ in stored["dag"]["params"]]
    assert set(names) == set(KEYS)


@pytest.mark.parametrize(
    "conf",
    [
        {"people": "ann@example.org"},
        {"people": "12 ann"},
        {"reason": "ann@example.org asked"},
        {"reason": "   "},
        {"reason": None},
        {"sync": "ann@example.org"},
        {"list": "ann@example.org"},
        {"account": "ann@example.org"},
        {"act": "erase everybody"},
        {"number": 0},
        {"number": "ann@example.org"},
        {"sure": "yes"},
    ],
    ids=str,
)
def test_the_form_refuses_before_airflow_keeps_it(include: "Include", conf: dict[str, Any]) -> None:
    """OPS-6, OPS-9: an address never reaches Airflow's database; the error tells of the command line."""
    good = {"act": "suppress_blocked", "reason": "asked", "people": "12, 14"}
    assert given(**good)["people"] == "12, 14"
    with pytest.raises(ParamValidationError) as refused:
        given(**{**good, **conf})
    (key,) = conf
    assert f"Invalid input for param {key}" in str(refused.value)
    if "@" in str(conf[key]) and key != "number":
        assert NO_ADDRESS in re.sub(r"'\s*\n\s*'", "", str(refused.value))
