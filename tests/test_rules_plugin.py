"""docs/rules.md says what ran and passed: the plugin in sessions of its own, with and without pytest-xdist.

Those without it are sessions within this process: to start another takes five times as long as what it would do.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import rules

FULL = '''
"""A module about OUT-9."""
import pytest

def test_one():
    """OUT-1: in the docstring."""

@pytest.mark.parametrize("case", [pytest.param(1, id="OUT-5-none"), pytest.param(2, id="OUT-6-bad"), 3])
def test_cases(case):
    """OUT-5..6, OUT-16: a case that names rules proves only these of them."""

class TestOfClass:
    """LIM-4."""
    def test_two(self): ...
    def test_three(self):
        """RET-2."""

@pytest.mark.xdist_group("together")
def test_of_module(): ...
'''
OTHER = 'def test_other():\n    """OUT-1: also here."""\n'
PROVED = {
    "LIM-4": {"test_two"},
    "OUT-1": {"test_one", "test_other"},
    "OUT-5": {"test_cases[OUT-5-none]"},
    "OUT-6": {"test_cases[OUT-6-bad]"},
    "OUT-9": {"test_of_module"},
    "OUT-16": {"test_cases[OUT-5-none]", "test_cases[OUT-6-bad]", "test_cases[3]"},
    "RET-2": {"test_three"},
}


@dataclass(frozen=True)
class Ended:
    """A session that has ended: its exit code and what it printed."""

    code: int
    out: str


Session = Callable[..., Ended]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of two test files."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\naddopts = --import-mode=importlib\n")
    (tmp_path / "tests" / "test_full.py").write_text(FULL)
    (tmp_path / "tests" / "test_other.py").write_text(OTHER)
    return tmp_path


@pytest.fixture
def session(project: Path) -> Session:
    """Run pytest with the plugin in the project; keywords are variables of its environment."""

    def run(*arguments: str, **variables: str) -> Ended:
        arguments = ("-p", "xdist", "-p", "tests.rules_plugin", *arguments)
        with environment(project, variables):
            return outside(*arguments) if "-n2" in arguments else inside(*arguments)

    return run


@contextmanager
def environment(project: Path, variables: dict[str, str]) -> Iterator[None]:
    """In the project, with nothing of the session that runs these tests; no modules of the project stay loaded."""
    ours = {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(rules.PROJECT),
        "PYTHONDONTWRITEBYTECODE": "1",  # files are written anew within a second
    }
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("PYTEST", "UPDATE_", "RULES_"))]:
            patch.delenv(name)
        for name, value in {**ours, **variables}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "dont_write_bytecode", True)
        patch.chdir(project)
        yield
    for name in [name for name in sys.modules.keys() - before if name.startswith("tests.")]:
        del sys.modules[name]


def outside(*arguments: str) -> Ended:
    """A session in a process of its own."""
    command = [sys.executable, "-m", "pytest", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return Ended(done.returncode, done.stdout + done.stderr)


def inside(*arguments: str) -> Ended:
    """A session in this process, without the plugins that change something of the process."""
    without = [f"-pno:{name}" for name in ("faulthandler", "unraisableexception", "threadexception", "cacheprovider")]
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(out):
        code = pytest.main(["--capture=sys", *without, *arguments])
    return Ended(int(code), out.getvalue())


def results(project: Path, name: str = "rules.json") -> rules.Proofs:
    read: rules.Proofs = json.loads((project / "build" / name).read_text())["rules"]
    return read


def passed(proofs: rules.Proofs) -> dict[str, set[str]]:
    """Rule → names of the tests that passed, without file, class and group."""
    return {
        rule: {node_id.split("::")[-1].partition("@")[0] for node_id in proof["passed"]}
        for rule, proof in proofs.items()
    }


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", set()),
        ("no rule; UTF-8, XOUT-5 and OUT-x", set()),
        ("OUT-5, OUT-6 and RET-1.", {"OUT-5", "OUT-6", "RET-1"}),
        ("(OUT-4..6)", {"OUT-4", "OUT-5", "OUT-6"}),
        ("OUT-9 to OUT-11", {"OUT-9", "OUT-10", "OUT-11"}),
        ("OUT-9 to\n    11", {"OUT-9", "OUT-10", "OUT-11"}),
        ("OUT-1 to RET-2", {"OUT-1", "RET-2"}),
        ("OUT-4-empty_email-2", {"OUT-4"}),
        ("OUT-2 to the end", {"OUT-2"}),
    ],
    ids=["nothing", "none", "list", "range", "to", "to-number", "two-families", "case", "to-no-number"],
)
def test_rules_in_a_text(text: str, named: set[str]) -> None:
    assert rules.rules_in(text) == named


@pytest.mark.parametrize("workers", [("-n0",), ("-n2", "--dist=loadgroup")], ids=["alone", "xdist"])
def test_a_full_run_is_compared_with_the_page(project: Path, session: Session, workers: tuple[str, ...]) -> None:
    missing = session(*workers)
    assert missing.code == 1
    assert "docs/rules.md does not exist. Write it with: make rules" in missing.out
    assert passed(results(project)) == PROVED

    assert rules.main([], project) == 0
    current = session(*workers)
    assert (current.code, "rules.md" in current.out) == (0, False), current.out

    (project / "tests" / "test_other.py").write_text(OTHER.replace("OUT-1", "OUT-8"))
    stale = session(*workers)
    assert stale.code == 1
    assert "docs/rules.md is out of date (OUT-1, OUT-8): the tests that prove these changed." in stale.out


def test_update_writes_the_page(project: Path, session: Session) -> None:
    assert session(UPDATE_RULES="1").code == 0
    page = (project / "docs" / "rules.md").read_text()
    assert "| `tests/test_full.py` (1), `tests/test_other.py` (1) |\n| OUT-2 |" in page
    assert session("tests").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("-k", "not test_other"),
        ("-n2", "-k", "not test_three"),
        ("tests/test_full.py",),
        ("--ignore=tests/test_other.py",),
        ("tests/test_full.py::test_one", "tests/test_other.py"),
        ("--deselect", "tests/test_full.py::test_one"),
    ],
    ids=" ".join,
)
def test_a_part_of_the_tests_is_not_compared(project: Path, session: Session, arguments: tuple[str, ...]) -> None:
    done = session(*arguments)
    assert done.code == 0, done.out
    assert not (project / "build" / "rules.json").exists()
    assert "OUT-1" in results(project, "rules.part.json")


def test_only_what_passed_counts(project: Path, session: Session) -> None:
    """A test fails in its call or afterwards, another is expected to fail: neither proves anything."""
    (project / "tests" / "test_other.py").write_text(
        "import pytest\n\n"
        "@pytest.fixture\ndef broken():\n    yield\n    raise ValueError\n\n"
        'def test_fails():\n    """OUT-1."""\n    assert False\n\n'
        'def test_fails_later(broken):\n    """OUT-2."""\n\n'
        '@pytest.mark.xfail\ndef test_expected():\n    """OUT-3."""\n    assert False\n'
    )
    done = session("-n2")
    assert done.code == 1
    assert "docs/rules.md" not in done.out
    proofs = results(project, "rules.part.json")
    assert passed(proofs)["OUT-1"] == {"test_one"}
    assert [len(proofs[rule]["failed"]) for rule in ("OUT-1", "OUT-2", "OUT-3")] == [1, 1, 0]
    assert (proofs["OUT-2"]["passed"], proofs["OUT-3"]["passed"]) == ([], [])


def test_a_skipped_test_neither_proves_nor_fails(project: Path, session: Session) -> None:
    """The page was made where the test ran; here its rule cannot be judged, the others still are."""
    assert session(UPDATE_RULES="1").code == 0
    marked = f"import pytest\n\n@pytest.mark.skip\n{OTHER}"
    (project / "tests" / "test_other.py").write_text(marked)
    assert session().code == 0
    assert results(project)["OUT-1"]["skipped"] == ["tests/test_other.py::test_other"]
    (project / "tests" / "test_full.py").write_text(FULL.replace('"""RET-2."""', '"""RET-3."""'))
    stale = session()
    assert stale.code == 1
    assert "docs/rules.md is out of date (RET-2, RET-3)" in stale.out


@pytest.mark.parametrize("update", ["0", "1"])
def test_an_id_that_is_no_rule_fails_the_run(project: Path, session: Session, update: str) -> None:
    (project / "tests" / "test_other.py").write_text(OTHER.replace("OUT-1", "OUT-99"))
    done = session(UPDATE_RULES=update)
    assert done.code == 1
    assert (
        "tests name rules that do not exist: OUT-99 (such as tests/test_other.py::test_other). See rules_titles.yaml."
    ) in done.out


def test_a_rule_without_a_passed_test_is_on_the_page() -> None:
    proofs: rules.Proofs = {
        "OUT-1": {"passed": ["tests/b.py::x[1]", "tests/b.py::x[2]", "tests/a.py::y"], "failed": [], "skipped": []},
        "OUT-2": {"passed": ["tests/b.py::x[1]"], "failed": ["tests/b.py::x[2]"], "skipped": []},
    }
    page = rules.page_text(proofs)
    assert "| OUT-1 | new, added to the organisation | `tests/a.py` (1), `tests/b.py` (1) |\n" in page
    for rule in ("OUT-2", "OUT-3"):
        (row,) = (line for line in page.splitlines() if line.startswith(f"| {rule} |"))
        assert row.endswith(f"| {rules.NOT_YET} |")


def test_the_command_says_what_is_missing(project: Path, session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert rules.main([], project) == 1
    assert (
        "there is no build/rules.json of a full run in which all tests passed. Run: make test"
        in capsys.readouterr().out
    )
    session()
    assert [rules.main(arguments, project) for arguments in (["--check"], [], ["--check"], [])] == [1, 0, 0, 0]
    assert capsys.readouterr().out.splitlines()[1:] == [
        "wrote docs/rules.md",
        "docs/rules.md is current.",
        "unchanged: docs/rules.md",
    ]
    page = project / "docs" / "rules.md"
    page.write_text(page.read_text().replace("do not edit", "edit"))
    assert rules.main(["--check"], project) == 1
    assert "out of date (the rest of the page)" in capsys.readouterr().out


def test_the_committed_page_lists_every_rule() -> None:
    page = (rules.PROJECT / rules.PAGE).read_text(encoding="utf-8")
    rows = [line.split(" | ")[:2] for line in page.splitlines() if line.startswith("| ") and "---" not in line]
    listed = [(rule.removeprefix("| "), line) for rule, line in rows if rule != "| rule"]
    assert listed == [pair for section in rules.titles().values() for pair in section.items()]
