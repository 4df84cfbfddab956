"""The form that starts a run by hand: what it says, and that the run does what was chosen in it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from include.local.rest import Run
from tests.browser.pages import Pages
from tests.integration.conftest import BY_HAND
from tests.integration.whole import Whole, until

BERLIN = ZoneInfo("Europe/Berlin")
TITLES = ["Data to retrieve", "After", "Push to Recruit", "Preview only"]
RETRIEVE = [
    "As configured: what changed since the last success",
    "All data",
    "What changed after the date and time below",
]


@pytest.fixture
def form(pages: Pages) -> Pages:
    """The open form of `by_hand`."""
    pages.trigger_form(BY_HAND)
    return pages


def submit(form: Pages, whole: Whole) -> Run:
    """Press Trigger; the run when it has succeeded."""
    before = {run.run_id for run in whole.api.runs(BY_HAND)}
    form.page.get_by_test_id("trigger-dag-submit").click()

    def begun() -> Run | None:
        return next((run for run in whole.api.runs(BY_HAND) if run.run_id not in before), None)

    return whole.succeed(until(begun, "the form has made a run"))


def logical_date(whole: Whole, run: Run) -> datetime:
    """Airflow's own form always gives one."""
    return datetime.fromisoformat(whole.api.detail(run)["logical_date"])


def test_it_asks_in_words_for_people(form: Pages) -> None:
    """RET-6: four questions, each with an explanation; choices as sentences, not as their keys."""
    text = form.dialog.inner_text()
    lines = text.splitlines()
    assert [title for title in TITLES if title not in lines] == []
    for words in ("the logical date above does not matter", "in the time zone of this page", "writes nothing"):
        assert words in text
    assert form.choices(form.dialog.locator("#element_retrieve")) == RETRIEVE
    assert form.choices(form.dialog.locator("#element_push")) == ["As configured", "On", "Off"]
    assert not {"as_configured", "null"} & set(lines)
    form.shot("trigger-form")


def test_a_run_after_a_moment_reads_from_there_to_now(form: Pages, whole: Whole) -> None:
    """RET-4, RET-6: the picker's moment in the zone of the page; the logical date of the form is ignored; push off."""
    after = (datetime.now(BERLIN) - timedelta(days=1)).replace(hour=7, minute=30, second=0, microsecond=0)
    form.choose(form.dialog.locator("#element_retrieve"), RETRIEVE[2])
    form.choose(form.dialog.locator("#element_push"), "Off")
    form.dialog.get_by_text("Select date and time").click()
    form.page.get_by_placeholder("YYYY/MM/DD").fill(f"{after:%Y/%m/%d}")
    form.page.get_by_placeholder("HH:mm").fill(f"{after:%H:%M}")
    form.page.get_by_text("Data to retrieve").click()
    form.shot("trigger-form-filled")
    run = submit(form, whole)
    fetch = whole.fetch(run)
    assert (fetch["run_type"], fetch["status"]) == ("manual", "succeeded")
    assert fetch["window_start"] == after
    assert run.started is not None
    assert abs(fetch["window_end"] - run.started) < timedelta(minutes=1)
    changed = [datetime.fromisoformat(kind["updated_on"]) for kind in whole.kinds()]
    assert fetch["read"] == sum(after <= moment < fetch["window_end"] for moment in changed) > 0
    assert logical_date(whole, run) != fetch["window_start"]
    assert whole.api.detail(run)["conf"]["push"] == "off"
    form.go(f"dags/{BY_HAND}/runs/{run.run_id}")
    form.page.get_by_text("extract").first.wait_for()
    form.shot("run-page")


def test_a_preview_writes_nothing(form: Pages, whole: Whole) -> None:
    """RET-6, OPS-1: all data is read and counted in the history, and no contact is touched."""
    before = contacts(whole)
    form.choose(form.dialog.locator("#element_retrieve"), "All data")
    form.dialog.get_by_text("Preview only").click()
    run = submit(form, whole)
    fetch = whole.fetch(run)
    assert (fetch["status"], fetch["window_start"]) == ("preview", None)
    assert fetch["read"] == len(whole.kinds()) > 4000
    assert fetch["new"] + fetch["re_added"] + fetch["duplicate"] + fetch["ignored"] == fetch["total"] > 0
    assert contacts(whole) == before
    note = until(lambda: whole.api.detail(run)["note"], "the scheduler has written the note")
    told = f"Done: a preview (fetch {fetch['fetch_id']}), nothing was written. Of {fetch['read']:,} records read "
    assert note.startswith(f"{told}{fetch['joined']:,} would join, ")


def contacts(whole: Whole) -> list[dict[str, object]]:
    return whole.rows("SELECT count(*) AS n, max(updated_at) AS newest FROM contacts.contact")
