"""The accounts' part of `contact-sync doctor`: connections, credentials, organisations that are shared."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from contact_sync.cli.connections import account_fingerprint
from contact_sync.paths import PROJECT
from contact_sync.warehouse.accounts import see
from contact_sync.warehouse.database import open_warehouse
from tests.cli.doctoring import KEY, Examine, zoho

Run = Callable[..., Any]
TWO_ACCOUNTS = "accounts:\n  recruit_demo: {kind: recruit}\n  recruit_twin: {kind: recruit}\n"


def test_an_account_that_is_refused(run: Run, healthy: str, sandbox: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """ACC-2: what is missing, and never the secret."""
    monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_DEMO", zoho(sandbox, password="wrong-0000"))
    done = run("doctor")
    assert done.code == 1
    assert "problem      Account recruit_demo: Zoho accounts server " in done.out
    assert "the client secret (password) does not belong to the client id (login)" in done.out
    assert "             Next: contact-sync doctor recruit_demo\n" in done.out
    assert "wrong-0000" not in done.out + done.err


def test_a_missing_scope_is_told_without_going_in_a_circle(examine: Examine, healthy: str, sandbox: str) -> None:
    """ACC-7: the scope is named; "check with doctor" is left out, because this is it."""
    settings: dict[str, Any] = {"missing_scopes": ["settings"]}
    requests.post(f"{sandbox}/_sandbox/settings", json=settings, timeout=30).raise_for_status()
    try:
        code, found = examine()
    finally:
        settings = {"missing_scopes": []}
        requests.post(f"{sandbox}/_sandbox/settings", json=settings, timeout=30).raise_for_status()
    assert code == 1
    message = found["Account recruit_demo"]["message"]
    assert "The refresh token lacks the scope ZohoRecruit.settings" in message
    assert message.endswith("make a new one that has it.")


def test_a_look_is_counted_like_a_task(examine: Examine, healthy: str, sandbox: str) -> None:
    """ACC-3, LIM-5: a new token each time, shared from then on; no eleventh in ten minutes; each call is booked."""
    for _ in range(2):
        assert examine()[1]["Account recruit_demo"]["state"] == "ok"
    calls = requests.get(f"{sandbox}/_sandbox/calls", timeout=30).json()
    listed = calls["calls"] if isinstance(calls, dict) else calls
    paths = sorted(call["path"] for call in listed if call["path"].startswith("/recruit/"))
    warehouse = open_warehouse(healthy, KEY)
    with warehouse.transaction() as connection:
        booked = connection.execute(text("SELECT path FROM sync.credit WHERE account = 'recruit_demo'")).scalars()
        assert sorted(booked) == paths
        assert connection.execute(text("SELECT count(*) FROM sync.token_request")).scalar_one() == 2
        assert connection.execute(text("SELECT count(*) FROM sync.token")).scalar_one() == 1
        connection.execute(
            text(
                "INSERT INTO sync.token_request (account, at, succeeded) "
                "SELECT 'recruit_demo', now(), false FROM generate_series(1, 8)"
            )
        )
    code, found = examine()
    assert (code, found["Account recruit_demo"]["state"]) == (1, "problem")
    assert "10 access tokens were asked for in the last ten minutes" in found["Account recruit_demo"]["message"]


def test_an_account_without_a_connection(examine: Examine, healthy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_RECRUIT_DEMO")
    code, found = examine()
    finding = found["Account recruit_demo"]
    assert (code, finding["state"]) == (1, "problem")
    assert finding["message"] == ("no Airflow connection 'recruit_demo' is known here (AirflowNotFoundException).")
    assert finding["remedy"].startswith("Give it as AIRFLOW_CONN_RECRUIT_DEMO, or add it to Airflow's database; ")
    assert finding["next_command"] == "airflow connections add recruit_demo --conn-type zoho_recruit …"


def test_a_connection_that_cannot_be_read(run: Run, healthy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_DEMO", '{"password": "sandbox-secret-0000", broken')
    done = run("doctor")
    assert done.code == 1
    assert (
        "problem      Account recruit_demo: no Airflow connection 'recruit_demo' is known here: "
        "AIRFLOW_CONN_RECRUIT_DEMO is set, but is neither a URI nor JSON that can be read.\n"
    ) in done.out
    assert "sandbox-secret-0000" not in done.out + done.err


def test_two_connections_to_one_organisation(
    examine: Examine, folder: Path, healthy: str, sandbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ACC-8: a warning, told by the organisations' own ids."""
    (folder / "organisation.yaml").write_text(f"name: Zylker\n{TWO_ACCOUNTS}")
    monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_TWIN", zoho(sandbox))
    code, found = examine()
    assert (code, found["Recruit organisations"]["state"]) == (0, "warning")
    assert found["Recruit organisations"]["message"] == (
        "'recruit_demo' and 'recruit_twin' lead to the same one: they share its limits, "
        "and each reads what the other pushes."
    )
    code, found = examine("recruit_twin")
    assert code == 0
    assert "Account recruit_demo" not in found
    assert found["Recruit organisations"]["message"] == "one account alone is compared with no other."


