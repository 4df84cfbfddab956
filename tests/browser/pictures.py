"""The pictures of the documentation, taken from the demo: `make pictures` writes docs/images anew.

Each is a way through Airflow as a person goes it, and what must be seen at its end. The tour's test takes them, too,
into build/browser, so that none of the ways is closed.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FrameLocator, Page, Playwright, expect, sync_playwright

from include.local.state import PROJECT
from tests.browser.chromium import find_chromium
from tests.browser.conftest import logged_in, own_chromium
from tests.browser.demo import Demo, demo_up

IMAGES = PROJECT / "docs" / "images"
SYNC = "candidates_daily"


def dag_graph(page: Page, _: FrameLocator) -> None:
    """A run of a sync's DAG with its five tasks."""
    page.get_by_role("button", name="Graph").first.click()
    page.get_by_role("link", name=re.compile(r"^\d{4}-\d\d-\d\d \d\d:")).first.click()
    for task in ("extract", "validate", "classify", "load", "push"):
        expect(page.get_by_test_id(f"node-{task}").or_(page.get_by_text(task, exact=True)).first).to_be_visible()


def trigger_form(page: Page, _: FrameLocator) -> None:
    """What a run by hand may be told."""
    page.get_by_role("button", name="Trigger").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="This run", exact=True).click()
    expect(dialog.get_by_text("Preview only")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 1120})


def syncs(_: Page, frame: FrameLocator) -> None:
    """All syncs: state, health, next run, last counts."""
    expect(frame.get_by_role("heading", name="Syncs")).to_be_visible()


def sync(page: Page, frame: FrameLocator) -> None:
    """One sync: settings, history with its chart."""
    syncs(page, frame)
    frame.get_by_role("link", name="All candidates", exact=True).click()
    expect(frame.get_by_role("img", name=re.compile("Outcomes of the fetches"))).to_be_visible()


def fetch(page: Page, frame: FrameLocator) -> None:
    """One fetch: window, counters, reasons."""
    sync(page, frame)
    frame.get_by_role("row").filter(has_text="scheduled").last.get_by_role("link").first.click()
    expect(frame.get_by_role("table", name=re.compile("What became of the records"))).to_be_visible()


def records(page: Page, frame: FrameLocator) -> None:
    """The records behind a number, and what proves it."""
    fetch(page, frame)
    frame.get_by_role("row", name=re.compile("^do_not_mail")).first.get_by_role("link").click()
    expect(frame.get_by_role("table", name=re.compile("^Records"))).to_be_visible()


def campaigns(_: Page, frame: FrameLocator) -> None:
    """Campaigns with their statistics."""
    frame.get_by_role("link", name="Campaigns", exact=True).click()
    expect(frame.get_by_role("table").first).to_be_visible()


def pushes(_: Page, frame: FrameLocator) -> None:
    """How people stand with each push switch."""
    frame.get_by_role("link", name="Pushes", exact=True).click()
    expect(frame.get_by_role("heading", name=re.compile("Candidates who")).first).to_be_visible()


def person(_: Page, frame: FrameLocator) -> None:
    """Why somebody is in a list, or not."""
    frame.get_by_role("link", name="People", exact=True).click()
    frame.get_by_label("E-mail address or contact id").fill("amara.mensah3927@post.example.net")
    frame.get_by_role("button", name="Tell the story").click()
    expect(frame.get_by_text("the person is suppressed (blocked)").first).to_be_visible()


def credits(_: Page, frame: FrameLocator) -> None:
    """API credits by day and sync."""
    frame.get_by_role("link", name="Credits", exact=True).click()
    expect(frame.get_by_role("rowheader").first).to_be_visible()


PAGES = "plugin/contacts"
WAYS: dict[str, tuple[str, Callable[[Page, FrameLocator], None]]] = {
    "dag-graph": (f"dags/{SYNC}", dag_graph),
    "trigger-form": (f"dags/{SYNC}", trigger_form),
    "syncs": (PAGES, syncs),
    "sync": (PAGES, sync),
    "fetch": (PAGES, fetch),
    "records": (PAGES, records),
    "campaigns": (PAGES, campaigns),
    "pushes": (PAGES, pushes),
    "person": (PAGES, person),
    "credits": (PAGES, credits),
}


def take(demo: Demo, driver: Playwright, chromium: str, profile: Path, folder: Path) -> list[Path]:
    """Every picture, into the folder; a way that is closed raises Playwright's error."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with logged_in(driver, chromium, profile, demo.ui, demo.password) as context:
        for name, (path, way) in WAYS.items():
            page = context.new_page()
            page.goto(f"{demo.ui}/{path}")
            way(page, page.frame_locator("iframe[title=Contacts]"))
            page.wait_for_timeout(700)  # until nothing moves any more
            taken.append(folder / f"{name}.png")
            page.screenshot(path=taken[-1])
            page.close()
    return taken


def main() -> int:
    """Start a demo, write docs/images, stop it."""
    folder = Path(tempfile.mkdtemp(prefix="demo-once-pictures-", dir=PROJECT / "build"))
    chromium = find_chromium(os.environ, own_chromium)
    try:
        with demo_up(folder / "demo") as demo, sync_playwright() as driver:
            for path in take(demo, driver, chromium, folder / "profile", IMAGES):
                print(f"{path.relative_to(PROJECT)}: {path.stat().st_size // 1024} kB")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
