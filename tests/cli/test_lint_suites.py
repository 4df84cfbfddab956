"""`contact-sync lint` on suites: what would stop a run at validate is told before it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contact_sync.paths import PROJECT

Run = Callable[..., Any]
GOOD = """\
name: Small
checks:
  - id: record_id_present
    expectation: expect_column_values_to_not_be_null
    kwargs: {column: record_id}
    severity: critical
    message: Records without an id cannot be told apart.
    remedy: Clear the run from extract.
  - id: some_records
    expectation: expect_table_row_count_to_be_between
    kwargs: {min_value: 0}
    severity: warning
    message: Nothing was read.
    remedy: Look at the source.
"""


@pytest.fixture
def suites(folder: Path) -> Path:
    """The folder of suites, with one good suite `candidates`."""
    expectations = folder / "expectations"
    expectations.mkdir()
    (expectations / "candidates.yaml").write_text(GOOD)
    return expectations


def _use(folder: Path, suite: str, name: str = "candidates_daily") -> None:
    path = folder / "syncs" / f"{name}.yaml"
    text = (folder / "syncs" / "candidates_daily.yaml").read_text()
    path.write_text(text.replace("All candidates", name) + f"validation: {{suite: {suite}}}\n")


def test_good_suites_are_silent(run: Run, suites: Path) -> None:
    done = run("lint")
    assert (done.code, done.out.splitlines()[0]) == (0, "1 file checked: 0 errors, 0 warnings.")


def test_every_flaw_of_a_suite_with_its_line_and_close_match(run: Run, suites: Path) -> None:
    """LIM-4: file, line, key, allowed values and close match, as in a sync file."""
    broken = GOOD.replace("record_id}", "recrod_id}").replace("warning", "warnin") + "colour: red\n"
    (suites / "candidates.yaml").write_text(broken.replace("checks:\n", "checks:\n  - " + GOOD.split("  - ")[1]))
    done = run("lint")
    assert done.code == 1
    where = "include/expectations/candidates.yaml"
    one, two, three, last, _ = done.out.splitlines()
    assert one.startswith(f"{where}:9: checks[1]: kwargs: column: 'recrod_id' is not a column. Allowed: record_id, ")
    assert one.endswith("Did you mean 'record_id'?")
    assert two == (
        f"{where}:18: checks[2].severity: 'warnin' is not a choice. Allowed: critical, warning. Did you mean 'warning'?"
    )
    assert three == f"{where}:21: colour: 'colour' is not a key. Allowed: name, checks, each_field."
    assert last == "1 file checked: 3 errors, 0 warnings."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name: [x\n", "include/expectations/extra.yaml:2: is no YAML: "),
        (b"name: \xff\n", "include/expectations/extra.yaml: is not UTF-8. Save the file in that encoding."),
        (b"- x\n", "include/expectations/extra.yaml:1: is not a suite. It needs the keys name and checks."),
    ],
    ids=["no YAML", "no UTF-8", "no mapping"],
)
def test_suites_that_no_sync_uses_are_checked_too(run: Run, suites: Path, content: bytes, message: str) -> None:
    (suites / "extra.yaml").write_bytes(content)
    done = run("lint")
    assert done.code == 1
    assert done.out.startswith(message)


def test_an_unknown_suite_is_an_error_with_the_close_match(run: Run, folder: Path, suites: Path) -> None:
    """Every run of this sync would fail in validate."""
    _use(folder, "candidate")
    done = run("lint")
    assert done.code == 1
    assert done.out.startswith(
        "include/syncs/candidates_daily.yaml: validation.suite: 'candidate' is not a suite: there is no file of that "
        "name in include/expectations. Allowed: candidates. Did you mean 'candidates'?\n"
    )


def test_no_suite_at_all(run: Run, folder: Path) -> None:
    done = run("lint")
    assert done.code == 1
    assert done.out.startswith(
        "include/expectations: holds no suite (*.yaml), and the task validate of every sync needs one, "
        "such as candidates.yaml.\n"
    )
    assert run("lint", "candidates_daily").code == 1


def test_chosen_files_bring_their_own_suite_only_and_once(run: Run, folder: Path, suites: Path) -> None:
    (suites / "extra.yaml").write_text("name: x\n")
    assert run("lint", "candidates_daily").code == 0
    _use(folder, "extra", "one")
    _use(folder, "extra", "two")
    done = run("lint", "one", "two")
    assert done.code == 1
    assert done.out.startswith(
        "include/expectations/extra.yaml:1: checks: is missing.\n2 files checked: 1 error, 0 warnings.\n"
    )


def test_a_suite_can_be_named_as_a_file(run: Run, suites: Path) -> None:
    assert run("lint", "include/expectations/candidates.yaml").out.startswith("1 file checked: 0 errors")
    (suites / "candidates.yaml").write_text("name: x\n")
    assert (
        "include/expectations/candidates.yaml:1: checks: is missing."
        in run("lint", "include/expectations/candidates.yaml").out
    )


def test_lint_imports_nothing_that_runs_a_suite(suites: Path) -> None:
    code = (
        "import sys; from contact_sync.cli.app import main\n"
        "try: main(['lint'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('great_expectations', 'pandas', 'sqlalchemy', 'airflow') if name in sys.modules])"
    )
    env = {"PYTHONPATH": str(PROJECT / "plugins"), "CONTACT_SYNC_INCLUDE": str(suites.parent), "LANG": "C.UTF-8"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "1 file checked: 0 errors, 0 warnings."
    assert done.stdout.splitlines()[-1] == "[]"
