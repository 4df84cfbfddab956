"""Every task of every DAG in a process, a working folder, a temporary folder and an empty home of its own.

So CeleryExecutor and KubernetesExecutor run them, on whatever machine has room: nothing may go from one to the next but
by the warehouse and Airflow. The same story is told twice, by Airflow's LocalExecutor and with everything apart, and
leaves the same.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import text

from include.local.rest import Run
from tests.integration.conftest import BY_HAND, by_hand
from tests.integration.test_approvals import asked, respond
from tests.integration.test_pushes import DAG as PUSHES
from tests.integration.test_pushes import LIST, PEOPLE, WHO
from tests.integration.whole import HOUSEKEEPING, Whole, started, until
from tests.long.apart_executor import PLACE
from tests.stages.snapshot import differences, snapshot

ADMIN, APPROVALS, EVENTS = "contact_sync_admin", "contact_sync_approvals", "mail_events_import"
APART = "tests.long.apart_executor.ApartExecutor"
OF_A_RUN = {"run_id", "asked_by_run", "push_id"}
"""Names and numbers that two runs that did the same do not share; nor do they any moment."""

Standing = dict[str, Counter[tuple[Any, ...]]]
"""What a warehouse holds, comparable."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """The whole product with one sync, read by bulk jobs, which asks before more than two people leave."""
    settings = {**by_hand(), "options": {"deleted": "remove_from_list", "guard": {"memberships": 2, "share": 0}}}
    folder = tmp_path_factory.mktemp("apart")
    with started(folder, {BY_HAND: settings}) as running:
        running.api.pause(BY_HAND, False)
        path = running.include / "organisation.yaml"
        organisation = yaml.safe_load(path.read_text(encoding="utf-8"))
        organisation["policies"]["bulk_from"] = 2000
        organisation["accounts"]["recruit_demo"]["push"]["candidates"]["clicked"] = {"list": LIST}
        path.write_text(yaml.safe_dump(organisation, sort_keys=False), encoding="utf-8")
        until(lambda: {PUSHES, ADMIN, APPROVALS, EVENTS} <= running.api.dags().keys(), "Airflow has read all DAGs")
        yield running


class Story:
    """What a sync, its approvals, pushes, events, acts and housekeeping do, one after the other."""

    def __init__(self, whole: Whole, folder: Path) -> None:
        self.whole = whole
        self.folder = folder
        self.runs: list[Run] = []

    def play(self) -> Standing:
        """Play it in a warehouse as it was before; what that holds then."""
        whole = self.whole
        whole.begin_anew()
        with whole.warehouse.transaction() as connection:
            connection.execute(text(PEOPLE), {"list": LIST, "who": WHO})
        self.run(BY_HAND)
        people = self.members()
        self.run(EVENTS, conf={"path": str(self.events()), "kind": None})
        self.run(PUSHES)
        self.run(ADMIN, conf={"act": "suppress_registry", "people": str(people[0]["contact_id"]), "reason": "asked"})
        leaving = [row["record_id"] for row in people[-3:]]
        whole.control("POST", "records/Candidates/delete", {"ids": leaving, "type": "recycle"})
        known = {run.run_id for run in whole.api.runs(APPROVALS)}
        self.run(BY_HAND)
        self.answer(until(lambda: self.asking(known), "somebody is asked"))
        self.run(HOUSEKEEPING)
        return standing(whole)

    def run(self, dag_id: str, **body: Any) -> Run:
        """A run by hand, which succeeds."""
        self.whole.api.pause(dag_id, False)
        done = self.whole.finish(self.whole.api.start(dag_id, **body), 300)
        assert done.state == "success", self.whole.explain(done)
        self.whole.api.pause(dag_id, True)
        self.runs.append(done)
        return done

    def events(self) -> Path:
        """A file of a mailer: its campaign, and one who complains."""
        path = self.folder / "events.jsonl"
        told = {"type": "response", "campaign_id": "apart", "happened_at": "2026-11-01T10:00:00Z"}
        rows = [
            {"type": "campaign", "campaign_id": "apart", "name": "News", "kind": "follow_up", "lists": [LIST]},
            {**told, "email": WHO, "response": "opened"},
            {**told, "email": "nobody.here@example.org", "response": "complaint"},
        ]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    def members(self) -> list[dict[str, Any]]:
        """The people of the sync's list, with their record ids."""
        return self.whole.rows(
            "SELECT contact_id, link.record_id FROM contacts.membership AS member "
            "JOIN contacts.mailing_list AS list USING (list_id) JOIN contacts.source_link AS link USING (contact_id) "
            "WHERE list.name = :list AND member.status = 'subscribed' ORDER BY link.record_id",
            list=by_hand()["list"],
        )

    def asking(self, known: set[str]) -> Run | None:
        """The run of the approvals that came up since."""
        return next((run for run in self.whole.api.runs(APPROVALS) if run.run_id not in known), None)

    def answer(self, question: Run) -> None:
        """Let them go."""
        asked(self.whole, question)
        self.runs.append(respond(self.whole, question, "Apply", "They left the trade."))


