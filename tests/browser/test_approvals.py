"""The mass-removal guard's question as a person sees it: the page of required actions, the words, the two buttons."""

import pytest
from playwright.sync_api import expect

from include.local.rest import Run
from tests.browser.pages import Pages
from tests.integration.test_approvals import (
    APPROVALS,
    LEAVING,
    acts,
    asked,
    delete_at_source,
    leaving,
    members,
    next_run,
)
from tests.integration.whole import Whole

__all__ = ["leaving"]  # a fixture


@pytest.fixture
def question(whole: Whole, leaving: list[str]) -> Run:
    """An open question about three people."""
    delete_at_source(whole, leaving[:3])
    _, run = next_run(whole, waiting=3)
    asked(whole, run)
    return run


def test_a_person_sees_the_question_and_applies(pages: Pages, whole: Whole, question: Run, leaving: list[str]) -> None:
    """ADV-8, OPS-9: found under Required Actions; counts and reasons, nobody's name; Apply, with a reason, is done in
    the name of who is logged in.
    """
    pages.go("required_actions")
    entry = pages.page.get_by_role("link", name="Leaving: 3 people would leave (sync leaving)")
    expect(entry).to_be_visible()
    pages.shot("approvals-required-actions")
    entry.click()
    pages.page.get_by_role("button", name="Apply").wait_for()
    text = pages.page.locator("body").inner_text()
    for words in ("record deleted at the source", "leave this list", f"contact-sync pending {LEAVING}", "Withhold"):
        assert words in text, words
    assert not [row for row in whole.rows("SELECT email FROM contacts.contact") if row["email"] in text]
    pages.page.locator("[name=element_reason]").fill("They left the trade.")
    pages.shot("approvals-question")
    pages.page.get_by_role("button", name="Apply").click()
    whole.succeed(question)
    assert acts(whole)[-1][:3] == ("approve", "admin", "They left the trade.")
    assert [row["record_id"] for row in members(whole)] == leaving[3:]
    pages.go(f"dags/{APPROVALS}/runs/{question.run_id}")
    pages.page.get_by_text("approved by admin").first.wait_for()
    pages.shot("approvals-run")
