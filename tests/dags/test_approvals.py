"""The DAG of the guard's questions: there whatever is wrong with the syncs, started by an asset, cheap to parse."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contact_sync.operators.approvals import APPLY, WITHHOLD
from contact_sync.operators.assets import pending_removals_asset
from tests.airflow_home import PROJECT, environment
from tests.dags.conftest import APPROVALS
from tests.dags.test_housekeeping import HEAVY

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from tests.dags.conftest import Include

FILE = PROJECT / "dags" / f"{APPROVALS}.py"


def parsed() -> "DAG":
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(FILE)
    assert bag.import_errors == {}
    return bag.dags[APPROVALS]


def test_it_asks_by_itself_and_no_question_waits_for_another(include: "Include") -> None:
    """ADV-8: started by the asset alone, on as soon as Airflow sees it; questions of many syncs can be open at once."""
    dag = parsed()
    assert [task.task_id for task in dag.tasks] == ["find", "question.ask", "question.carry_out"]
    assert (dag.catchup, dag.max_active_runs, dag.is_paused_upon_creation) == (False, 100, False)
    assert list(dag.timetable.asset_condition.objects) == [pending_removals_asset()]
    assert dag.task_dict["question.carry_out"].upstream_task_ids == {"question.ask", "find"}


def test_the_question_has_two_answers_and_withholds_by_default(include: "Include") -> None:
    """ADV-8: what Airflow takes when the time runs out is the answer that removes nobody."""
    ask = parsed().task_dict["question.ask"]
    assert (ask.options, ask.defaults, ask.multiple) == ([APPLY, WITHHOLD], [WITHHOLD], False)


@pytest.mark.parametrize("broken", ["organisation", "sync"])
def test_it_is_there_whatever_is_broken(include: "Include", broken: str) -> None:
    """LIM-4, ADV-8: an open question can be answered while a file is broken."""
    if broken == "organisation":
        include.organisation(timezone="Europe/Berlln")
    else:
        include.write("nightly", schedule={"frequency": "dayly", "at": "02:00"})
    assert parsed().dag_id == APPROVALS


def test_parsing_imports_nothing_heavy(include: "Include", tmp_path: Path) -> None:
    """LIM-4: the DAG processor reads the file again and again."""
    script = (
        "import runpy, sys; import airflow.sdk; before = set(sys.modules)\n"
        f"runpy.run_path({str(FILE)!r})\n"
        f"print(sorted(name for name in set(sys.modules) - before if name.startswith({HEAVY!r})))\n"
    )
    env = {**os.environ, **environment(tmp_path), "CONTACT_SYNC_INCLUDE": str(include.folder)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
