"""`pending`, `approve` and `withhold`: what they show and say, by contact ids only."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.seeds import sow

Run = Callable[..., Any]
SYNC = "candidates_daily"

_WAITING = """
INSERT INTO sync.removal (fetch_id, sync_no, list_id, contact_id, source_no, record_id, reason, reach, state,
        status_before, decided_at, decided_by)
    SELECT 1, 1, 1, contact_id, 1, 'r' || contact_id, 'opted_out', 'list', 'pending', 'subscribed', now(), 'fetch 1'
    FROM contacts.contact WHERE contact_id < 4
"""


@pytest.fixture
def waiting(with_warehouse: str) -> str:
    """Contacts 1 to 3 of the four in Talent news wait, by fetch 1."""
    sow(create_engine(with_warehouse), _WAITING, people=("ann", "ben", "cleo", "dan"))
    return with_warehouse


def statuses(url: str) -> list[str]:
    with create_engine(url).connect() as connection:
        return list(connection.execute(text("SELECT status FROM contacts.membership ORDER BY contact_id")).scalars())


def acts(url: str) -> list[tuple[Any, ...]]:
    with create_engine(url).connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT kind, reason, fetch_id FROM sync.act"))]


def test_pending_shows_numbers_and_ids(run: Run, waiting: str) -> None:
    """ADV-8: all that waits; of one sync who they are, by contact id, and how to answer; nobody's address."""
    every, one = run("pending"), run("pending", SYNC)
    assert (every.code, one.code) == (0, 0)
    for words in (SYNC, "Talent news", "not asked", "contact-sync approve SYNC --reason …"):
        assert words in every.out, words
    assert one.out.splitlines() == [
        f"Fetch 1 of '{SYNC}' would take 3 people out and end 3 of 4 memberships of 'Talent news':",
        "  3 opted out at the source, would leave this list: contacts 1, 2, 3",
        "Asked in Airflow until (UTC): not asked",
        f"  contact-sync approve {SYNC} --fetch 1 --reason …",
        f"  contact-sync withhold {SYNC} --fetch 1 --reason …",
    ]
    assert "@" not in every.out + one.out


def test_pending_as_json(run: Run, waiting: str) -> None:
    """ADV-8: for other programs."""
    (row,) = json.loads(run("pending", SYNC, "--output", "json").out)
    assert (row["sync"], row["fetch_id"], row["people"], row["memberships"], row["members"]) == (SYNC, 1, 3, 3, 4)
    assert row["reasons"] == [{"reason": "opted_out", "reach": "list", "people": 3}]
    assert [each["contact_id"] for each in row["contacts"]] == [1, 2, 3]
    (short,) = json.loads(run("pending", "--output", "json").out)
    assert "contacts" not in short


def test_approve_then_nothing_waits(run: Run, waiting: str) -> None:
    """ADV-8: they leave, once; who comes second is told so and changes nothing."""
    done = run("approve", SYNC, "--reason", "seen")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"'{SYNC}': approved by ")
    assert done.out.endswith(": 3 people of fetch 1 left, 3 memberships of 'Talent news' ended.\n")
    assert statuses(waiting) == ["removed"] * 3 + ["subscribed"]
    assert acts(waiting) == [("approve", "seen", 1)]
    again = run("withhold", SYNC, "--reason", "late", "--fetch", "1", "--output", "json")
    told = json.loads(again.out)
    assert (again.code, told["changed"]) == (0, False)
    assert told["told"].startswith("The removals of fetch 1 were approved by ")
    assert run("approve", SYNC, "--reason", "x").out == (
        f"'{SYNC}': no removals of '{SYNC}' wait for an answer: nothing was done.\n"
    )
    assert run("pending").out == "Nothing waits for an answer.\n"
    assert run("pending", SYNC).out == f"Nothing of '{SYNC}' waits for an answer.\n"
    assert acts(waiting) == [("approve", "seen", 1)]


def test_withhold(run: Run, waiting: str) -> None:
    """ADV-8: nobody leaves; the act is kept. Another fetch's question is left alone."""
    other = run("withhold", SYNC, "--reason", "x", "--fetch", "2")
    assert other.out == (
        f"'{SYNC}': No removals of fetch 2 wait for an answer. Nothing was done. Fetch 1 asks now: "
        f"contact-sync pending {SYNC}\n"
    )
    done = run("withhold", SYNC, "--reason", "too many")
    assert done.out.endswith(": 3 people of fetch 1 stay as they are.\n")
    assert (statuses(waiting), acts(waiting)) == (["subscribed"] * 4, [("withhold", "too many", 1)])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("approve", "candidates_dayly", "--reason", "x"), 2,
         "there is no sync 'candidates_dayly'. Did you mean 'candidates_daily'? See all with: contact-sync list"),
        (("pending", "candidates_dayly"), 2, "Did you mean 'candidates_daily'?"),
        (("withhold", SYNC, "--reason", " "), 2, "--reason is empty: say why, for the record."),
    ],
)  # fmt: skip
def test_mistakes(run: Run, waiting: str, arguments: tuple[str, ...], code: int, message: str) -> None:
    """ADV-8: the close match, the missing reason; nothing is decided."""
    done = run(*arguments)
    assert (done.code, message in done.err) == (code, True), done.err
    assert acts(waiting) == []
