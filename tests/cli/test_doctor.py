"""`contact-sync doctor` against the sandbox over HTTP, a real Postgres and a real Airflow database."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from contact_sync.paths import PROJECT
from contact_sync.warehouse.database import open_warehouse
from contact_sync.warehouse.secrets import hash_key
from tests.cli.doctoring import KEY, SECRETS, Examine, execute, postgres, zoho

Run = Callable[..., Any]


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


def test_pools_without_airflows_database(
    examine: Examine, folder: Path, healthy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An Airflow that runs elsewhere is no problem of this machine, and nothing is claimed about it."""
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{tmp_path / 'none.db'}")
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
        [sys.executable, "-m", "contact_sync", "doctor", "-o", "json"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
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
