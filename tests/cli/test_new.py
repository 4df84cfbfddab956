"""`contact-sync new`: what it writes is in order, and it never writes over anything."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.config.schema import schema_text
from contact_sync.config.yaml_text import read_yaml
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


WHEN = ("--name", "N", "--list", "L", "--frequency", "daily", "--at", "02:00")
CREATOR = "accounts:\n  recruit_demo: {kind: recruit}\n  hr: {kind: creator, owner: zylker, timezone: Asia/Kolkata}\n"


def _as_it_is(folder: Path, sync_id: str) -> ResolvedSync:
    """The new sync, from a file that lint finds nothing wrong with."""
    text = (folder / "syncs" / f"{sync_id}.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../schema/sync.schema.json\nname: ")
    assert "\ncreated: 20" in text
    schema = jsonschema.Draft202012Validator(json.loads(schema_text("sync.schema.json")))
    schema.validate(read_yaml(text).value)
    loaded = load_syncs(folder)
    assert loaded.problems == []
    return loaded.syncs[sync_id]


def test_a_module_with_conditions(run: Run, folder: Path) -> None:
    """CFG-1, SRC-1, SRC-4, CRIT-4: values as they are meant, joined as the pattern says."""
    conditions = [
        "Department equals Information Technology", "Experience_in_Years greater_equal 2.5",
        "Year_Passed_Out equals 2015", "Clients.Industry in IT, Media", "Zip_Code equals 01234", "Email is_not_empty",
        "Email_Opt_Out equals false",
        "Created_Time between 2026-01-01, 2026-02-01",
    ]  # fmt: skip
    given = [word for condition in conditions for word in ("--condition", condition)]
    pattern = "(1 and 2 and 5) and (3 or 4) and (6 or 7) and 8"
    done = run("new", "tried", *WHEN, "--module", "Contacts", *given, "--pattern", pattern)
    assert (done.code, done.err) == (0, "")
    criteria = _as_it_is(folder, "tried").criteria
    assert criteria is not None
    assert criteria.pattern == "((1 and 2 and 5) and (3 or 4) and (6 or 7) and 8)"
    assert [condition.values for condition in criteria.conditions] == [
        ("Information Technology",), (2.5,), (2015,), ("IT", "Media"), ("01234",), (), (False,),
        ("2026-01-01", "2026-02-01"),
    ]  # fmt: skip


def test_a_custom_module(run: Run, folder: Path) -> None:
    """SRC-1, MAP-1: without an address of its own the file says where it comes from, and how to see."""
    done = run("new", "alumni", *WHEN, "--module", "Alumni")
    assert "To see now: contact-sync lint --online alumni" in done.out
    sync = _as_it_is(folder, "alumni")
    assert (sync.module, sync.email_by_metadata, sync.name_by_metadata) == ("Alumni", True, True)
    done = run("new", "speakers", *WHEN, "--module", "Speakers", "--email", "Work_Email")
    assert "lint --online" not in done.out
    assert [line.source for line in _as_it_is(folder, "speakers").mapping] == ["Work_Email"]


def test_a_report_of_creator(run: Run, folder: Path) -> None:
    """SRC-6: link names, and what its account does not say."""
    (folder / "organisation.yaml").write_text(f"name: Z\n{CREATOR}")
    report = ("--account", "hr", "--application", "hr-portal", "--report", "People", "--date-format", "dd/MM/yyyy")
    assert run("new", "people", *WHEN, *report).code == 0
    sync = _as_it_is(folder, "people")
    assert (sync.module, sync.schedule.timezone) == ("hr-portal/People", "Asia/Kolkata")
    assert sync.report is not None
    assert (sync.report.owner, sync.report.date_format) == ("zylker", "dd/MM/yyyy")


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--view", "V", "--condition", "City is_empty"), 2, "--view and --condition are two ways"),
        (("--pattern", "1"), 2, "--pattern joins conditions, and there is none."),
        (("--condition", "City"), 2, "--condition 'City' is not a field, an operator and a value, such as"),
        (("--condition", "City is_empty", "--report", "R"), 2, "a report of Creator holds its own criteria"),
        (("--condition", "City equalz Rome"), 1, "'equalz' is not one of the allowed values."),
        (("--condition", "City is_empty", "--pattern", "1 or 2"), 1, "there is no condition 2. Allowed: 1."),
        (("--application", "a", "--report", "r"), 1, "'recruit_demo' is of kind 'recruit' (ACC-1)"),
        (("--application", "a", "--report", "r", "--view", "V"), 1, "source.view: belongs to a Recruit source;"),
        (("--module", "All people"), 1, "'All people' is not the API name of a module."),
    ],
)
def test_what_cannot_be_meant(run: Run, folder: Path, options: tuple[str, ...], code: int, words: str) -> None:
    """SRC-1, SRC-4, SRC-6: nothing is written, and the message says why."""
    done = run("new", "tried", *WHEN, *options)
    assert (done.code, words in done.err) == (code, True), done.err
    assert not (folder / "syncs" / "tried.yaml").exists()


def test_a_report_is_asked_for_only_with_an_account_of_creator(run: Run, folder: Path) -> None:
    """SRC-6: without a terminal the missing options are named."""
    (folder / "organisation.yaml").write_text(f"name: Z\n{CREATOR}")
    done = run("new", "people", *WHEN, "--account", "hr", "--report", "People")
    assert (done.code, "needs --application: there is no terminal" in done.err) == (2, True)
    assert run("new", "people", *WHEN, "--account", "recruit_demo").code == 0
