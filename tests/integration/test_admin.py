"""Acts by hand in a running Airflow: who triggered is who acted, the note says what was done, no address is kept."""

import pytest

from include.local.airflow import ADMIN
from include.local.errors import LocalError
from include.local.rest import Run
from tests.integration.whole import Whole, until

DAG = "contact_sync_admin"
ADDRESS = "nobody.canary@example.org"


def act(whole: Whole, **conf: object) -> Run:
    """A run of the form, over."""
    return whole.finish(whole.api.start(DAG, conf={"reason": "asked by phone", **conf}))


def note(whole: Whole, run: Run) -> str:
    """The note, which the scheduler writes as the run ends."""
    return str(until(lambda: whole.api.detail(run)["note"], "the note is written"))


def test_an_act_has_its_user_and_its_note(whole: Whole) -> None:
    """OPS-9, OUT-17: suppress and lift again by contact id; a refused act fails, and the note says why."""
    until(lambda: DAG in whole.api.dags(), "Airflow has read the DAG")
    (person,) = whole.rows("SELECT contact_id, email FROM contacts.contact WHERE email IS NOT NULL ORDER BY 1 LIMIT 1")
    number = person["contact_id"]
    done = act(whole, act="suppress_registry", people=str(number))
    assert note(whole, done) == f"Done: Suppressed as registry: 1 of contact {number}; 0 were already."
    lifted = act(whole, act="unsuppress", people=str(number))
    assert note(whole, lifted) == f"Done: 1 suppression lifted of contact {number}."
    rows = whole.rows(
        "SELECT kind, created_by, lifted_by, lifted_reason FROM contacts.suppression WHERE contact_id = :id "
        "ORDER BY suppression_id DESC LIMIT 1",
        id=number,
    )
    assert rows == [{"kind": "registry", "created_by": ADMIN, "lifted_by": ADMIN, "lifted_reason": "asked by phone"}]
    refused = act(whole, act="delete", sync="by_hnd")
    assert (refused.state, note(whole, refused)[:60]) == (
        "failed", "Done: refused: there is no sync 'by_hnd'. Did you mean 'by_hand'?"[:60],
    )  # fmt: skip
    shown = whole.api.log(done, "act") + str(whole.api.detail(done))
    assert person["email"] not in shown


def test_an_address_reaches_no_run(whole: Whole) -> None:
    """OPS-6, OPS-9: refused before Airflow keeps anything, with how to do it instead."""
    until(lambda: DAG in whole.api.dags(), "Airflow has read the DAG")
    before = len(whole.api.runs(DAG))
    for key in ("people", "reason", "list"):
        with pytest.raises(LocalError, match=f"HTTP 400, .*Invalid input for param {key}"):
            act(whole, act="suppress_blocked", **{"people": "1", key: ADDRESS})
    assert len(whole.api.runs(DAG)) == before
