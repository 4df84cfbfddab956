"""A walk through the pages of contact sync as a person takes it, inside Airflow, in its light and its dark theme."""

import csv
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect
from sqlalchemy import text

from contact_sync.stages.event_import import import_events
from include.local.rest import Run
from tests.browser.pages import Pages
from tests.integration.conftest import BY_HAND
from tests.integration.whole import HOUSEKEEPING, Whole
from tests.stages.mailroom import campaign, json_lines

PUSHED = "Talent news"
A_FORTNIGHT = """
INSERT INTO sync.fetch (sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, started_at, window_start,
    window_end, first, moves_watermark, stage, status, reason, loaded_at, finished_at, read, out_of_scope, total, new,
    re_added, duplicate_in_list, duplicate_other_list, duplicate_no_list, changed, ignored, deleted, joined, removed,
    pending_removals, pushed)
SELECT sync_no, source_no, list_id, config_version, dag_id, 'scheduled__' || n, 'scheduled', moved.at,
    moved.at - interval '1 day', moved.at, false, false, 'push',
    CASE WHEN n = 5 THEN 'failed' WHEN n = 9 THEN 'degraded' ELSE 'succeeded' END,
    CASE WHEN n = 5 THEN 'Recruit did not answer' END, CASE WHEN n <> 5 THEN moved.at END,
    moved.at + interval '40 seconds', amount.rows, 0, amount.rows, amount.rows / 5, amount.rows % 3,
    amount.rows - amount.rows / 5 - amount.rows % 3 - amount.rows / 4, 0, 0, amount.rows % 9, amount.rows / 4, 0,
    amount.rows / 5, 0, 0, 0
FROM sync.fetch AS origin CROSS JOIN generate_series(1, 14) AS n
CROSS JOIN LATERAL (SELECT CASE WHEN n <> 5 THEN 400 + n * 370 % 830 END AS rows) AS amount
CROSS JOIN LATERAL (SELECT origin.started_at - n * interval '1 day' AS at) AS moved
WHERE fetch_id = (SELECT min(fetch_id) FROM sync.fetch WHERE dag_id = :dag)
"""
"""Runs of the two weeks before, for the chart; their records are no longer kept."""


@pytest.fixture(scope="module")
def run(whole: Whole) -> Run:
    """A run of a sync, a campaign to its list with responses, and a second run, which pushes those who opened."""
    whole.api.pause(BY_HAND, False)
    whole.succeed(whole.api.trigger(BY_HAND))
    people = [row["email"] for row in whole.rows("SELECT email FROM contacts.contact ORDER BY contact_id LIMIT 150")]
    sent_at = whole.rows("SELECT now() AS now")[0]["now"].isoformat()
    events = [campaign("autumn", name="Autumn newsletter", lists=[PUSHED], subject="What is new")]
    for number, address in enumerate(people):
        events.append({"type": "send", "campaign_id": "autumn", "email": address, "sent_at": sent_at})
        done = {0: "opened", 1: "clicked", 2: "bounced", 3: "unsubscribed"}.get(number % 8)
        if done:
            row = {"type": "response", "campaign_id": "autumn", "email": address, "happened_at": sent_at}
            events.append({**row, "response": done, **({"bounce": "hard"} if done == "bounced" else {})})
    import_events(whole.warehouse, [json_lines(*events)], kind=None, now=datetime.now(UTC), unsubscribe_scope="list")
    done = whole.succeed(whole.api.trigger(BY_HAND))
    with whole.warehouse.transaction() as connection:
        connection.execute(text(A_FORTNIGHT), {"dag": BY_HAND})
    return done


def inside(page: Page) -> FrameLocator:
    """The pages of contact sync within Airflow's."""
    return page.frame_locator("iframe[title=Contacts]")


def theme(page: Page) -> str:
    """Which theme our page shows, and its ground."""
    asked = "root => `${root.dataset.theme} ${getComputedStyle(root.ownerDocument.body).backgroundColor}`"
    return str(inside(page).locator("html").evaluate(asked))


