"""`contact-sync apply-options`: what it shows, asks and says (ADV-6)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import create_engine, text

from tests.cli.conftest import SYNC
from tests.cli.test_acts import people  # noqa: F401 - a fixture
from tests.cli.test_erase import Terminal

Run = Callable[..., Any]
APPLY = ("apply-options", "candidates_daily", "--apply", "--reason", "legal asked")
_RECORDS = """
INSERT INTO contacts.source_link (source_no, record_id, contact_id, email_key, linked_by_fetch, opted_out)
    SELECT 1, contact_id::text, contact_id, email_key, 1, contact_id = 1 FROM contacts.contact;
INSERT INTO sync.taken_record (sync_no, source_no, record_id, list_id, first_fetch, taken_at)
    SELECT 1, 1, record_id, 1, 1, now() FROM contacts.source_link
"""


@pytest.fixture
def taken(people: str, folder: Path) -> str:  # noqa: F811
    """Contacts 1 (opted out) and 2 were taken before the file said opt_out: remove_from_list."""
    with create_engine(people).begin() as connection:
        for statement in _RECORDS.split(";\n"):
            connection.exec_driver_sql(statement)
    settings = {**yaml.safe_load(SYNC), "options": {"opt_out": "remove_from_list"}}
    (folder / "syncs" / "candidates_daily.yaml").write_text(yaml.safe_dump(settings))
    return people


def statuses(url: str) -> list[str]:
    with create_engine(url).connect() as connection:
        return list(connection.execute(text("SELECT status FROM contacts.membership ORDER BY contact_id")).scalars())


def test_preview_apply_and_undo(run: Run, taken: str) -> None:
    """ADV-6: numbers and contact ids before and after, the number of the act, and the way back."""
    shown = (
        "'candidates_daily' into 'Talent news', options of today: opt_out: remove_from_list, deleted: keep, "
        "unsubscribed: keep.\n"
        "Pairs taken under other options that {bound} to these: 2\n"
        "  opt_out: dont_exclude → remove_from_list: 2\n"
        "1 person {leave}; memberships of the list that end: 1\n"
        "  1 out of the list, opted out: contact 1\n"
    )
    seen = run("apply-options", "candidates_daily", "--preview")
    assert (seen.code, seen.err) == (0, "")
    assert seen.out == shown.format(bound="would be bound", leave="would leave") + (
        "Nothing was written. Do it with: contact-sync apply-options candidates_daily --apply --reason …\n"
    )
    assert statuses(taken) == ["subscribed", "subscribed"]
    done = run(*APPLY, "--yes")
    assert done.out == shown.format(bound="are now bound", leave="left") + (
        "This is act 1. Take it back with: contact-sync apply-options candidates_daily --undo 1 --reason …\n"
    )
    assert statuses(taken) == ["removed", "subscribed"]
    again = run(*APPLY, "--yes")
    assert again.out == (
        "'candidates_daily': every pair is bound to the options of today already. There is nothing to apply.\n"
    )
    undo = ("apply-options", "candidates_daily", "--undo", "1", "--reason", "mistake")
    assert run(*undo).out == (
        "Act 1 of 'candidates_daily' is undone (act 2). Back: contact 1.\n2 pairs are bound as before.\n"
    )
    assert statuses(taken) == ["subscribed", "subscribed"]
    assert run(*undo).out == "Act 1 was undone already, by act 2. Nothing was written.\n"


def test_what_undo_leaves_is_told(run: Run, taken: str) -> None:
    """ADV-6: whom it left, and why."""
    run(*APPLY, "--yes")
    run("remove", "1", "--list", "Talent news", "--reason", "asked")
    done = run("apply-options", "candidates_daily", "--undo", "1", "--reason", "mistake")
    assert done.out == (
        "Act 1 of 'candidates_daily' is undone (act 3). Back: nobody.\n2 pairs are bound as before.\n"
        "Left as they are, because their membership or deletion has changed since: contact 1.\n"
    )


def test_as_json(run: Run, taken: str) -> None:
    """ADV-6: every contact id, by option and reach."""
    told = {
        "sync": "candidates_daily",
        "list": "Talent news",
        "options": {"opt_out": "remove_from_list", "deleted": "keep", "unsubscribed": "keep"},
        "act": None,
        "applied": False,
        "pairs": 2,
        "rebound": [{"option": "opt_out", "from": "dont_exclude", "to": "remove_from_list", "pairs": 2}],
        "leaving": [{"reason": "opted_out", "reach": "list", "people": 1, "memberships": 1, "contacts": [1]}],
    }
    assert json.loads(run("apply-options", "candidates_daily", "--preview", "--output", "json").out) == told
    assert json.loads(run(*APPLY, "--yes", "--output", "json").out) == {**told, "act": 1, "applied": True}
    undone = run("apply-options", "candidates_daily", "--undo", "1", "--reason", "mistake", "--output", "json")
    assert json.loads(undone.out) == {
        "sync": "candidates_daily", "undone": 1, "act": 2, "undone_before_by": None,
        "pairs": 2, "back": [1], "left": [],
    }  # fmt: skip


@pytest.mark.parametrize(("typed", "code", "left"), [("n\n", 1, "subscribed"), ("y\n", 0, "removed")])
def test_it_asks(run: Run, taken: str, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, left: str) -> None:
    """ADV-6: the numbers first, then the question; no is no."""
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    done = run(*APPLY)
    assert done.code == code
    assert ("1 person would leave" in done.out, "Apply them: 1 person leaves?" in done.err) == (True, True)
    assert statuses(taken)[0] == left


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("candidates_daily",), 2, "say what to do: --preview, --apply or --undo RUN, one of them."),
        (("candidates_daily", "--preview", "--apply"), 2,
         "say what to do: --preview, --apply or --undo RUN, one of them."),
        (("candidates_daily", "--apply", "--yes"), 2, "--apply needs --reason: say why, for the record."),
        (("candidates_daily", "--undo", "1"), 2, "--undo needs --reason: say why, for the record."),
        (("candidates_daily", "--apply", "--reason", "x"), 2,
         "nobody can be asked here. Look first with --preview, then say --yes."),
        (("candidates_dayly", "--preview"), 2,
         "there is no sync 'candidates_dayly'. Did you mean 'candidates_daily'? See all with: contact-sync list"),
        (("candidates_daily", "--undo", "9", "--reason", "x"), 1,
         "9 is not the number of an act that applied options of 'candidates_daily'. There is none to undo."),
    ],
)  # fmt: skip
def test_mistakes(run: Run, taken: str, arguments: tuple[str, ...], code: int, message: str) -> None:
    """ADV-6, OPS-5: each names what is allowed."""
    done = run("apply-options", *arguments)
    assert (done.code, done.out, done.err) == (code, "", f"contact-sync: {message}\n")
