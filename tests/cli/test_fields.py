"""`contact-sync fields`, against the sandbox over HTTP and a real Postgres: what of a source can be mapped."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from contact_sync.cli.fields import _row
from include.sandbox.server import running

Run = Callable[..., Any]
HEAD = "name: N\ncreated: 2026-11-01\naccount: {account}\nlist: L\nschedule: {{frequency: once}}\n"
ACCOUNTS = "name: Z\naccounts:\n  recruit_demo: {kind: recruit}\n  creator_demo: {kind: creator, owner: zylker}\n"
REPORT = "source: {application: talent-desk, report: All_Applicants, date_format: dd-MMM-yyyy}\n"


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """URL of a small sandbox that serves for all tests."""
    with running(candidates=20, modules=("Candidates", "Contacts", "Clients", "Alumni", "Speakers")) as server:
        yield server.url


@pytest.fixture
def fields(run: Run, server_url: str, folder: Path, with_warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command with these lines in the sync `tried`."""
    extra = {"refresh_token": "sandbox-refresh-0000", "accounts_host": server_url, "api_root": server_url}
    given = {"conn_type": "zoho_recruit", "login": "sandbox-client", "password": "sandbox-secret-0000", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_DEMO", json.dumps(given))
    monkeypatch.setenv("AIRFLOW_CONN_CREATOR_DEMO", json.dumps(given | {"conn_type": "zoho_creator"}))
    monkeypatch.setenv("CONTACT_SYNC_KEY", Fernet.generate_key().decode())
    (folder / "organisation.yaml").write_text(ACCOUNTS)

    def ask(*arguments: str, more: str = "", account: str = "recruit_demo") -> Any:
        (folder / "syncs" / "tried.yaml").write_text(HEAD.format(account=account) + more)
        return run("fields", *arguments)

    return ask


def by_name(done: Any) -> dict[str, Any]:
    assert done.code == 0, done.err
    return {row.pop("field"): row for row in json.loads(done.out)}


def test_the_fields_of_a_sync(fields: Run) -> None:
    """MAP-5: every field of its source with type, label, whether custom, and what it fills."""
    more = "mapping:\n  fields: {years: {source: Experience_in_Years, type: integer}, since: Experience_in_Years}\n"
    found = by_name(fields("tried", "--output", "json", more=more))
    assert found["Experience_in_Years"] == {
        "label": "Experience in Years",
        "type": "integer",
        "known_type": True,
        "map_as": "integer",
        "custom": False,
        "fills": ["years", "since"],
    }
    assert (found["Email"]["fills"], found["City"]["fills"]) == (["email"], [])
    assert {row["custom"] for row in found.values()} == {True, False}
    shown = fields("tried", more=more).out
    assert all(
        word in shown for word in ("Candidates of recruit_demo, as tried maps it", "Experience_in_Years", "since")
    )


def test_what_the_source_tells_by_itself_is_shown_too(fields: Run) -> None:
    """MAP-5, MAP-1: a custom module's only e-mail field and its name field; where two hold addresses it says so."""
    alumni = by_name(fields("tried", "--output", "json", more="source: {module: Alumni}\n"))
    assert "email" in [target for row in alumni.values() for target in row["fills"]]
    told = fields("tried", "--output", "json", more="source: {module: Speakers}\nmapping: {email: Work_Email}\n")
    assert by_name(told)["Work_Email"]["fills"] == ["email"]
    several = fields("tried", "--output", "json", more="source: {module: Speakers}\n")
    assert "email" not in str([row["fills"] for row in by_name(several).values()])
    assert "Speakers has 2 fields of type e-mail (MAP-1)" in several.err


def test_the_fields_of_a_report(fields: Run) -> None:
    """MAP-5, MAP-7: parts of names are fields of their own."""
    found = by_name(fields("tried", "--output", "json", more=REPORT, account="creator_demo"))
    filled = {target: name for name, row in found.items() for target in row["fills"]}
    assert (filled["first_name"], filled["last_name"]) == ("Name.first_name", "Name.last_name")
    assert found[filled["email"]]["type"] == "email"
    assert {row["known_type"] for row in found.values()} == {True}


def test_the_fields_of_any_module(fields: Run) -> None:
    """MAP-5: with every sync of the account that maps them."""
    found = by_name(fields("--account", "recruit_demo", "--module", "Candidates", "--output", "json"))
    assert found["Email"]["fills"] == ["email (candidates_daily)", "email (tried)"]
    clients = by_name(fields("--account", "recruit_demo", "--module", "Clients", "--output", "json"))
    assert (clients["Client_Name"]["type"], clients["Client_Name"]["fills"]) == ("text", [])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "say what: either SYNC, or --account ACCOUNT with --module MODULE."),
        (["tried", "--module", "Contacts"], 2, "say what"),
        (["--account", "recruit_demo"], 2, "say what"),
        (["tired"], 2, "there is no sync 'tired'. Did you mean 'tried'?"),
        (["--account", "recruit_dem", "--module", "Contacts"], 2,
         "'recruit_dem' is not an account of organisation.yaml. Allowed: recruit_demo, creator_demo. "
         "Did you mean 'recruit_demo'?"),
        (["--account", "recruit_demo", "--module", "Contact"], 1, "Did you mean 'Contacts'?"),
        (["--account", "creator_demo", "--module", "All_Applicants"], 2, "name a sync instead"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(fields: Run, arguments: list[str], code: int, said: str) -> None:
    """MAP-5: unknown names are told with the close match."""
    done = fields(*arguments)
    assert done.code == code
    assert said in done.err


def test_a_field_of_unknown_type() -> None:
    """MAP-5, SRC-10: it is offered as text, and the list says that its type is unknown."""
    row = _row({"api_name": "Mood", "field_label": "Mood", "data_type": "hologram", "custom_field": True}, {})
    assert (row["known_type"], row["map_as"], row["custom"]) == (False, "text", True)
