"""`contact-sync lint --online`, against the sandbox over HTTP and a real Postgres: what only the account can tell."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.fernet import Fernet

from contact_sync.paths import PROJECT
from include.sandbox.server import running

Run = Callable[..., Any]
MODULES = ("Candidates", "Contacts", "Clients", "Alumni", "Speakers", "Venues")
ACCOUNTS = "accounts:\n  recruit_demo: {kind: recruit}\n  creator_demo: {kind: creator, owner: zylker}\n"
HEAD = "name: N\ncreated: 2026-11-01\naccount: recruit_demo\nlist: L\nschedule: {frequency: once}\n"


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """URL of a small sandbox that serves for all tests."""
    with running(candidates=20, modules=MODULES) as server:
        yield server.url


@pytest.fixture
def sandbox(server_url: str, folder: Path, with_warehouse: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The sandbox as new, its connection, a warehouse, a key, and no other sync than those of the test."""
    requests.post(f"{server_url}/_sandbox/reset", json={}, timeout=30).raise_for_status()
    extra = {"refresh_token": "sandbox-refresh-0000", "accounts_host": server_url, "api_root": server_url}
    given = {"conn_type": "zoho_recruit", "login": "sandbox-client", "password": "sandbox-secret-0000", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_DEMO", json.dumps(given))
    monkeypatch.setenv("AIRFLOW_CONN_CREATOR_DEMO", json.dumps(given | {"conn_type": "zoho_creator"}))
    monkeypatch.setenv("CONTACT_SYNC_KEY", Fernet.generate_key().decode())
    shutil.copytree(PROJECT / "include" / "expectations", folder / "expectations")
    (folder / "syncs" / "candidates_daily.yaml").unlink()
    return server_url


@pytest.fixture
def told(run: Run, folder: Path, sandbox: str) -> Callable[..., list[str]]:
    """Lint one sync with these lines online: what is said of it, without its file."""

    def lint(more: str, policies: str = "{}") -> list[str]:
        organisation = folder / "organisation.yaml"
        organisation.write_text(f"name: Z\npolicies: {policies}\n{ACCOUNTS}")
        head = HEAD.replace("recruit_demo", "creator_demo") if "application:" in more else HEAD
        (folder / "syncs" / "tried.yaml").write_text(head + more)
        done = run("lint", "--online")
        *lines, summary = done.out.splitlines()
        assert (done.code, "0 errors" in summary) in {(0, True), (1, False)}, done.out + done.err
        return [line.removeprefix("include/syncs/tried.yaml") for line in lines]

    return lint


Told = Callable[..., list[str]]
CRITERIA = "source:\n  module: {module}\n  scope: criteria\n  criteria:\n    conditions:\n      1: {{{condition}}}\n"


@pytest.mark.parametrize(
    "more",
    [
        "mapping:\n  fields: {city: City, birth: Date_of_Birth, id: id, done: $converted}\n",
        "source: {scope: view, view: Experienced engineers}\n",
        "source: {module: Alumni}\nmapping:\n  fields: {employer: Employer.name}\n",
        "source: {module: Speakers}\nmapping: {email: Work_Email}\n",
        CRITERIA.format(module="Candidates", condition="field: Year_Passed_Out, is: in, value: [2015, 2016]"),
        CRITERIA.format(module="Contacts", condition="field: Clients.Industry, is: equals, value: IT")
        + "each_fetch: all\n",
    ],
    ids=["fields", "SRC-3 view", "MAP-1 the only e-mail", "MAP-1 said which", "CRIT-1 criteria", "SRC-5 related"],
)
def test_what_the_account_bears_is_silent(told: Told, more: str) -> None:
    assert told(more) == []


CASES = [
    ("ACC-5 module", "source:\n  module: Alumnis\n",
     ":7: source.module: this account (Staffing agency, Enterprise) does not offer 'Alumnis'. Did you mean 'Alumni'? "
     "Allowed: "),
    ("MAP-1 several", "source: {module: Speakers}\n",
     ": mapping.email: is missing: Speakers has 2 fields of type e-mail (MAP-1). Name the one to mail to. "
     "Allowed: Email, Work_Email."),
    ("MAP-1 none", "source: {module: Venues}\nmapping: {first_name: Name}\n",
     ":7: mapping.email: is missing: Venues has no field of type e-mail (MAP-1). "),
    ("SRC-10 e-mail field", "mapping:\n  email: E_mail\n",
     ":7: mapping.email: Candidates of 'recruit_demo' has no field 'E_mail' that its user may see (SRC-10). Allowed: "),
    ("SRC-10 field", "mapping:\n  fields:\n    city: Town\n    land: Contry\n",
     ":9: mapping.fields.land: Candidates of 'recruit_demo' has no field 'Contry' that its user may see (SRC-10). "),
    ("SRC-3 unknown view", "source:\n  scope: view\n  view: Experienced engneers\n",
     ":8: source.view: 'Experienced engneers' is no custom view of Candidates. Did you mean 'Experienced engineers'? "),
    ("CRIT-1 field", CRITERIA.format(module="Candidates", condition="field: Departmant, is: is_empty"),
     ":11: source.criteria.conditions.1.field: Candidates of 'recruit_demo' has no field 'Departmant' that its user "),
    ("CRIT-1 kind", CRITERIA.format(module="Candidates", condition="field: Year_Passed_Out, is: contains, value: 20"),
     ":11: source.criteria.conditions.1: 'contains' does not go with a number field. Allowed: "),
    ("CRIT-1 value", CRITERIA.format(module="Candidates", condition="field: Date_of_Birth, is: equals, value: x"),
     ":11: source.criteria.conditions.1: 'x' is not a date such as 2026-01-31. (CRIT-1)"),
    ("SRC-5 related field", CRITERIA.format(module="Contacts", condition="field: Accounts.Industri, is: is_empty")
     + "each_fetch: all\n",
     ":11: source.criteria.conditions.1.field: Clients of 'recruit_demo' has no field 'Industri' that its user "),
    ("SRC-5 related module", CRITERIA.format(module="Candidates", condition="field: Potentials.City, is: is_empty")
     + "each_fetch: all\n",
     ":11: source.criteria.conditions.1.field: this account (Staffing agency, Enterprise) does not offer "
     "'Job_Openings'."),
]  # fmt: skip


@pytest.mark.parametrize(("more", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_the_account_does_not_bear(told: Told, more: str, expected: str) -> None:
    lines = told(more)
    assert [line for line in lines if line.startswith(expected)] == [lines[-1]], lines


def test_close_matches_of_fields(told: Told) -> None:
    """SRC-10: every unknown field is told, each with the one that was probably meant."""
    one, two = told("mapping:\n  fields:\n    employer: Current_Employr\n    land: Contry\n")
    assert one.endswith("Did you mean 'Current_Employer'?")
    assert two.endswith("Did you mean 'Country'?")


def test_custom_fields_with_criteria_only(told: Told) -> None:
    """SRC-9: refused in all and view, allowed with criteria, and everywhere by default."""
    mapping = "mapping:\n  fields: {birth: Date_of_Birth, city: City}\n"
    policy = "{custom_fields: criteria_only}"
    assert told(mapping, policy) == [
        ":7: mapping.fields.birth: 'Date_of_Birth' is a custom field, and scope is 'all' (SRC-9). "
        "Policy custom_fields: criteria_only allows them with scope 'criteria' only."
    ]
    assert told(CRITERIA.format(module="Candidates", condition="field: City, is: is_empty") + mapping, policy) == []
    (line,) = told("source: {module: Alumni}\nmapping:\n  fields: {employer: Employer.name}\n", policy)
    assert line.startswith(":8: mapping.fields.employer: 'Employer.name' is a custom field, and scope is 'all'")


def test_criteria_on_a_free_plan(told: Told, sandbox: str) -> None:
    """ACC-6: what is not declared the account tells."""
    criteria = CRITERIA.format(module="Candidates", condition="field: City, is: is_empty")
    assert told(criteria) == []
    requests.post(f"{sandbox}/_sandbox/settings", json={"plan": "Free"}, timeout=30).raise_for_status()
    (line,) = told(criteria)
    assert line.startswith(":9: source.criteria: need a paid plan of Recruit, and 'recruit_demo' says it is on a free")


def test_an_account_that_cannot_be_asked(run: Run, folder: Path, sandbox: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """ACC-5: silence would be taken for approval; nothing secret is said."""
    (folder / "syncs" / "tried.yaml").write_text(HEAD)
    monkeypatch.delenv("CONTACT_SYNC_KEY")
    done = run("lint", "--online")
    assert done.code == 1
    assert done.out.startswith(
        "include/organisation.yaml:4: accounts.recruit_demo: could not be asked: CONTACT_SYNC_KEY is not set"
    )
    monkeypatch.delenv("AIRFLOW_CONN_RECRUIT_DEMO")
    done = run("lint", "--online")
    assert (done.code, "accounts.recruit_demo: could not be asked: no Airflow connection" in done.out) == (1, True)
    assert "sandbox-" not in done.out + done.err


def test_only_the_accounts_of_the_named_files_are_asked(run: Run, folder: Path, sandbox: str) -> None:
    """ACC-1: another account's trouble is no matter of this file; without --online nobody is asked."""
    organisation = folder / "organisation.yaml"
    organisation.write_text(organisation.read_text() + "  recruit_other: {kind: recruit}\n")
    (folder / "syncs" / "tried.yaml").write_text(HEAD)
    other = HEAD.replace("recruit_demo", "recruit_other").replace("name: N", "name: O").replace("list: L", "list: M")
    (folder / "syncs" / "other.yaml").write_text(other)
    assert run("lint", "--online", "tried").code == 0
    assert run("lint", "--online", "other").code == 1
    calls = requests.get(f"{sandbox}/_sandbox/calls", timeout=30).json()
    assert run("lint").code == 0
    assert requests.get(f"{sandbox}/_sandbox/calls", timeout=30).json() == calls


DESK = "source:\n  application: talent-desk\n  report: {report}\n  timezone: Europe/Berlin\n"
CIRCLE = "source:\n  application: alumni-circle\n  report: {report}\n  date_format: MM/dd/yyyy hh:mm:ss a\n"
ALUMNI = CIRCLE.format(report="All_Alumni")
AFTER = "retrieve: {after: 2026-10-15T00:00:00Z}\n"
REPORTS = [
    ("MAP-1 the only addresses", DESK.format(report="All_Applicants"), ""),
    ("MAP-1 said which", ALUMNI + "mapping: {email: Work_Email, first_name: Name.first_name}\n", ""),
    ("SRC-7 no such report", DESK.format(report="All_Aplicants"), ":8: source.report: "),
    ("SRC-6 another date format", DESK.format(report="All_Applicants") + "  date_format: yyyy-MM-dd\n",
     ":10: source.date_format: 'yyyy-MM-dd' does not read the times of report 'All_Applicants'"),
    ("MAP-1 several", ALUMNI,
     ": mapping.email: the report 'All_Alumni' has 2 fields that hold addresses: Email, Work_Email"),
    ("MAP-1 none", CIRCLE.format(report="Guest_List"),
     ": mapping.email: the report 'Guest_List' has no field that holds"),
    ("MAP-1 no record yet", DESK.format(report="Nobody_Yet"),
     ": mapping.email: the report 'Nobody_Yet' shows no record"),
    ("SRC-10 unknown field", DESK.format(report="All_Applicants") + "mapping:\n  fields: {job: Positon}\n",
     ":11: mapping.fields.job: talent-desk/All_Applicants of 'creator_demo' has no field 'Positon' that its user may "),
]  # fmt: skip


@pytest.mark.parametrize(("more", "expected"), [case[1:] for case in REPORTS], ids=[case[0] for case in REPORTS])
def test_reports_of_creator(told: Told, more: str, expected: str) -> None:
    """Told from the first rows of the report, for it has no metadata."""
    lines = told(more + AFTER)
    assert [line.startswith(expected) for line in lines] == ([True] if expected else []), lines


def test_switches_that_write_what_is_not_there(run: Run, folder: Path, sandbox: str) -> None:
    """PUSH-0, PUSH-6: fields that Recruit would ignore without a word, with the close match; without syncs, too."""
    text = (
        "name: Z\naccounts:\n  recruit_demo:\n    kind: recruit\n    push:\n      candidates:\n        opened:\n"
        "          list: L\n          status_field: Campaign_Respons\n          custom: {Citi: {constant: x}}\n"
        "    campaigns:\n      status_fields:\n        - {list: L, module: Alumny, field: Notes}\n"
        "        - {list: L, module: Contacts, field: Sorce}\n"
    )
    (folder / "organisation.yaml").write_text(text)
    done = run("lint", "--online")
    errors = [line for line in done.out.splitlines() if "organisation.yaml" in line]
    assert [line.partition(" that its user")[0].partition("organisation.yaml:")[2] for line in errors] == [
        "10: accounts.recruit_demo.push.candidates.opened.custom.Citi: Candidates of 'recruit_demo' has no field "
        "'Citi'",
        "9: accounts.recruit_demo.push.candidates.opened.status_field: Candidates of 'recruit_demo' has no field "
        "'Campaign_Respons'",
        "13: accounts.recruit_demo.campaigns.status_fields[0]: this account (Staffing agency, Enterprise) does not "
        "offer 'Alumny'. Did you mean 'Alumni'? Allowed: Alumni, Candidates, Clients, Contacts, Speakers, Venues.",
        "14: accounts.recruit_demo.campaigns.status_fields[1].field: Contacts of 'recruit_demo' has no field 'Sorce'",
    ]
    for told, close in zip(errors, ("City", "Campaign_Response", "Alumni", "Source"), strict=True):
        assert f"Did you mean '{close}'?" in told
