"""The DAG of the guard's questions: there whatever is wrong with the syncs, started by an asset, cheap to parse."""

from typing import TYPE_CHECKING

from contact_sync.operators.approvals import APPLY, WITHHOLD
from contact_sync.operators.assets import pending_removals_asset
from tests.dags.conftest import APPROVALS, parsed

if TYPE_CHECKING:
    from tests.dags.conftest import Include


def test_it_asks_by_itself_and_no_question_waits_for_another(include: "Include") -> None:
    """ADV-8: started by the asset alone, on as soon as Airflow sees it; questions of many syncs can be open at once."""
    dag = parsed(APPROVALS)
    assert [task.task_id for task in dag.tasks] == ["find", "question.ask", "question.carry_out"]
    assert (dag.catchup, dag.max_active_runs, dag.is_paused_upon_creation) == (False, 100, False)
    assert list(dag.timetable.asset_condition.objects) == [pending_removals_asset()]
    assert dag.task_dict["question.carry_out"].upstream_task_ids == {"question.ask", "find"}


def test_the_question_has_two_answers_and_withholds_by_default(include: "Include") -> None:
    """ADV-8: what Airflow takes when the time runs out is the answer that removes nobody."""
    ask = parsed(APPROVALS).task_dict["question.ask"]
    assert (ask.options, ask.defaults, ask.multiple) == ([APPLY, WITHHOLD], [WITHHOLD], False)
