"""`contact-sync erase`: what it shows, asks and says, and that it never says anything of the person."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.cli.test_acts import PERSON, people  # noqa: F401 - a fixture
from tests.conftest import KEY

Run = Callable[..., Any]
WHY = ("--reason", "asked for it in writing")


@pytest.fixture
def key(people: str, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: F811
    """The URL of a warehouse with Ann and Ben, and the key of its hashes at hand."""
    monkeypatch.setenv("CONTACT_SYNC_KEY", KEY)
    return people


def addresses(url: str) -> list[str | None]:
    with create_engine(url).connect() as connection:
        return list(connection.execute(text("SELECT email FROM contacts.contact ORDER BY contact_id")).scalars())


class Terminal(io.StringIO):
    """Standard input of somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """What is typed next."""
    return lambda words: monkeypatch.setattr("sys.stdin", Terminal(words))


def test_erase_with_yes(run: Run, key: str) -> None:
    """OPS-6: the report by table; a second time nothing is left; no address is said."""
    done = run("erase", PERSON, *WHY, "--yes")
    assert (done.code, done.err) == (0, "")
    assert [line.split()[1::2] for line in done.out.splitlines() if "contacts." in line] == [
        ["contacts.contact", "1"], ["contacts.membership", "1"],
    ]  # fmt: skip
    assert done.out.endswith(
        "Contact 1 is erased. Keyed hashes of 1 address and 0 source records are kept: whatever comes with one of them "
        "is ignored (erased).\n"
        "The record in Zoho, backups, and whatever was exported are not touched: erase there yourself.\n"
    )
    assert addresses(key) == [None, "ben@example.org"]
    again = run("erase", "1", *WHY, "--yes")
    assert (again.code, again.out) == (0, "Contact 1 is erased already; nothing more was found.\n")
    assert "@" not in done.out + again.out


def test_preview_and_json(run: Run, key: str) -> None:
    """OPS-6: a preview needs no reason and writes nothing; the address may come by standard input."""
    told = json.loads(run("erase", "1", "--preview", "--output", "json").out)
    assert told == {
        "contact_id": 1, "applied": False, "erased_before": False, "addresses": 1, "records": 0,
        "removed": {"contacts.contact": 1, "contacts.membership": 1},
    }  # fmt: skip
    assert addresses(key) == [PERSON, "ben@example.org"]
    assert json.loads(run("erase", "1", *WHY, "--yes", "--output", "json").out) == {**told, "applied": True}


def test_the_address_by_standard_input(run: Run, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-6: so that it stays in no shell's history; one person at a time."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"# asked on Monday\n{PERSON}\n"))
    assert run("erase", "-", *WHY, "--yes").code == 0
    assert addresses(key) == [None, "ben@example.org"]
    monkeypatch.setattr("sys.stdin", io.StringIO("ann@example.org\nben@example.org\n"))
    refused = run("erase", "-", *WHY, "--yes")
    assert (refused.code, refused.err) == (
        2, "contact-sync: standard input holds 2 lines. People are erased one at a time.\n",
    )  # fmt: skip


@pytest.mark.parametrize(("answer", "code", "erased"), [("y\n", 0, True), ("n\n", 1, False), ("\n", 1, False)])
def test_it_asks(run: Run, key: str, typed: Callable[[str], None], answer: str, code: int, erased: bool) -> None:
    """OPS-6: after it has shown what would go; anything but yes leaves the person as they are."""
    typed(answer)
    done = run("erase", PERSON, *WHY)
    assert (done.code, addresses(key)[0] is None) == (code, erased)
    assert "Contact 1 would be erased." in done.out
    assert "Erase for good? [y/N]" in done.err
    assert ("Contact 1 is erased." in done.out) is erased
    assert "@" not in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((PERSON,), 2, "--reason is missing: say why, for the record, and without naming the person."),
        ((PERSON, "--reason", " ", "--yes"), 2, "--reason is empty: say why, for the record."),
        ((PERSON, *WHY), 2, "nobody can be asked here. Look first with --preview, then say --yes."),
        ((PERSON, *WHY, "--output", "json"), 2, "nobody can be asked here. Look first with --preview, then say --yes."),
        (("7", *WHY, "--yes"), 1, "there is no contact 7."),
        ((PERSON, "--reason", f"{PERSON} wrote", "--yes"), 1,
         "--reason quotes the person who is to be erased, and it is kept. Say why without that."),
        (("zoe@example.org", *WHY, "--yes"), 1,
         "nobody in the organisation has this address, and nothing that is kept knows it, so there is nothing to "
         "erase. To keep an address out: contact-sync suppress"),
    ],
)  # fmt: skip
def test_mistakes_are_told_without_an_address(
    run: Run, key: str, arguments: tuple[str, ...], code: int, message: str
) -> None:
    """OPS-6: exit code 2 for a command used wrongly, 1 for what cannot be done; nothing is erased."""
    done = run("erase", *arguments)
    assert (done.code, done.out, done.err) == (code, "", f"contact-sync: {message}\n")
    assert addresses(key) == [PERSON, "ben@example.org"]


def test_without_the_key_nothing_is_erased(run: Run, people: str) -> None:  # noqa: F811
    """OPS-6: without it no hash could be kept, and the person would come back."""
    done = run("erase", PERSON, *WHY, "--yes")
    assert done.code == 1
    assert done.err.startswith("contact-sync: CONTACT_SYNC_KEY is not set")
    assert addresses(people) == [PERSON, "ben@example.org"]


def test_unsuppress_says_that_it_needs_force(run: Run, key: str) -> None:
    """OUT-17: by the address, which nothing but its hash is left of."""
    run("erase", PERSON, *WHY, "--yes")
    told = run("unsuppress", PERSON, "--reason", "wants back")
    assert (told.code, told.out) == (3, "0 suppressions lifted.\n")
    assert told.err == "Complaint or erased, still suppressed: line 1. Lift these too with: --force\n"
    assert run("unsuppress", PERSON, "--reason", "wants back", "--force").out == "1 suppression lifted.\n"
