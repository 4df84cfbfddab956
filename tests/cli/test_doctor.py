"""`contact-sync doctor` against the sandbox over HTTP, a real Postgres and a real Airflow database."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from contact_sync.cli.app import main
from contact_sync.paths import PROJECT
from contact_sync.warehouse.database import open_warehouse
from contact_sync.warehouse.secrets import hash_key
from include.sandbox.server import running

Run = Callable[..., Any]
KEY = Fernet.generate_key().decode()
SECRETS = ("sandbox-secret-0000", "sandbox-refresh-0000", KEY)
TWO_ACCOUNTS = "accounts:\n  recruit_demo: {kind: recruit}\n  recruit_twin: {kind: recruit}\n"


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """URL of a small sandbox that serves for all tests."""
    with running(candidates=20) as server:
        yield server.url


@pytest.fixture
def sandbox(server_url: str) -> str:
    """The sandbox as new: it gives ten tokens in ten minutes."""
    requests.post(f"{server_url}/_sandbox/reset", json={}, timeout=30).raise_for_status()
    return server_url


def zoho(sandbox: str, **changes: Any) -> str:
    """The connection of an account of the sandbox, as an AIRFLOW_CONN_… value."""
    extra = {"refresh_token": "sandbox-refresh-0000", "accounts_host": sandbox, "api_root": sandbox}
    given = {"conn_type": "zoho_recruit", "login": "sandbox-client", "password": "sandbox-secret-0000", "extra": extra}
    return json.dumps(given | changes)


def postgres(url: str, **changes: Any) -> str:
    """The connection of a warehouse, as an AIRFLOW_CONN_… value."""
    parts = make_url(url)
    given = {
        "conn_type": "contacts_warehouse", "host": parts.host, "port": parts.port, "login": parts.username,
        "password": parts.password, "schema": parts.database,
    }  # fmt: skip
    return json.dumps(given | changes)


@pytest.fixture
def healthy(folder: Path, with_warehouse: str, sandbox: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """All is well: key, warehouse, its Airflow connection, one account. The URL of the warehouse."""
    monkeypatch.setenv("CONTACT_SYNC_KEY", KEY)
    monkeypatch.setenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE", postgres(with_warehouse))
    monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_DEMO", zoho(sandbox))
    return with_warehouse


@pytest.fixture
def examine(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, dict[str, Any]]]]:
    """Run `doctor --json`: exit code, and the findings by subject."""

    def examine_now(*arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
        with pytest.raises(SystemExit) as ended:
            main(("doctor", "--json", *arguments))
        said = capsys.readouterr().out
        assert not any(secret in said for secret in SECRETS)
        return int(ended.value.code or 0), {finding["subject"]: finding for finding in json.loads(said)}

    return examine_now


Examine = Callable[..., tuple[int, dict[str, dict[str, Any]]]]


def execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_all_is_well(run: Run, healthy: str) -> None:
    """ACC-2: organisation, edition and modules on offer; nothing secret; the database is named."""
    done = run("doctor")
    assert done.code == 0, done.out
    parts = make_url(healthy)
    lines = done.out.splitlines()
    assert lines[0].startswith("ok           Warehouse: Postgres 18.")
    assert lines[0].endswith(
        f" at {parts.host}:{parts.port}, database {parts.database}, known by CONTACT_SYNC_WAREHOUSE_URL."
    )
    assert lines[1].startswith("ok           Tables: migrated to ")
    assert lines[2:4] == [
        "ok           Airflow connection contacts_warehouse: names the same warehouse for tasks.",
        "ok           Key: CONTACT_SYNC_KEY is well-formed; the warehouse holds no secret yet.",
    ]
    assert lines[4].startswith(
        "ok           Account recruit_demo: Zylker Talent (Staffing agency, plan Enterprise). Modules: Candidates. "
    )
    assert lines[5:] == ["5 ok, 0 warnings, 0 problems, 0 not checked."]
    assert not any(secret in done.out + done.err for secret in SECRETS)


def test_looking_leaves_the_warehouse_without_a_key_of_its_own(examine: Examine, healthy: str) -> None:
    """ACC-3: a process with another key than Airflow's must not be the one that makes the key of the hashes."""
    assert examine()[0] == 0
    engine = create_engine(healthy)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT hash_key_cipher FROM sync.organisation")).scalar_one() is None
    engine.dispose()