def standing(whole: Whole) -> Standing:
    """Everything in the warehouse but what was asked of Zoho, without moments."""
    found: Standing = {}
    for name, rows in snapshot(whole.warehouse).items():
        found[name] = Counter()
        for row, count in rows.items():
            if name == "sync.push_run" and ("pushed", "0") in row:  # it is also made every hour, with nothing to do
                continue
            kept = (pair for pair in row if pair[0] not in OF_A_RUN and not pair[1].startswith("datetime.datetime("))
            found[name][tuple(kept)] += count
    return found


def executed_apart(whole: Whole, place: Path) -> None:
    """From now on the scheduler is another one, which keeps everything apart."""
    place.mkdir()
    logs = str(whole.services.state.airflow / "logs")
    # Logs of the tasks as a remote store has them: where the API server reads them, wherever the task ran.
    own = {"AIRFLOW__CORE__EXECUTOR": APART, "AIRFLOW__LOGGING__BASE_LOG_FOLDER": logs, PLACE: str(place)}
    whole.services.env |= own
    whole.kill("scheduler")
    whole.start("scheduler")


def all_that_ran(whole: Whole, runs: list[Run]) -> set[tuple[str, str, str]]:
    """DAG, run and task of every task that was not skipped."""
    return {
        (run.dag_id, run.run_id, name)
        for run in runs
        for name, task in whole.api.tasks(run).items()
        if task["state"] == "success"
    }


def written_down(place: Path, ran: set[tuple[str, str, str]]) -> list[dict[str, Any]] | None:
    """What the executor wrote down, once that holds all that ran."""
    told = [json.loads(line) for line in (place / "tasks.jsonl").read_text(encoding="utf-8").splitlines()]
    return told if ran <= {(each["dag"], each["run"], each["task"]) for each in told} else None


@pytest.mark.timeout(1500)
def test_no_task_needs_what_another_left_on_its_machine(whole: Whole, tmp_path: Path) -> None:
    """OPS-4: every task had a process and folders of its own, left nothing in them, and the end is the same."""
    together = Story(whole, tmp_path).play()
    place = tmp_path / "apart"
    executed_apart(whole, place)
    story = Story(whole, tmp_path)
    apart = story.play()

    ran = all_that_ran(whole, story.runs)
    told = until(lambda: written_down(place, ran), "the last process has ended, too")
    assert {each["task"] for each in told} == {
        "extract", "validate", "classify", "load", "push", "import_events", "act", "find", "question.ask",
        "question.carry_out", "housekeeping", "alerts",
    }  # fmt: skip
    left = {each["task"]: each["left"] for each in told if any(each["left"].values())}
    assert left == {}
    assert len({each["pid"] for each in told}) == len(told)
    assert differences(together, apart) == {}