@pytest.fixture
def other_organisation() -> Iterator[str]:
    """URL of a sandbox of another organisation, in a process of its own."""
    code = (
        "import include.sandbox.api.metadata as metadata; metadata.ORGANISATION_ID = '700000002'\n"
        "from include.sandbox.__main__ import main; main(['--candidates', '0'])"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_two_organisations(
    examine: Examine, folder: Path, healthy: str, other_organisation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ACC-8: different ones are well; an account without an answer is not passed over in silence."""
    (folder / "organisation.yaml").write_text(f"name: Zylker\n{TWO_ACCOUNTS}")
    monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_TWIN", zoho(other_organisation))
    code, found = examine()
    assert (code, found["Recruit organisations"]["state"]) == (0, "ok")
    assert found["Recruit organisations"]["message"] == "each account leads to another one."

    monkeypatch.delenv("AIRFLOW_CONN_RECRUIT_TWIN")
    code, found = examine()
    assert (code, found["Recruit organisations"]["state"]) == (1, "not checked")
    assert found["Recruit organisations"]["message"] == "that of 'recruit_twin': no answer."

    monkeypatch.delenv("CONTACT_SYNC_KEY")
    assert examine()[1]["Recruit organisations"]["message"] == (
        "asking takes the token that the warehouse keeps; mend warehouse and key first."
    )


@pytest.fixture
def known(run: Run, healthy: str) -> str:
    """A sync has run with the account's credentials as they are. The URL of the warehouse."""
    assert run("activate", "candidates_daily").code == 0
    warehouse = open_warehouse(healthy, KEY)
    seen = account_fingerprint("recruit_demo", warehouse)
    assert seen is not None
    with warehouse.transaction() as connection:
        see(connection, "recruit_demo", seen, deactivate=True, now=datetime.now(UTC))
    return healthy


def renewed(sandbox: str) -> str:
    """The connection with another ZSC key, which the sandbox does not mind."""
    given = json.loads(zoho(sandbox))
    given["extra"]["zsc_secret"] = "zsc-1111"
    return json.dumps(given)


def test_changed_credentials_are_seen(
    run: Run, examine: Examine, known: str, sandbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ACC-4: doctor makes the account's syncs inactive as the next run would; it says so until they are activated."""
    subject = "Credentials recruit_demo"
    assert examine()[1][subject]["message"] == "the ones that its syncs ran with."
    monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_DEMO", renewed(sandbox))
    for _ in range(2):
        code, found = examine()
        assert (code, found[subject]["state"]) == (0, "warning")
        assert found[subject]["message"] == "changed; inactive until somebody activates them: 'candidates_daily'."
        assert found[subject]["next_command"] == "contact-sync activate --account recruit_demo"
    done = run("activate", "--account", "recruit_demo")
    assert done.out.startswith("'candidates_daily' is active (it was inactive: credentials_changed).\n")
    assert examine()[1][subject]["state"] == "ok"


def test_changed_credentials_under_policy_continue(
    examine: Examine, folder: Path, known: str, sandbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ACC-4: on_credential_change: continue; told once, because they are the known ones from then on."""
    (folder / "organisation.yaml").write_text(
        "name: Zylker\npolicies: {on_credential_change: continue}\naccounts: {recruit_demo: {kind: recruit}}\n"
    )
    monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_DEMO", renewed(sandbox))
    told = [examine()[1]["Credentials recruit_demo"] for _ in range(2)]
    assert [each["state"] for each in told] == ["ok", "ok"]
    assert [each["message"] for each in told] == [
        "changed since the last run; no sync was made inactive by that.", "the ones that its syncs ran with.",
    ]  # fmt: skip


def test_an_account_that_no_run_has_seen_has_no_credentials_to_compare(examine: Examine, healthy: str) -> None:
    """ACC-4: the first sight is the first run's."""
    assert "Credentials recruit_demo" not in examine()[1]


def test_creator_accounts_share_no_recruit_organisation(examine: Examine, folder: Path, healthy: str) -> None:
    """ACC-8: only accounts of Recruit are compared."""
    (folder / "organisation.yaml").write_text(
        "name: Zylker\naccounts:\n  recruit_demo: {kind: recruit}\n  creator_hr: {kind: creator}\n"
    )
    assert "Recruit organisations" not in examine()[1]
