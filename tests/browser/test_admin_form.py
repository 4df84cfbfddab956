"""The form of `contact_sync_admin`: what it asks, that it lets no address through, and where one sees what was done."""

import pytest
from playwright.sync_api import expect

from include.local.airflow import ADMIN
from include.local.rest import Run
from tests.browser.pages import Pages
from tests.integration.conftest import BY_HAND
from tests.integration.whole import Whole, until

DAG = "contact_sync_admin"
SECTIONS = {
    "What and why": ["Act", "Reason"],
    "Which sync": ["Sync", "Account", "Number"],
    "Which people": ["Contact ids", "List", "I am sure"],
}


@pytest.fixture
def form(pages: Pages, whole: Whole) -> Pages:
    """The open form, at what to do and why."""
    until(lambda: DAG in whole.api.dags(), "Airflow has read the DAG")
    pages.go(f"dags/{DAG}")
    pages.page.get_by_role("button", name="Trigger Dag").click()
    pages.unfold("What and why")
    return pages


def submit(form: Pages, whole: Whole) -> Run:
    """Press Trigger; the run when it has succeeded."""
    before = {run.run_id for run in whole.api.runs(DAG)}
    form.page.get_by_test_id("trigger-dag-submit").click()

    def begun() -> Run | None:
        return next((run for run in whole.api.runs(DAG) if run.run_id not in before), None)

    return whole.succeed(until(begun, "the form has made a run"))


def test_it_asks_in_words_for_people(form: Pages) -> None:
    """OPS-9: three groups of fields, acts as sentences, syncs proposed; nothing is called null."""
    choices = form.choices(form.dialog.locator("#element_act"))
    assert len(choices) == 17
    assert "Options of today for older pairs: preview, writes nothing" in choices
    assert "Person: erase for good" in choices
    for section, titles in SECTIONS.items():
        form.unfold(section)
        lines = form.dialog.inner_text().splitlines()
        assert [title for title in titles if not any(line.startswith(title) for line in lines)] == []
        assert "null" not in lines
        form.shot(f"admin-form-{section.split()[-1]}")
    form.unfold("Which people")
    assert "Never an e-mail address" in form.dialog.inner_text()


def test_an_act_and_its_note(form: Pages, whole: Whole) -> None:
    """OPS-9: chosen in the form, done as the user who is logged in, told in the note of the run."""
    form.choose(form.dialog.locator("#element_act"), "Sync: deactivate")
    form.dialog.locator("#element_reason").fill("the team is on holiday")
    form.unfold("Which sync")
    form.dialog.locator("#element_sync").fill(BY_HAND)
    form.shot("admin-form-filled")
    run = submit(form, whole)
    (act,) = whole.rows("SELECT kind, who, reason FROM sync.act ORDER BY act_id DESC LIMIT 1")
    assert act == {"kind": "deactivate", "who": ADMIN, "reason": "the team is on holiday"}
    note = until(lambda: whole.api.detail(run)["note"], "the note is written")
    assert note == f"Done: '{BY_HAND}' is inactive: its runs are skipped, what it brought stays."
    back = {"act": "activate", "sync": BY_HAND, "reason": "other tests want it"}
    whole.succeed(whole.api.start(DAG, conf=back))
    form.go(f"dags/{DAG}/runs/{run.run_id}")
    expect(form.page.get_by_text(ADMIN).first).to_be_visible()
    form.shot("admin-run")


def test_an_address_is_not_taken(form: Pages, whole: Whole) -> None:
    """OPS-6, OPS-9: the form says so, and Airflow keeps nothing of it."""
    before = len(whole.api.runs(DAG))
    form.choose(form.dialog.locator("#element_act"), "People: suppress, blocked")
    form.dialog.locator("#element_reason").fill("asked")
    form.unfold("Which people")
    form.dialog.locator("#element_people").fill("ann@example.org")
    button = form.page.get_by_test_id("trigger-dag-submit")
    if button.is_enabled():
        button.click()
        expect(form.page.get_by_text("Invalid input for param people").first).to_be_visible()
    form.shot("admin-form-address")
    assert len(whole.api.runs(DAG)) == before
