"""Which rules were proved in this session: a pytest plugin, alone and under pytest-xdist.

Each test carries the ids of its rules in `user_properties`, which reach the controlling process with its reports. After
a full run in which everything passed, build/rules.json is written and docs/rules.md compared with it; a page that is
out of date fails the session (UPDATE_RULES=1 writes it instead). Any other session writes build/rules.part.json only.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import rules

PROPERTY = "rule"
INSTRUMENTS = ("tests/local/", "tests/sandbox/")
"""Folders that test what the product is tested with; a pass there proves nothing of the product."""
APART = ("tests/browser/", "tests/long/")
"""Folders that have a command of their own, because they need more than wheels."""
PARTIAL = rules.RESULTS.with_name("rules.part.json")


def pytest_configure(config: pytest.Config) -> None:
    """Reports are only seen where the session is controlled; a worker of xdist says what it collected."""
    config.pluginmanager.register(RulesOfSession(config), "rules-of-session")


class RulesOfSession:
    """What this session collected, what became of it, and whether it was a full run."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.root = config.rootpath
        self.collected: list[str] = []
        self.deselected = 0
        self.outcomes: dict[str, set[str]] = {}
        self.rules: dict[str, set[str]] = {}
        self.messages: list[str] = []
        self.failed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Before anything is deselected: a rule in the id of one case belongs to the cases that name it."""
        in_ids: dict[str, set[str]] = {}
        for item in items:
            in_ids.setdefault(rules.function_of(item.nodeid), set()).update(_of_case(item))
        for item in items:
            if item.nodeid.startswith(INSTRUMENTS):
                continue
            of_cases = in_ids[rules.function_of(item.nodeid)]
            named = _of_case(item) | (_of_function(item) - of_cases)
            if not named and not of_cases:
                named = _of_surroundings(item)
            item.user_properties += [(PROPERTY, rule) for rule in sorted(named)]

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        self.deselected += len(items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.collected = [item.nodeid for item in session.items]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        expected = hasattr(report, "wasxfail")
        self.outcomes.setdefault(report.nodeid, set()).add(
            "failed" if report.failed else "skipped" if report.skipped or expected else report.when
        )
        named = {value for name, value in report.user_properties if name == PROPERTY}
        self.rules.setdefault(report.nodeid, set()).update(str(rule) for rule in named)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """The controller learns what a worker collected; all workers collect the same."""
        told = getattr(node, "workeroutput", {})
        self.collected = told.get("rules_collected", self.collected)
        self.deselected = max(self.deselected, told.get("rules_deselected", 0))

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput |= {"rules_collected": self.collected, "rules_deselected": self.deselected}
        elif not self.config.getoption("collectonly"):
            self._finish(session, exitstatus == pytest.ExitCode.OK and self._is_full())

    def _finish(self, session: pytest.Session, full: bool) -> None:
        proofs = self._proofs()
        _write(self.root / (rules.RESULTS if full else PARTIAL), {"rules": proofs})
        if not full:
            return
        try:
            if os.environ.get("UPDATE_RULES") == "1":
                changed = rules.write_page(self.root, proofs)
                self.messages.append(f"{rules.PAGE} {'was written.' if changed else 'is current.'}")
            elif message := rules.drift(self.root, proofs):
                if os.environ.get("RULES_DRIFT") == "tell":
                    self.messages.append(message)
                else:
                    self._fail(session, message)
        except rules.Refused as refused:
            self._fail(session, f"{rules.PAGE}: {refused}")

    def _fail(self, session: pytest.Session, message: str) -> None:
        self.failed = True
        self.messages.append(message)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.messages:
            terminalreporter.section("rules", red=self.failed)
            for message in self.messages:
                terminalreporter.write_line(message, red=self.failed)

    def _is_full(self) -> bool:
        """All files of tests/ were collected, nothing was deselected, everything collected has run."""
        chosen = self.config.getoption("lf", False) or any("::" in argument for argument in self.config.args)
        files = {path.relative_to(self.root).as_posix() for path in (self.root / "tests").rglob("test_*.py")}
        files = {file for file in files if not file.startswith(APART)}
        collected = {node_id.partition("::")[0] for node_id in self.collected}
        if chosen or self.deselected or not files <= collected:
            return False
        return set(self.collected) == set(self.outcomes)

    def _proofs(self) -> rules.Proofs:
        proofs: rules.Proofs = {}
        for node_id, named in sorted(self.rules.items()):
            seen = self.outcomes[node_id]
            became = "failed" if "failed" in seen else "skipped" if "skipped" in seen else "passed"
            for rule in sorted(named) if became != "passed" or "call" in seen else ():
                proof = proofs.setdefault(rule, {"passed": [], "failed": [], "skipped": []})
                proof[became].append(node_id)  # type: ignore[literal-required]
        return dict(sorted(proofs.items()))


def _of_case(item: pytest.Item) -> set[str]:
    callspec = getattr(item, "callspec", None)
    return rules.rules_in(callspec.id) if callspec is not None else set()


def _of_function(item: pytest.Item) -> set[str]:
    return rules.rules_in(getattr(getattr(item, "function", None), "__doc__", None))


def _of_surroundings(item: pytest.Item) -> set[str]:
    """Rules that the class names, or else the module."""
    for name in ("cls", "module"):
        if named := rules.rules_in(getattr(getattr(item, name, None), "__doc__", None)):
            return named
    return set()


def _write(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all: several sessions may end at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mine = path.with_name(f"{path.name}.{os.getpid()}")
    mine.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    mine.replace(path)
