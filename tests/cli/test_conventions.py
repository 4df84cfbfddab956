"""What every command keeps to: help, examples that parse, JSON alone on stdout, exit codes, progress, completion."""

import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from contact_sync.cli import arguments
from contact_sync.cli.commands_page import commands, page_text, stale_commands, write_commands
from contact_sync.cli.console import working
from contact_sync.cli.examples import USAGE, example_lines
from contact_sync.paths import PROJECT
from tests.cli.conftest import Ended
from tests.conftest import KEY
from tests.seeds import sow

COMMANDS = dict(commands())
WHY = ("--reason", "x")
READS = {
    "lint": ("--forecast",),
    "list": ("--state",),
    "lists": (),
    "history": (),
    "campaigns": (),
    "pushes": (),
    "pending": ("candidates_daily",),
    "set-aside": (),
    "warehouse status": (),
}
ACTS = {
    "new": ("another", "--name", "A", "--list", "L", "--frequency", "daily", "--at", "02:00"),
    "deactivate": ("candidates_daily", *WHY),
    "activate": ("candidates_daily",),
    "initiate": ("candidates_daily",),
    "apply-options": ("candidates_daily", "--apply", "--yes", *WHY),
    "suppress": ("ann@example.org", "--as", "blocked", *WHY),
    "unsuppress": ("ann@example.org", *WHY),
    "remove": ("1", "--list", "Talent news", *WHY),
    "restore": ("1", "--list", "Talent news", *WHY),
    "erase": ("3", "--yes", *WHY),
    "approve": ("candidates_daily", *WHY),
    "withhold": ("candidates_daily", *WHY),
    "import-events": ("campaigns.csv",),
    "revert": ("1", "--apply", *WHY),
    "housekeeping": (),
    "warehouse migrate": (),
    "delete": ("candidates_daily", *WHY),
}
BY_THEIR_OWN_TESTS = {"doctor", "explain", "explain-record", "fields", "plan", "run"}
"""They ask an account, or show a person; their tests read the answer as JSON."""


@pytest.mark.parametrize("name", COMMANDS)
def test_help_with_examples_that_parse(name: str, run: Callable[..., Ended]) -> None:
    """OPS-5: a sentence of help, --output, and examples that the command would take."""
    command = COMMANDS[name]
    first = command.help.strip().splitlines()[0]
    assert 20 <= len(first) <= 120
    assert first.endswith((".", "!"))
    assert any({"--output", "-o"} <= set(each.opts) for each in command.params), "offer it: cli/arguments.py"
    assert example_lines(name), "give it examples in cli/examples.py"
    for line in example_lines(name):
        words = shlex.split(line)
        assert words[: 1 + len(name.split())] == ["contact-sync", *name.split()]
        assert command.make_context(name, words[1 + len(name.split()) :]).params
    shown = run(*name.split(), "--help")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.index("Examples:") < shown.out.index("Exit codes: 0: done.")


def test_nothing_is_told_of_commands_that_are_not_there() -> None:
    """OPS-5: the examples, and what is run here, are those of the commands."""
    assert set(USAGE) == set(COMMANDS)
    assert {*READS, *ACTS, *BY_THEIR_OWN_TESTS} == set(COMMANDS)


