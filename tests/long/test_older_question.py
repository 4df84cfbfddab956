"""An older question of the mass-removal guard in a running Airflow, and one whose time runs out.

As tests/integration/test_approvals.py, whose sync and words these are; four runs and three questions take too long for
make test.
"""

from include.local.airflow import ADMIN
from tests.integration.conftest import whole  # noqa: F401 - the fixture
from tests.integration.test_approvals import (
    LEAVING,
    acts,
    asked,
    delete_at_source,
    leaving,  # noqa: F401 - the fixture
    let_time_run_out,
    members,
    next_run,
    note,
    respond,
)
from tests.integration.whole import Whole


def test_an_older_question_gives_way_and_time_runs_out(whole: Whole, leaving: list[str]) -> None:  # noqa: F811
    """ADV-8: the next daily run comes while a question is open: the older answer does nothing and names the newer;
    when that one's time is over everybody stays, the next run asks again, and withheld is withheld.
    """
    stay = [row["record_id"] for row in members(whole)]
    done = len(acts(whole))
    delete_at_source(whole, stay[:3])
    older_run, older = next_run(whole, waiting=3)
    asked(whole, older)
    delete_at_source(whole, stay[3:4])
    newer_run, newer = next_run(whole, waiting=4)
    asked(whole, newer)
    old, new = (whole.fetch(run)["fetch_id"] for run in (older_run, newer_run))
    told = note(whole, respond(whole, older, "Apply"))
    assert f"The removals of fetch {old} were replaced by those of fetch {new}" in told
    assert f"Nothing was done. Fetch {new} asks now" in told

    let_time_run_out(whole, newer)
    assert f"by fetch {new} stays pending; the next run of '{LEAVING}' asks again" in note(whole, whole.succeed(newer))
    assert ([row["record_id"] for row in members(whole)], len(acts(whole))) == (stay, done)

    again_run, again = next_run(whole, waiting=4)
    asked(whole, again)
    respond(whole, again, "Withhold", "They only moved.")
    assert acts(whole)[done:] == [("withhold", ADMIN, "They only moved.", whole.fetch(again_run)["fetch_id"])]
    assert [row["record_id"] for row in members(whole)] == stay
    assert whole.fetch(whole.succeed(whole.api.start(LEAVING)))["pending_removals"] == 0
