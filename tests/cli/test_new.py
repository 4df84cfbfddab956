"""`contact-sync new`: what it writes is in order, and it never writes over anything."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.paths import PROJECT

Run = Callable[..., Any]
DAILY = ("--name", "Graduates", "--list", "Campus news", "--frequency", "daily", "--at", "5:30")


def test_a_new_sync_is_written_and_in_order(run: Run, folder: Path) -> None:
    """CFG-1: `new` writes `created`."""
    done = run("new", "graduates", *DAILY)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == "wrote include/syncs/graduates.yaml; it is in order."
    text = (folder / "syncs" / "graduates.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../schema/sync.schema.json\n")
    sync = load_syncs(folder).syncs["graduates"]
    assert (sync.name, sync.account, sync.list_name) == ("Graduates", "recruit_demo", "Campus news")
    assert sync.schedule.in_words() == "daily at 05:30 (Europe/Berlin)"
    assert abs(sync.created - datetime.now(UTC).date()) <= timedelta(days=1)


AWKWARD = ['Köln: "Talente" #1', "[x] {y}", "yes", "2026", "- a", "a\\b", "漢字 😀"]


@pytest.mark.parametrize("name", AWKWARD)
def test_any_name_survives(run: Run, folder: Path, name: str) -> None:
    options = ("--name", name, "--list", name, "--view", name, "--frequency", "once")
    assert run("new", "awkward", *options).code == 0
    sync = load_syncs(folder).syncs["awkward"]
    assert (sync.name, sync.list_name, sync.view) == (name, name, name)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--frequency", "weekly", "--weekday", "friday", "--at", "06:00"),
         "weekly on Friday at 06:00 (Europe/Berlin)"),
        (("--frequency", "monthly", "--day", "3", "--at", "06:00", "--timezone", "UTC"),
         "monthly on day 3 at 06:00 (UTC)"),
        (("--frequency", "once", "--date", "2030-01-02", "--at", "06:00"),
         "once, on 2030-01-02 at 06:00 (Europe/Berlin)"),
    ],
)  # fmt: skip
def test_every_frequency(run: Run, folder: Path, options: tuple[str, ...], words: str) -> None:
    assert run("new", "tried", "--name", "N", "--list", "L", *options).code == 0
    assert load_syncs(folder).syncs["tried"].schedule.in_words() == words


def test_an_existing_file_is_not_overwritten(run: Run, folder: Path) -> None:
    before = (folder / "syncs" / "candidates_daily.yaml").read_text()
    done = run("new", "candidates_daily", *DAILY)
    assert done.code == 2
    assert done.err == (
        "contact-sync: include/syncs/candidates_daily.yaml exists already and is not overwritten. "
        "Choose another id, or edit the file.\n"
    )
    assert (folder / "syncs" / "candidates_daily.yaml").read_text() == before


def test_nothing_is_written_when_it_would_be_broken(run: Run, folder: Path) -> None:
    """RET-3: also when `after` reaches back too far from today."""
    done = run("new", "graduates", *DAILY, "--timezone", "Europe/Berln", "--after", "2001-01-01T00:00:00Z")
    assert done.code == 1
    assert "nothing was written, because the file would not be in order:" in done.err
    assert (
        "schedule.timezone: 'Europe/Berln' is not a time zone of the IANA list. Did you mean 'Europe/Berlin'?"
        in done.err
    )
    assert "reaches back more than 30 days before the sync was created" in done.err
    assert not (folder / "syncs" / "graduates.yaml").exists()


def test_what_is_missing_is_named_where_nobody_can_be_asked(run: Run) -> None:
    done = run("new", "graduates", "--name", "Graduates")
    assert done.code == 2
    assert "needs --list, --frequency: there is no terminal to ask on. See: contact-sync new --help" in done.err


def test_an_id_that_cannot_be_one(run: Run) -> None:
    done = run("new", "../escape", *DAILY)
    assert (done.code, "cannot be a DAG id" in done.err) == (2, True)


def test_a_person_at_a_terminal_is_asked(folder: Path) -> None:
    """With a real terminal on standard input: each question in turn, its answer in the file."""
    ours, theirs = pty.openpty()
    env = {
        "PYTHONPATH": str(PROJECT / "plugins"),
        "CONTACT_SYNC_INCLUDE": str(folder),
        "TERM": "dumb",
        "LANG": "C.UTF-8",
    }
    command = [sys.executable, "-m", "contact_sync", "new", "asked"]
    try:
        os.write(ours, b"Asked for\nSome list\nmonthly\n31\n07:15\n")
        done = subprocess.run(command, stdin=theirs, env=env, capture_output=True, text=True, timeout=60, check=False)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 0, done.stderr
    sync = load_syncs(folder).syncs["asked"]
    assert (sync.name, sync.list_name, sync.account) == ("Asked for", "Some list", "recruit_demo")
    assert sync.schedule.in_words() == "monthly on day 31 or the month's last at 07:15 (Europe/Berlin)"
