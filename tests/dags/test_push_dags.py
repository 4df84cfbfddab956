"""The DAGs push_<account>: for switches whose list no sync feeds, and for nothing else (PUSH-0)."""

from typing import TYPE_CHECKING, Any

import pytest
from airflow.serialization.serialized_objects import DagSerialization

import tests.airflow_home
from contact_sync.config.loader import check_sync_id
from contact_sync.push_dags import build_push_dags

if TYPE_CHECKING:
    from tests.dags.conftest import Include


def elsewhere() -> dict[str, Any]:
    return {"list": "Web news"}


def with_switches(include: "Include", **modules: Any) -> None:
    include.organisation(
        accounts={
            "recruit_demo": {"kind": "recruit", "pool": "recruit_demo", "push": modules},
            "recruit_two": {"kind": "recruit"},
        }
    )


def test_no_dag_where_a_sync_feeds_the_list(include: "Include") -> None:
    """PUSH-0: then the push task of the sync carries it out."""
    include.write("nightly")
    assert build_push_dags(include.folder) == {}


def test_a_dag_for_lists_that_no_sync_feeds(include: "Include") -> None:
    """PUSH-0: one task in the account's pool, one run at a time; its page names the switches; Airflow can store it."""
    include.write("nightly")
    with_switches(
        include,
        candidates={"opened": {"list": "Talent news"}, "clicked": elsewhere()},
        contacts={"opened": elsewhere()},
    )
    (dag,) = build_push_dags(include.folder).values()
    (task,) = dag.tasks
    assert (dag.dag_id, dag.max_active_runs, dag.catchup) == ("push_recruit_demo", 1, False)
    assert (task.task_id, task.pool, task.account, task.template_fields) == ("push", "recruit_demo", "recruit_demo", ())
    assert "- **Candidates, clicked**: list `Web news`" in dag.doc_md
    assert "- **Contacts, opened**: list `Web news`" in dag.doc_md
    assert "Talent news" not in dag.doc_md
    dag.validate()
    assert DagSerialization.from_dict(DagSerialization.to_dict(dag)).dag_id == dag.dag_id


def test_a_dag_for_campaigns(include: "Include") -> None:
    """PUSH-0, CAMP-2: of lists that no sync feeds, and where Recruit's own are to be read; not where a sync does it."""
    include.write("nightly")

    def documents(**campaigns: Any) -> list[str]:
        include.organisation(accounts={"recruit_demo": {"kind": "recruit", "campaigns": campaigns}})
        return [dag.doc_md for dag in build_push_dags(include.folder).values()]

    assert documents(lists=["Talent news"], create=True) == []
    (document,) = documents(lists=["Talent news", "Web news"], create=True)
    assert "- **campaigns and member statuses**: list `Web news`" in document
    (document,) = documents(read=True)
    assert "- **Recruit's own campaigns**: read once a day" in document


def test_the_file_holds_them_and_broken_files_harm_none(include: "Include") -> None:
    """PUSH-0, LIM-4: parsed as Airflow does, beside a sync that is broken."""
    from airflow.dag_processing.dagbag import DagBag

    include.text("broken", "name: [")
    with_switches(include, candidates={"opened": elsewhere()})
    bag = DagBag(tests.airflow_home.PROJECT / "dags" / "contact_sync_pushes.py")
    assert (set(bag.dags), bag.import_errors) == ({"push_recruit_demo"}, {})


def test_a_worker_builds_the_task_whatever_became_of_the_file(include: "Include") -> None:
    """LIM-4: the task itself then says that there is nothing to push."""
    assert set(build_push_dags(include.folder, "push_recruit_demo", "push")) == {"push_recruit_demo"}
    assert build_push_dags(include.folder, "nightly", "load") == {}


@pytest.mark.parametrize("name", ["push_recruit_demo", "push_x"])
def test_no_sync_may_have_such_a_name(name: str) -> None:
    """PUSH-0: two DAGs of one id would replace each other."""
    assert "kept for DAGs of this package" in (check_sync_id(name) or "")