def test_a_walk_from_the_navigation_to_a_record(pages: Pages, run: Run, tmp_path: Path) -> None:
    """OPS-8, CRIT-6: navigation, syncs, one with a chart, a fetch, records of a number, pages, a file, one record."""
    page, frame = pages.page, inside(pages.page)
    pages.go("")
    page.get_by_role("link", name="Contacts").first.click()
    expect(frame.get_by_role("heading", name="Syncs")).to_be_visible()
    pages.shot("pages-syncs")
    frame.get_by_role("link", name="All candidates", exact=True).click()
    expect(frame.get_by_role("img", name=re.compile("Outcomes of the fetches"))).to_be_visible()
    pages.shot("pages-sync")
    fetches = frame.get_by_role("row").filter(has_text="manual")
    fetches.last.get_by_role("link").first.click()
    expect(frame.get_by_role("table", name=re.compile("What became of the records"))).to_be_visible()
    pages.shot("pages-fetch")
    ignored = frame.get_by_role("row", name=re.compile("^Ignored")).get_by_role("link")
    number = int(ignored.inner_text().replace(",", ""))
    ignored.click()
    expect(frame.get_by_label("Outcome", exact=True)).to_have_value("ignored")
    pages.shot("pages-records")
    frame.get_by_label("Reason").select_option("file_duplicate")
    frame.get_by_label("Order").select_option("record_id")
    frame.get_by_role("button", name="Show").click()
    expect(frame.get_by_role("table", name="Records, record id")).to_be_visible()
    expect(frame.get_by_text("duplicate_of").first).to_be_visible()
    frame.get_by_label("Reason").select_option("")
    frame.get_by_role("button", name="Show").click()
    expect(frame.get_by_text("suggested_domain").first).to_be_visible()
    frame.get_by_role("link", name="Next page", exact=True).click()
    expect(frame.get_by_role("link", name="From the beginning", exact=True)).to_be_visible()
    with page.expect_download() as download:
        frame.get_by_role("link", name="Download as CSV", exact=True).click()
    download.value.save_as(tmp_path / "records.csv")
    with (tmp_path / "records.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == number
    frame.get_by_role("rowheader").first.get_by_role("link").click()
    expect(frame.get_by_role("heading", name=re.compile("^Record "))).to_be_visible()
    expect(frame.get_by_role("table", name=re.compile("What fetches made of it"))).to_be_visible()
    pages.shot("pages-record")


def test_from_a_number_to_a_person(pages: Pages, run: Run) -> None:
    """OPS-3, OPS-8: who joined by a fetch, one of them, and whom the form finds by address."""
    frame = inside(pages.page)
    pages.go("plugin/contacts")
    frame.get_by_role("link", name="All candidates", exact=True).click()
    frame.get_by_role("row").filter(has_text="manual").last.get_by_role("link").first.click()
    frame.get_by_role("row", name=re.compile("^Joined")).get_by_role("link").click()
    expect(frame.get_by_role("heading", name=re.compile("^Who joined"))).to_be_visible()
    pages.shot("pages-joined")
    frame.get_by_role("rowheader").first.get_by_role("link").click()
    expect(frame.get_by_role("heading", name=re.compile(r"^Contact \d+"))).to_be_visible()
    expect(frame.get_by_text("brought by by_hand").first).to_be_visible()
    pages.shot("pages-person")
    frame.get_by_role("link", name="People", exact=True).first.click()
    frame.get_by_label("E-mail address or contact id").fill("nobody at all")
    frame.get_by_role("button", name="Tell the story").click()
    expect(frame.get_by_role("alert")).to_contain_text("neither a contact id")
    pages.shot("pages-people")


def test_campaigns_pushes_and_credits(pages: Pages, run: Run) -> None:
    """CAMP-6, PUSH-4, LIM-5: statistics and recipients, pushes by reason, credits by sync."""
    frame = inside(pages.page)
    pages.go("plugin/contacts")
    frame.get_by_role("link", name="Campaigns", exact=True).click()
    rows = frame.get_by_role("row").filter(has_text="Autumn newsletter")
    expect(rows.first).to_be_visible()
    expect(rows.last).to_contain_text("made in Recruit")  # by the push of the run
    pages.shot("pages-campaigns")
    frame.get_by_role("link", name="Autumn newsletter", exact=True).click()
    frame.get_by_label("Response").select_option("clicked")
    frame.get_by_label("Has a record in").select_option("candidates")
    frame.get_by_role("button", name="Show").click()
    expect(frame.get_by_role("table", name="Recipients, by contact number")).to_be_visible()
    pages.shot("pages-campaign")
    frame.get_by_role("link", name="Pushes", exact=True).click()
    expect(frame.get_by_role("heading", name=f"{PUSHED}: Candidates who opened")).to_be_visible()
    pages.shot("pages-pushes")
    frame.get_by_role("row").filter(has_text=re.compile("imported_from_recruit")).get_by_role("link").click()
    expect(frame.get_by_role("table", name=re.compile("People, by contact number"))).to_be_visible()
    pages.shot("pages-pushed-people")
    frame.get_by_role("link", name="Credits", exact=True).click()
    expect(frame.get_by_role("rowheader").first).to_be_visible()
    pages.shot("pages-credits")


def test_one_persons_story(pages: Pages, run: Run, whole: Whole) -> None:
    """OPS-3, OPS-8: looked for by address, by keys alone and in no URL; on to a fetch, and back from a record."""
    page, frame = pages.page, inside(pages.page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    person = whole.rows("SELECT contact_id, email FROM contacts.contact WHERE email IS NOT NULL ORDER BY 1 LIMIT 1")[0]
    story = frame.get_by_role("heading", name=re.compile(f"^Contact {person['contact_id']} "))
    pages.go("plugin/contacts")
    frame.get_by_role("link", name="People", exact=True).click()
    field = frame.get_by_label("E-mail address or contact id")
    field.fill(person["email"])
    field.press("Enter")
    expect(story).to_be_visible()
    expect(frame.get_by_role("heading", name="Pushes to Recruit")).to_be_visible()
    outcomes = frame.get_by_role("region", name="What fetches made of their records")
    outcomes.get_by_role("row").last.get_by_role("link").click()
    expect(frame.get_by_role("heading", name=re.compile("All candidates: fetch"))).to_be_visible()
    frame.get_by_role("row", name=re.compile("^New")).get_by_role("link").click()
    member = frame.get_by_role("region", name="Records").get_by_role("cell").get_by_role("link").first
    number = member.inner_text()
    member.click()
    expect(frame.get_by_role("heading", name=re.compile(f"^Contact {number} "))).to_be_visible()
    assert any(url.endswith(f"/people/{number}") for url in asked)
    assert not [url for url in asked if person["email"].split("@")[0] in url]


def test_tabs_on_a_dag_and_on_a_run(pages: Pages, run: Run) -> None:
    """OPS-8: a sync's tab shows the sync, a run's its fetch, another DAG's a friendly word."""
    frame = inside(pages.page)
    pages.go(f"dags/{BY_HAND}")
    pages.page.locator(f'a[href$="/dags/{BY_HAND}/plugin/contact-sync"]').click()
    expect(frame.get_by_role("heading", name="All candidates")).to_be_visible()
    pages.shot("pages-tab-dag")
    pages.go(f"dags/{BY_HAND}/runs/{run.run_id}/plugin/contact-sync-run")
    expect(frame.get_by_role("heading", name=re.compile("All candidates: fetch"))).to_be_visible()
    pages.shot("pages-tab-run")
    pages.go(f"dags/{HOUSEKEEPING}/plugin/contact-sync")
    expect(frame.get_by_role("heading", name="Nothing to see here")).to_be_visible()
    pages.shot("pages-tab-foreign")


def test_the_theme_is_that_of_airflow(pages: Pages, run: Run) -> None:
    """OPS-8: light and dark, also when it changes while a page is open, and on every page."""
    page, frame = pages.page, inside(pages.page)
    try:
        pages.go("plugin/contacts")
        page.evaluate("localStorage.setItem('theme', 'light')")
        page.reload()
        expect(frame.get_by_role("heading", name="Syncs")).to_be_visible()
        assert theme(page) == "light rgb(255, 255, 255)"
        page.evaluate("document.documentElement.classList.replace('light', 'dark')")
        expect(frame.locator("html[data-theme=dark]")).to_have_count(1)
        page.evaluate("localStorage.setItem('theme', 'dark')")
        page.reload()
        expect(frame.get_by_role("heading", name="Syncs")).to_be_visible()
        assert theme(page) == "dark rgb(22, 29, 45)"
        sync = f"syncs/{BY_HAND}"
        places = {"syncs": "", "sync": sync, "fetch": f"{sync}/fetches/1", "records": f"{sync}/fetches/1/records",
                  "campaigns": "campaigns", "campaign": "campaigns/1", "pushes": "pushes", "credits": "credits",
                  "people": "people", "person": "people/1",
                  "problem": "nowhere"}  # fmt: skip
        for name, path in places.items():
            pages.go(f"plugin/contacts/contact-sync/{path}")
            expect(frame.get_by_role("heading", level=1)).to_be_visible()
            expect(frame.locator("html[data-theme=dark]")).to_have_count(1)
            pages.shot(f"pages-dark-{name}")
    finally:
        page.evaluate("localStorage.setItem('theme', 'light')")


def test_by_keyboard_alone(pages: Pages, run: Run) -> None:
    """OPS-8: the first stop leads past the navigation, and focus can be seen."""
    page = pages.page
    page.goto(f"{pages.ui}/contact-sync/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    pages.shot("pages-focus")