def test_the_warehouse_is_known_by_airflow_alone(
    examine: Examine, healthy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONTACT_SYNC_WAREHOUSE_URL")
    code, found = examine()
    assert (code, found["Warehouse"]["state"]) == (0, "ok")
    assert found["Warehouse"]["message"].endswith("known by Airflow connection 'contacts_warehouse'.")
    assert "Airflow connection contacts_warehouse" not in found


def test_tasks_may_know_another_warehouse(examine: Examine, healthy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = "Airflow connection contacts_warehouse"
    parts = make_url(healthy)
    monkeypatch.setenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE", postgres(healthy, host="localhost"))
    assert examine()[1][subject]["state"] == "ok"
    monkeypatch.setenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE", postgres(healthy, schema="other"))
    code, found = examine()
    assert (code, found[subject]["state"]) == (0, "warning")
    assert found[subject]["message"] == (
        f"names {parts.host}:{parts.port}, database other for tasks, CONTACT_SYNC_WAREHOUSE_URL another: "
        f"{parts.host}:{parts.port}, database {parts.database}."
    )
    monkeypatch.delenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE")
    code, found = examine()
    assert (code, found[subject]["state"]) == (0, "warning")
    assert found[subject]["message"] == (
        "is not known here. Tasks find the warehouse by it, not by CONTACT_SYNC_WAREHOUSE_URL."
    )


def test_a_warehouse_that_does_not_answer(run: Run, healthy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is looked at all the same."""
    monkeypatch.setenv("CONTACT_SYNC_WAREHOUSE_URL", "postgresql://u:hidden-word@127.0.0.1:1/x")
    done = run("doctor")
    assert done.code == 1
    assert done.out.startswith("problem      Warehouse: The contacts warehouse did not answer: ")
    assert "             Known by: CONTACT_SYNC_WAREHOUSE_URL.\n" in done.out
    assert "             Next: contact-sync warehouse status\n" in done.out
    assert "not checked  Key: CONTACT_SYNC_KEY is well-formed; whether it is the warehouse's key shows" in done.out
    assert "ok           Account recruit_demo: Zylker Talent" in done.out
    assert done.out.endswith("1 ok, 0 warnings, 1 problem, 2 not checked.\n")
    assert "hidden-word" not in done.out + done.err


def test_a_warehouse_without_tables(
    examine: Examine, healthy: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTACT_SYNC_WAREHOUSE_URL", make_url(postgres_url).render_as_string(hide_password=False))
    code, found = examine()
    assert (code, found["Warehouse"]["state"], found["Tables"]["state"]) == (1, "ok", "problem")
    assert found["Tables"]["message"].startswith("not migrated yet, this package needs ")
    assert found["Tables"]["next_command"] == "contact-sync warehouse migrate"


def test_tables_that_may_not_be_read(examine: Examine, healthy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    execute(
        healthy,
        "DO $$ BEGIN CREATE ROLE stranger LOGIN PASSWORD 'known-to-all'; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    )
    stranger = make_url(healthy).set(username="stranger", password="known-to-all").render_as_string(hide_password=False)
    monkeypatch.setenv("CONTACT_SYNC_WAREHOUSE_URL", stranger)
    code, found = examine()
    assert (code, found["Tables"]["state"]) == (1, "problem")
    assert found["Tables"]["message"] == "their version cannot be read: InsufficientPrivilege."
    assert found["Tables"]["remedy"] == "See that its user may read the schema sync."


def test_the_key(examine: Examine, healthy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """ACC-3: missing, malformed, the right one, another one, several."""
    monkeypatch.delenv("CONTACT_SYNC_KEY")
    code, found = examine()
    assert (code, found["Key"]["state"]) == (1, "problem")
    assert found["Key"]["message"].startswith("CONTACT_SYNC_KEY is not set: ")
    assert "Make one with: python -c" in found["Key"]["message"]
    monkeypatch.setenv("CONTACT_SYNC_KEY", "hunter2")
    code, found = examine()
    assert (code, found["Key"]["message"][:40]) == (1, "CONTACT_SYNC_KEY is not a Fernet key (or")
    assert "hunter2" not in json.dumps(found)

    with monkeypatch.context() as away:
        away.setenv("CONTACT_SYNC_WAREHOUSE_URL", "postgresql://u@127.0.0.1:1/x")
        away.delenv("CONTACT_SYNC_KEY")
        assert examine()[1]["Key"]["remedy"] == ("A warehouse that has been in use has its key already: give that one.")

    hash_key(open_warehouse(healthy, KEY))
    monkeypatch.setenv("CONTACT_SYNC_KEY", KEY)
    assert examine()[1]["Key"]["message"] == "CONTACT_SYNC_KEY opens what the warehouse holds."
    other = Fernet.generate_key().decode()
    monkeypatch.setenv("CONTACT_SYNC_KEY", other)
    code, found = examine()
    assert (code, found["Key"]["state"]) == (1, "problem")
    assert found["Key"]["message"].startswith("CONTACT_SYNC_KEY does not open the secrets of this warehouse: ")
    monkeypatch.setenv("CONTACT_SYNC_KEY", f"{other},{KEY}")
    assert examine()[1]["Key"]["state"] == "ok"


def test_a_lost_key_is_not_to_be_replaced(examine: Examine, healthy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """ACC-3: "make one" would be the wrong advice for a warehouse that already holds secrets."""
    hash_key(open_warehouse(healthy, KEY))
    monkeypatch.delenv("CONTACT_SYNC_KEY")
    code, found = examine()
    assert code == 1
    assert found["Key"]["message"] == "CONTACT_SYNC_KEY is not set, and the warehouse holds secrets."
    assert found["Key"]["remedy"] == (
        "Give the key that Airflow's components have; a new one would not open what is held."
    )


def test_a_token_under_another_key(examine: Examine, healthy: str) -> None:
    """ACC-3: harmless by itself, but a sign that components have different keys."""
    cipher = Fernet(Fernet.generate_key()).encrypt(b"{}").decode()
    execute(
        healthy,
        "INSERT INTO sync.token (account, cipher, obtained_at, expires_at) "
        f"VALUES ('recruit_demo', convert_to('{cipher}', 'UTF8'), now(), now())",
    )
    code, found = examine()
    assert (code, found["Key"]["state"]) == (0, "warning")
    assert found["Key"]["message"] == (
        "CONTACT_SYNC_KEY does not open the shared token of 'recruit_demo': it counts as none."
    )


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


def test_an_unknown_account_is_a_usage_mistake(run: Run) -> None:
    done = run("doctor", "recruit_dmo")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "contact-sync: 'recruit_dmo' is not an account of organisation.yaml. Allowed: recruit_demo. "
        "Did you mean 'recruit_demo'?\n"
    )


def test_a_broken_organisation_comes_first(run: Run, folder: Path) -> None:
    (folder / "organisation.yaml").write_text("name: Zylker\n")
    done = run("doctor")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "contact-sync: include/organisation.yaml:1: accounts: is missing. Check with: contact-sync lint\n"
    )


def test_pools_without_airflows_database(examine: Examine, folder: Path, healthy: str) -> None:
    """An Airflow that runs elsewhere is no problem of this machine, and nothing is claimed about it."""
    (folder / "organisation.yaml").write_text("name: Zylker\naccounts: {recruit_demo: {kind: recruit, pool: mine}}\n")
    code, found = examine()
    assert (code, found["Pool mine"]["state"]) == (0, "not checked")
    assert found["Pool mine"]["message"] == (
        "Airflow's database is not to be asked here: 'airflow pools list' ended with exit code 1 and no list."
    )
    assert found["Pool mine"]["next_command"] == "airflow pools list"


def test_with_airflows_own_database(folder: Path, tmp_path: Path, warehouse_url: str, sandbox: str) -> None:
    """Connections and pools of Airflow's database are found by a process that has only Airflow's settings (ACC-2)."""
    (folder / "organisation.yaml").write_text(
        "name: Zylker\nload_pool: one_load\naccounts:\n"
        "  recruit_demo: {kind: recruit, pool: recruit_demo}\n"
        "  recruit_slow: {kind: recruit, pool: recruit_slow}\n"
        "  recruit_typo: {kind: recruit, pool: recruit_dmeo}\n"
        "  recruit_free: {kind: recruit, pool: free}\n"
    )
    env = {
        "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8", "CONTACT_SYNC_INCLUDE": str(folder),
        "AIRFLOW_HOME": str(tmp_path / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "CONTACT_SYNC_KEY": KEY,
        "AIRFLOW__CORE__FERNET_KEY": KEY, "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "plugins")]),
    }  # fmt: skip
    commands = [
        ["db", "migrate"],
        ["connections", "add", "contacts_warehouse", "--conn-json", postgres(warehouse_url)],
        ["connections", "add", "recruit_demo", "--conn-json", zoho(sandbox)],
        *(["pools", "set", name, slots, "of a test"] for name, slots in
          (("recruit_demo", "2"), ("recruit_slow", "0"), ("one_load", "1"), ("free", "-1"))),
    ]  # fmt: skip
    fill = (
        "import json, sys; from airflow.cli.cli_parser import get_parser; parser = get_parser()\n"
        "for command in json.loads(sys.argv[1]): args = parser.parse_args(command); args.func(args)"
    )
    subprocess.run([sys.executable, "-c", fill, json.dumps(commands)], env=env, capture_output=True, check=True)
    done = subprocess.run(
        [sys.executable, "-m", "contact_sync", "doctor", "--json"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    found = {finding["subject"]: finding for finding in json.loads(done.stdout)}
    told = {subject: (finding["state"], finding["message"]) for subject, finding in found.items()}
    assert told["Warehouse"][0] == "ok"
    assert told["Account recruit_demo"][0] == "ok"
    assert told["Pool recruit_demo"] == ("ok", "exists, slots: 2.")
    assert told["Pool one_load"] == ("ok", "exists, slots: 1.")
    assert told["Pool free"] == ("ok", "exists, slots: no limit.")
    assert told["Pool recruit_slow"] == ("problem", "has no slots: tasks in it wait for ever.")
    assert told["Pool recruit_dmeo"] == ("problem", "does not exist in Airflow: tasks in it would wait for ever.")
    assert found["Pool recruit_dmeo"]["remedy"] == "Make it. Did you mean 'recruit_demo' in organisation.yaml?"
    assert found["Pool recruit_dmeo"]["next_command"] == "airflow pools set recruit_dmeo 2 'contact sync'"
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS)
