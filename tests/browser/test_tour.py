"""The tour of the README, command by command, in a demo of its own."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from include.local.state import PROJECT
from tests.browser.demo import Demo, demo_up
from tests.browser.pictures import IMAGES, take

SECONDS = 120
"""So long may a command take; the whole tour, with what a person reads, takes ten minutes."""
WRITTEN = PROJECT / "include" / "syncs" / "seniors.yaml"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo of the first terminal; in the end the last commands of the tour, which must leave nothing."""
    folder = tmp_path_factory.mktemp("tour")
    try:
        with demo_up(folder / ".demo") as up:
            yield up
        paste(up, tour()[-1], folder)
        assert not up.folder.exists()
        assert not WRITTEN.exists()
    finally:
        WRITTEN.unlink(missing_ok=True)


def tour() -> list[str]:
    """The blocks of commands of the tour, each as it is pasted."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    (chapter,) = re.findall(r"^## A tour of ten minutes$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    return re.findall(r"^```\n(.*?)^```", chapter, re.MULTILINE | re.DOTALL)


def paste(demo: Demo, block: str, folder: Path) -> str:
    """What the second terminal says; it must take every command without an error."""
    script = folder / "tour.sh"
    script.write_text(f"set -e\n[ ! -e '{demo.folder}/env' ] || . '{demo.folder}/env'\n{block}", encoding="utf-8")
    done = subprocess.run(
        ["bash", script], cwd=PROJECT, env=demo.env, capture_output=True, text=True, timeout=SECONDS * 5, check=False
    )
    assert done.returncode == 0, f"{block}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.mark.timeout(900)
def test_the_pictures_of_the_documentation(demo: Demo, driver: Playwright, chromium: str, tmp_path: Path) -> None:
    """OPS-8: each way that `make pictures` goes is open, and leads to what the picture is to show."""
    taken = take(demo, driver, chromium, tmp_path, PROJECT / "build" / "pictures")
    assert {path.name for path in taken} == {path.name for path in IMAGES.iterdir()}
    assert min(path.stat().st_size for path in taken) > 20_000


@pytest.mark.timeout(900)
def test_every_command_of_the_tour_works(demo: Demo, tmp_path: Path) -> None:
    """OPS-5, OPS-3, OPS-2: and what it says is what the text beside it promises."""
    look, own, people, _ = tour()
    said = paste(demo, look.replace(". .demo/env", f". '{demo.folder}/env'"), tmp_path)
    assert "candidates_daily" in said
    assert re.search(
        r"Not in 'Talent news': fetch \d+ of candidates_daily .* the person is suppressed \(blocked\)", said
    )
    said = paste(demo, own, tmp_path)
    assert "0 errors" in said
    assert "Join the list: 1," in said
    assert "→ Senior talks" in said
    said = paste(demo, people, tmp_path)
    assert "Never mailed while this holds: blocked." in said
    assert "erased" in said
