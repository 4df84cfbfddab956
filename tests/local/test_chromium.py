"""`make test-browser` and `.ci/run`: which browser is taken, and what is said and done where there is none."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from include.local.state import PROJECT
from tests.browser.chromium import NoChromiumError, find_chromium

NEEDED = ("env", "dirname", "id", "bash")
"""What .ci/run calls beside make, apt-get and sudo."""


def program(path: Path, script: str = "exit 0") -> str:
    """Something that can be started."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def not_asked() -> str:
    raise AssertionError("Playwright's driver was started for nothing")


def test_the_one_that_is_named_comes_first(tmp_path: Path) -> None:
    named, other = program(tmp_path / "mine" / "chrome-145"), program(tmp_path / "bin" / "chromium")
    path = str(Path(other).parent)
    assert find_chromium({"CHROMIUM": named, "PATH": path}, not_asked) == named
    assert find_chromium({"CHROMIUM": "chromium", "PATH": path}, not_asked) == other


def test_a_named_one_that_is_not_there_is_no_reason_to_take_another(tmp_path: Path) -> None:
    path = str(Path(program(tmp_path / "chromium")).parent)
    with pytest.raises(NoChromiumError, match=r"names /nowhere/chrome, and no program is there.*apt-get install"):
        find_chromium({"CHROMIUM": "/nowhere/chrome", "PATH": path}, not_asked)


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_the_path_comes_second(tmp_path: Path, name: str) -> None:
    found = program(tmp_path / name)
    assert find_chromium({"CHROMIUM": "", "PATH": str(tmp_path)}, not_asked) == found


def test_playwright_s_own_comes_last(tmp_path: Path) -> None:
    own = program(tmp_path / "ms-playwright" / "chrome")
    assert find_chromium({"PATH": str(tmp_path)}, lambda: own) == own


def nothing(path: Path) -> None:
    """Not there at all."""


def no_program(path: Path) -> None:
    """A file, which cannot be started."""
    path.write_text("half a download", encoding="utf-8")


@pytest.mark.parametrize("put", [nothing, no_program, Path.mkdir])
def test_without_one_it_says_how_to_get_one(tmp_path: Path, put: Callable[[Path], None]) -> None:
    own = tmp_path / "chrome"
    put(own)
    with pytest.raises(NoChromiumError, match=r"none of chromium, .* on the PATH, and Playwright has.*=/path"):
        find_chromium({"PATH": str(tmp_path / "bin")}, lambda: str(own))


class Machine:
    """A machine on which .ci/run finds only what is put there; each call of make and apt-get is written down."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.log = folder / "bin", folder / "log"
        self.bin.mkdir()
        for name in NEEDED:
            (self.bin / name).symlink_to(str(shutil.which(name)))
        self.program("make")
        self.program("apt-get")
        self.program("sudo", 'shift; exec "$@"')

    def program(self, name: str, script: str = "exit 0") -> None:
        program(self.bin / name, f'echo "{name} $*" >> {self.log}\n{script}')

    def run(self, **variables: str) -> tuple[int, list[str], str]:
        """Exit code, what was called, and what was said on standard error."""
        given = {"PATH": str(self.bin), **variables}
        done = subprocess.run([PROJECT / ".ci" / "run"], env=given, capture_output=True, text=True, check=False)
        return done.returncode, [line for line in self.log.read_text().splitlines() if line[:4] != "sudo"], done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_ci_runs_the_pages_after_the_tests_with_the_browser_that_is_there(machine: Machine) -> None:
    machine.program("chromium")
    assert machine.run() == (0, ["make test", "make test-browser"], "")


def test_ci_takes_a_named_browser_for_given(machine: Machine) -> None:
    assert machine.run(CHROMIUM="/opt/chrome") == (0, ["make test", "make test-browser"], "")


def test_ci_installs_debian_s_chromium(machine: Machine) -> None:
    code, called, _ = machine.run()
    assert (code, called[0], called[-1]) == (0, "make test", "make test-browser")
    assert called[1] == "apt-get update -qq"
    assert called[2].startswith("apt-get install")
    assert called[2].endswith(" chromium")


@pytest.mark.parametrize("fails", ["update", "install"])
def test_ci_fails_and_says_so_where_no_browser_can_be_had(machine: Machine, fails: str) -> None:
    machine.program("apt-get", f'[ "$1" != {fails} ]')
    code, called, said = machine.run()
    assert code == 1
    assert "make test-browser" not in called
    assert "chromium could not be installed by apt-get: the tests of the pages have not run." in said
    assert "CHROMIUM=/path/to/chromium .ci/run" in said


def test_ci_ends_where_the_tests_fail(machine: Machine) -> None:
    machine.program("make", "exit 2")
    assert machine.run()[:2] == (2, ["make test"])
