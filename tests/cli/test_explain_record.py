"""`contact-sync explain-record`, against the sandbox over HTTP and a real Postgres."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from cryptography.fernet import Fernet

from include.sandbox.server import running
from tests.cli.conftest import ORGANISATION

Run = Callable[..., Any]
MODULES = ("Candidates", "Contacts", "Clients", "Job_Openings")
SYNC = """name: IT
created: 2026-11-01
account: recruit_demo
list: L
schedule: {frequency: once}
source:
  module: Candidates
  scope: criteria
  criteria:
    conditions:
      1: {field: Department, is: equals, value: Information Technology}
      2: {field: Experience_in_Years, is: greater_equal, value: 2}
      3: {field: Year_Passed_Out, is: equals, value: 2015}
      4: {field: Year_Passed_Out, is: equals, value: 2016}
    pattern: "((1 and 2) and (3 or 4))"
"""


@pytest.fixture
def sandbox(folder: Path, with_warehouse: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A sandbox with its connection, a warehouse, a key, and a sync with criteria."""
    (folder / "syncs" / "graduates.yaml").write_text(SYNC, encoding="utf-8")
    with running(candidates=20, modules=MODULES) as server:
        extra = {"refresh_token": "sandbox-refresh-0000", "accounts_host": server.url, "api_root": server.url}
        login = {"login": "sandbox-client", "password": "sandbox-secret-0000"}
        monkeypatch.setenv(
            "AIRFLOW_CONN_RECRUIT_DEMO", json.dumps({"conn_type": "zoho_recruit", **login, "extra": extra})
        )
        monkeypatch.setenv("CONTACT_SYNC_KEY", Fernet.generate_key().decode())
        yield server.url


def edited(url: str, **fields: Any) -> str:
    """A candidate with these fields."""
    record_id = requests.get(f"{url}/_sandbox/kinds/Candidates", timeout=30).json()[0]["id"]
    edits = {"edits": [{"id": record_id, **fields}]}
    requests.post(f"{url}/_sandbox/records/Candidates", json=edits, timeout=30).raise_for_status()
    return str(record_id)


def test_no_credits_stay_reserved(run: Run, folder: Path, sandbox: str, with_warehouse: str) -> None:
    """LIM-5: what a command reserved of an account with a ceiling is free again when it ends, here and elsewhere."""
    told = ORGANISATION.replace("{kind: recruit}", "{kind: recruit, daily_credits: 5000}")
    (folder / "organisation.yaml").write_text(told, encoding="utf-8")
    record_id = edited(sandbox, Year_Passed_Out=2016)
    module = ("--account", "recruit_demo", "--module", "Contacts")
    commands = (("explain-record", "graduates", record_id), ("fields", "graduates"), ("fields", *module))
    with psycopg.connect(with_warehouse.replace("+psycopg", ""), autocommit=True) as connection:
        for at, command in enumerate((*commands, ("lint", "--online")), start=1):
            run(*command)
            assert connection.execute("SELECT count(*) >= %s FROM sync.credit", [at]).fetchone() == (True,), command
            assert connection.execute("SELECT count(*) FROM sync.credit_reservation").fetchone() == (0,), command


@pytest.mark.parametrize(("year", "holds"), [(2016, [True, True, False, True]), (2017, [True, True, False, False])])
def test_each_condition_as_true_or_false(run: Run, sandbox: str, year: int, holds: list[bool]) -> None:
    """CRIT-6: condition by condition, with the value at the source, and the pattern as a whole."""
    record_id = edited(sandbox, Department="Information Technology", Experience_in_Years=2, Year_Passed_Out=year)
    told = json.loads(run("explain-record", "graduates", record_id, "--output", "json").out)
    assert [each["holds"] for each in told["rows"][0]["conditions"]] == holds
    assert told["rows"][0]["conditions"][2]["value"] == str(year)
    assert told["in_scope"] is any(holds[2:])
    shown = run("explain-record", "graduates", record_id)
    assert shown.code == 0
    assert f"the record is {'in' if any(holds[2:]) else 'out of'} scope" in shown.out


def test_a_value_is_shown_as_it_is(run: Run, sandbox: str) -> None:
    """CRIT-6: brackets in it are no markup."""
    record_id = edited(sandbox, Department="[red]IT[/bold]")
    shown = run("explain-record", "graduates", record_id)
    assert (shown.code, "[red]IT[/bold]" in shown.out) == (0, True)


def test_a_record_that_waits_for_approval(run: Run, sandbox: str) -> None:
    """CRIT-6, SRC-8: meeting the criteria is not enough where unapproved records are left out."""
    fields = {"Department": "Information Technology", "Experience_in_Years": 2, "Year_Passed_Out": 2015}
    record_id = edited(sandbox, **fields, **{"$approved": False})
    assert json.loads(run("explain-record", "graduates", record_id, "-o", "json").out)["left_out_unapproved"] is True
    assert "leaves such records out (unapproved: skip)" in run("explain-record", "graduates", record_id).out
    edited(sandbox, **{"$approved": True})
    assert json.loads(run("explain-record", "graduates", record_id, "-o", "json").out)["left_out_unapproved"] is False


@pytest.mark.parametrize("record_id", ["200001000009999999", "nobody"])
def test_a_record_that_is_not_there(run: Run, sandbox: str, record_id: str) -> None:
    """CRIT-6: an id that leads nowhere is an error that says what ids look like."""
    done = run("explain-record", "graduates", record_id)
    assert done.code == 1
    assert f"no record with the id '{record_id}'" in done.err


def test_a_sync_without_criteria(run: Run, sandbox: str) -> None:
    """CRIT-6: where there are no criteria the command says what there is to look at instead."""
    done = run("explain-record", "candidates_daily", "1")
    assert done.code == 1
    assert "has no criteria" in done.err
