"""One whole Airflow and one Chromium for all tests of this folder, as a person sees it: `make test-browser`.

`make test` leaves this folder out, so that it needs neither a browser nor the package that drives it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from include.local.airflow import ADMIN
from include.local.state import PROJECT
from tests.browser.chromium import NoChromiumError, find_chromium
from tests.browser.pages import Pages
from tests.integration.conftest import BY_HAND, NIGHTLY, by_hand, nightly
from tests.integration.whole import Whole, started

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Runs as root and in a container; asks nobody on the network for anything. Playwright adds --headless."""
PATIENCE = 30_000
"""Milliseconds that a page may take on a busy machine."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser, found as chromium.py says; without one the whole session ends, and says how to get one."""
    try:
        return find_chromium(os.environ, own_chromium)
    except NoChromiumError as missing:
        pytest.exit(str(missing), returncode=1)


def own_chromium() -> str:
    """Where Playwright would have put its own."""
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


@pytest.fixture(scope="session")
def whole(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """The whole product with two syncs, both paused: nothing runs but what a test starts."""
    with started(tmp_path_factory.mktemp("whole"), {BY_HAND: by_hand(), NIGHTLY: nightly()}) as running:
        yield running


@pytest.fixture(scope="session")
def driver(chromium: str) -> Iterator[Playwright]:
    """Playwright, of which a process can have one at a time."""
    with sync_playwright() as playwright:
        yield playwright


@contextmanager
def logged_in(driver: Playwright, chromium: str, profile: Path, ui: str, password: str) -> Iterator[BrowserContext]:
    """Chromium in Berlin, with a profile of its own, logged in through Airflow's own page."""
    context = driver.chromium.launch_persistent_context(
        profile,
        executable_path=chromium,
        args=FLAGS,
        viewport={"width": 1280, "height": 1100},
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page = context.pages[0]
    page.goto(ui)
    page.fill("[name=username]", ADMIN)
    page.fill("[name=password]", password)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Browse").wait_for()
    yield context
    context.close()


@pytest.fixture(scope="session")
def browser(
    whole: Whole, driver: Playwright, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """Logged in as a person would be."""
    ui, password = whole.services.addresses.ui, whole.services.state.secrets().admin_password
    with logged_in(driver, chromium, tmp_path_factory.mktemp("profile"), ui, password) as context:
        yield context


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    """A tab of the test's own."""
    tab = browser.new_page()
    yield tab
    tab.close()


@pytest.fixture
def pages(page: Page, whole: Whole) -> Pages:
    """The tab, and where Airflow's pages and forms are."""
    folder: Path = PROJECT / "build" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    return Pages(page, whole.services.addresses.ui, folder)