def test_every_command_answers_in_json(
    run: Callable[..., Ended], folder: Path, with_warehouse: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """OPS-5: stdout is one JSON value, before and after acts; times have a zone."""
    monkeypatch.setenv("CONTACT_SYNC_KEY", KEY)
    (folder / "expectations").symlink_to(PROJECT / "include" / "expectations")
    sow(create_engine(with_warehouse), people=("ann", "ben", "cyd"))
    (tmp_path / "campaigns.csv").write_text("campaign_id,name,kind,lists\nc1,News,email_campaign,Talent news\n")
    told = {}
    for name, words in [*READS.items(), *ACTS.items(), *READS.items()]:
        ended = run(*name.split(), *words, "--output", "json")
        assert ended.code == 0, f"{name}: {ended.err}"
        told[name] = json.loads(ended.out)
        for value in _texts(told[name]):
            assert not re.match(r"\d{4}-\d\d-\d\dT", value) or re.search(r"([+-]\d\d:\d\d|Z)$", value), (name, value)
            assert "@" not in value, name
    assert told["lint"]["errors"] == 0
    assert [each["state"] for each in told["list"]] == ["new", "deleted"]
    assert told["restore"]["changed"]
    assert told["unsuppress"]["lifted"] == 1
    assert told["suppress"] == {"kind": "blocked", "added": 1, "already": 0, "had_before": [], "invalid_lines": []}
    assert told["warehouse status"]["up_to_date"]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


def test_an_error_leaves_stdout_empty(run: Callable[..., Ended], with_warehouse: str) -> None:
    """OPS-5: 1 failed, 2 used wrongly; what is wrong is on stderr, also for who wants JSON."""
    for code, words in (
        (1, ("revert", "9", "--preview")),
        (2, ("plan", "candidate_daily")),
        (2, ("list", "-o", "xml")),
    ):
        ended = run(*words, *([] if "-o" in words else ["-o", "json"]))
        assert (ended.code, ended.out) == (code, "")
        assert ended.err


def test_the_page_of_commands_is_up_to_date(tmp_path: Path) -> None:
    """OPS-5: docs/commands.md; a deployment without docs has none."""
    assert stale_commands(PROJECT / "include") == [], "write it with: contact-sync lint --write-schema"
    include, page = tmp_path / "include", tmp_path / "docs" / "commands.md"
    assert (stale_commands(include), write_commands(include)) == ([], [])
    page.parent.mkdir()
    assert "docs/commands.md: does not exist" in stale_commands(include)[0].render()
    assert (write_commands(include), write_commands(include)) == ([page], [])
    assert page.read_text("utf-8") == page_text()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """OPS-5: on stderr, and words in brackets are words; a pipe sees nothing of it."""
    monkeypatch.setenv("TERM", "xterm")
    for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with working("Reading") as tell:
            tell("a [b] 7 rows")
        assert [words in stream.getvalue() for words in ("Reading", "a [b] 7 rows")] == [shown, shown]
        assert bool(stream.getvalue()) is shown
    assert capsys.readouterr().out == ""


def test_completion_by_files_alone(folder: Path, tmp_path: Path) -> None:
    """OPS-5: by the protocol of Bash; without a library that takes long, and without the database."""
    env = {"PYTHONPATH": os.pathsep.join(map(str, (PROJECT / "plugins", PROJECT))), "CONTACT_SYNC_INCLUDE": str(folder)}
    env |= {"_CONTACT_SYNC_COMPLETE": "complete_bash", "COMP_CWORD": "2", "COMP_WORDS": "contact-sync\ninitiate\ncand"}
    command = [sys.executable, "-X", "importtime", "-m", "contact_sync"]
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "candidates_daily\n"
    imported = {line.rsplit("|", 1)[-1].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "yaml" in imported
    assert imported & {"airflow", "sqlalchemy", "psycopg", "pandas", "requests", "alembic"} == set()


def test_completion_offers_what_can_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-5: names of syncs, accounts and lists; of a broken file its id, and never an error."""
    (folder / "syncs" / "broken.yaml").write_bytes(b"list: [\xff")
    assert arguments.sync_names() == [("broken", ""), ("candidates_daily", "All candidates")]
    assert arguments.account_names() == [("recruit_demo", "recruit")]
    assert arguments.list_names() == ["Talent news"]
    monkeypatch.setenv("_CONTACT_SYNC_COMPLETE", "complete_bash")
    for typed, offered in (("Tal", "Talent\\ news"), ('"Tal', "Talent news")):
        monkeypatch.setenv("COMP_WORDS", f"contact-sync\nremove\n--list\n{typed}")
        assert arguments.list_names() == [offered]
    (folder / "organisation.yaml").write_text("accounts: 7")
    assert arguments.account_names() == []
    monkeypatch.setenv("CONTACT_SYNC_INCLUDE", str(folder / "nowhere"))
    assert (arguments.sync_names(), arguments.account_names(), arguments.list_names()) == ([], [], [])
