"""What a person sees of a sync in Airflow: its page, its documentation, and the error of a file beside it."""

from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.browser.pages import Pages
from tests.integration.conftest import BY_HAND, NIGHTLY, VIEW, nightly
from tests.integration.whole import Whole, until


def test_the_page_shows_name_schedule_and_tags(pages: Pages) -> None:
    """OPS-10: the sync in the words of its file."""
    pages.go(f"dags/{NIGHTLY}")
    for words in ("Engineers, nightly", "Daily at", "recruit_demo", "extract", "push"):
        expect(pages.page.get_by_text(words).first).to_be_visible()
    pages.shot("dag-page")


def test_the_documentation_is_rendered(pages: Pages) -> None:
    """OPS-10: as tables and headings, not as Markdown; with the commands for this sync."""
    pages.go(f"dags/{NIGHTLY}")
    pages.page.get_by_role("button", name="Dag Docs").click()
    pages.page.set_viewport_size({"width": 1280, "height": 1800})
    expect(pages.dialog.get_by_role("heading", name="What a run reads")).to_be_visible()
    expect(pages.dialog.get_by_role("row", name="Mailing list Engineers")).to_be_visible()
    text = pages.dialog.inner_text()
    assert f"custom view “{VIEW}”" in text
    assert f"airflow backfill create --dag-id {NIGHTLY}" in text
    assert f"contact-sync history {NIGHTLY}" in text
    assert not [mark for mark in ("**", "|--", "## ", "`", "\\") if mark in text]
    pages.dialog.evaluate("dialog => { dialog.style.height = '1700px'; }")  # a person pulls its corner
    pages.shot("dag-documentation")


def test_a_broken_file_is_told_and_the_others_stay(pages: Pages, whole: Whole) -> None:
    """LIM-4: the error names file, line and close match; the page of a good sync is as it was."""
    settings = nightly()
    path = whole.write_sync("broken", **{**settings, "schedule": {**settings["schedule"], "frequency": "dayly"}})
    line = next(n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "dayly" in text)
    try:
        until(lambda: whole.api.broken_files() or None, "Airflow tells of the broken file")
        seen = datetime.now(UTC)
        until(lambda: _parsed_since(whole, seen), "the loader was read again beside the broken file")
        pages.go("dags")
        pages.page.get_by_role("button", name="Dag Import Error").click()
        pages.dialog.get_by_role("button", name="contact_sync_errors.py").click()
        told = pages.dialog.get_by_text(f"include/syncs/broken.yaml:{line}: schedule.frequency: 'dayly'")
        expect(told).to_be_visible()
        expect(told).to_contain_text("Did you mean 'daily'?")
        pages.shot("import-error")
        pages.go(f"dags/{BY_HAND}")
        expect(pages.page.get_by_role("button", name="Trigger Dag")).to_be_enabled()
        assert "Import Error" not in pages.page.locator("body").inner_text()
        pages.shot("good-beside-broken")
        dag = whole.api.dags()[BY_HAND]
        assert (dag["is_stale"], dag["has_import_errors"]) == (False, False)
    finally:
        path.unlink()
        whole.read_again()
        until(lambda: not whole.api.broken_files(), "the import error is gone")


def _parsed_since(whole: Whole, moment: datetime) -> bool:
    return datetime.fromisoformat(whole.api.dags()[BY_HAND]["last_parsed_time"]) > moment
