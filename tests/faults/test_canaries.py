"""Unique addresses, names and secrets are put in at the source; afterwards they are looked for where none may be.

Logs of every logger at DEBUG, output of commands, arguments of every process of the machine, texts of errors with
their tracebacks. What a running Airflow keeps is looked through by tests/integration/test_what_airflow_keeps.py.
"""

import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy.engine import make_url

from contact_sync.cli.app import main
from contact_sync.config.loader import load_syncs
from contact_sync.core.api import ApiCall
from contact_sync.core.run import RunInfo
from contact_sync.errors import (
    ContactSyncError,
    ContractBroken,
    CredentialsError,
    PermissionMissing,
    Unavailable,
    WarehouseRefused,
)
from contact_sync.paths import include_folder
from contact_sync.stages.push import push
from contact_sync.warehouse.credits import record_calls
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.tokens import WarehouseTokenStore
from contact_sync.zoho.auth import Credentials
from contact_sync.zoho.recruit import RecruitClient
from contact_sync.zoho.retrying import RetryPolicy
from contact_sync.zoho.transport import Transport
from include.sandbox.server import running
from tests.faults.conftest import MOMENT
from tests.stages.test_push import add_member, opened
from tests.stages.world import World, utc_now

DAILY = "candidates_daily"
PEOPLE = {
    "address": "kanarie.finch@canary-4711.example.org",
    "first name": "Zwartkop4711",
    "last name": "Kanarievogel4711",
    "city": "Vogelstad4711",
    "broken address": "geelsijs4711.canary..example",
    "misfit": "heel-veel-jaren-4711",
    "pushed address": "opener4711@canary-4711.example.org",
}
SECRETS = {
    "client secret": "canary-secret-81fe27c4d3",
    "refresh token": "1000.0ca4a41e5c07ca4a41e5c07ca4a41e5.c07ca4a41e5c07ca4a41e5c07ca4a41e5",
}

QUOTING = f"{PEOPLE['address']} by client_secret={SECRETS['client secret']} with {SECRETS['refresh token']}"
"""What a service might say that quotes everything it was sent."""
REFUSED = CredentialsError


class Watched(World):
    """A world with secrets of its own; while each call is under way the arguments of all processes are gathered."""

    arguments = ""

    def client(self, account: str, fetch_id: int) -> RecruitClient:
        credentials = Credentials("sandbox-client", SECRETS["client secret"], SECRETS["refresh token"], self.url)
        tokens = WarehouseTokenStore(self.warehouse.engine, account, self.warehouse.fernet, utc_now)
        book = record_calls(self.warehouse.engine, account, fetch_id)

        def record(call: ApiCall) -> None:
            book(call)
            self.arguments += arguments_of_all()

        policy = RetryPolicy(attempts=2, first_wait=0.01, most_wait=0.01, jitter=0.0)
        return RecruitClient(
            Transport(requests.Session(), self.url, credentials, tokens, record, utc_now, policy=policy)
        )


def arguments_of_all() -> str:
    """The command lines of every process."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it ended meanwhile
            continue
    return "\n".join(found)


@pytest.fixture
def world(warehouse: Warehouse) -> Iterator[Watched]:
    """A source with canaries among its people and as its secrets."""
    settings: dict[str, Any] = {"client_secret": SECRETS["client secret"], "refresh_token": SECRETS["refresh token"]}
    with running(candidates=60, anchor=MOMENT - timedelta(hours=1), **settings) as sandbox:
        found = Watched(sandbox.url, warehouse, load_syncs(include_folder()).syncs)
        names = {"First_Name": PEOPLE["first name"], "Last_Name": PEOPLE["last name"], "City": PEOPLE["city"]}
        records = [
            {**names, "Email": PEOPLE["address"], "Experience_in_Years": PEOPLE["misfit"]},
            {**names, "Email": PEOPLE["broken address"]},
        ]
        found.control("POST", "records/Candidates/add", {"records": records})
        yield found


def canaries(warehouse: Warehouse) -> dict[str, str]:
    """Everything that may stand nowhere."""
    return {
        **PEOPLE,
        **SECRETS,
        "CONTACT_SYNC_KEY": str(warehouse.keys),
        "password of the warehouse": str(make_url(warehouse.engine.url).password),
    }


def told(text: str, wanted: dict[str, str]) -> list[str]:
    """Names of the canaries that a text holds, in any case."""
    return [name for name, value in wanted.items() if value.casefold() in text.casefold()]


def failing(action: Callable[[], Any], kind: type[ContactSyncError]) -> str:
    """The whole traceback of an action that fails, causes and all, as a task's log would show it."""
    with pytest.raises(kind) as caught:
        action()
    return "".join(traceback.format_exception(caught.value))


def loaded_and_pushed(world: Watched) -> RunInfo:
    """A whole run with all its stages."""
    run = world.run_info(DAILY)
    world.extract(run)
    world.finish(run)
    opened(world, add_member(world, PEOPLE["pushed address"], PEOPLE["first name"], PEOPLE["last name"]))
    assert push(run, world.client, world.warehouse, world.clock()).counts["pushed"] == 1
    return run


def test_stages_log_and_show_nobody(world: Watched, caplog: pytest.LogCaptureFixture) -> None:
    """OUT-16, OPS-6: after all stages no canary stands in a log of any logger or in the arguments of a process."""
    with caplog.at_level(logging.DEBUG):
        loaded_and_pushed(world)
    assert world.one("SELECT count(*) FROM contacts.contact WHERE email_key = :address", address=PEOPLE["address"]) == 1
    assert (
        world.one("SELECT count(*) FROM sync.ledger WHERE evidence::text LIKE :raw", raw=f"%{PEOPLE['misfit']}%") == 1
    )
    assert "access token renewed" in caplog.text
    assert "postgres" in world.arguments
    wanted = canaries(world.warehouse)
    assert told(f"x {PEOPLE['address'].upper()} x", wanted) == ["address"], "a planted canary must be found"
    assert told(caplog.text, wanted) == []
    assert told(world.arguments, wanted) == []


@pytest.mark.parametrize("table", ["contacts.contact", "sync.ledger", "staging.batch_template"])
def test_errors_of_the_warehouse_quote_nobody(world: Watched, caplog: pytest.LogCaptureFixture, table: str) -> None:
    """OUT-16: a row that Postgres refuses is quoted by Postgres; neither error, cause nor log repeats it."""
    run = world.run_info(DAILY)
    if table.startswith("staging"):
        world.execute("ALTER TABLE staging.batch_template ALTER COLUMN first_name TYPE varchar(3)")
        text = failing(lambda: world.extract(run), WarehouseRefused)
    else:
        world.extract(run)
        column = "email_key" if table == "contacts.contact" else "evidence::text"
        value = PEOPLE["address"] if table == "contacts.contact" else PEOPLE["misfit"]
        world.execute(f"ALTER TABLE {table} ADD CONSTRAINT no_canary CHECK ({column} NOT LIKE '%{value}%')")
        with caplog.at_level(logging.DEBUG):
            text = failing(lambda: world.finish(run), WarehouseRefused)
        assert "no_canary" in text
    assert told(text + caplog.text, canaries(world.warehouse)) == []


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "cut_middle", "path": "Candidates?", "times": None}, Unavailable),
        ({"kind": "status", "status": 503, "path": "Candidates?", "times": None}, Unavailable),
        ({"kind": "status", "status": 401, "code": "INVALID_TOKEN", "times": None}, CredentialsError),
        ({"kind": "status", "status": 400, "path": "Candidates?", "message": QUOTING}, ContractBroken),
        ({"kind": "status", "status": 403, "path": "Candidates?", "message": QUOTING}, PermissionMissing),
        ({"kind": "ok_with_error_body", "path": "Candidates?", "message": QUOTING, "times": None}, Unavailable),
        ({"kind": "status", "status": 400, "path": "/oauth/", "code": "invalid_code", "message": QUOTING}, REFUSED),
    ],
    ids=["cut", "down", "refused", "quoting 400", "quoting 403", "quoting 200", "quoting token"],
)
def test_errors_of_the_source_quote_no_secret(
    world: Watched,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    fault: dict[str, Any],
    kind: type[ContactSyncError],
) -> None:
    """OPS-6: errors of calls, their causes and what is said of retries hold neither secrets nor people."""
    world.control("POST", "faults", fault)
    with caplog.at_level(logging.DEBUG):
        text = failing(lambda: world.extract(world.run_info(DAILY)), kind)
    shown = "".join(capfd.readouterr())
    assert ("retry_scheduled" in shown + caplog.text) is (kind is Unavailable)
    assert told(text + caplog.text + shown, canaries(world.warehouse)) == []


def test_commands_print_nobody(
    world: Watched,
    warehouse_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """OUT-17, OPS-6: commands over a loaded warehouse, right and wrong ones, print and log no canary."""
    loaded_and_pushed(world)
    monkeypatch.setenv("CONTACT_SYNC_WAREHOUSE_URL", warehouse_url)
    file = tmp_path / "block.txt"
    file.write_text(f"{PEOPLE['address']}\n{PEOPLE['broken address']}\n")
    commands = [
        ("history", DAILY),
        ("history", DAILY, "--output", "json"),
        ("suppress", str(file), "--as", "blocked", "--reason", "asked"),
        ("unsuppress", str(file), "--reason", "mistake"),
        ("lint",),
        ("list",),
        ("remove", PEOPLE["broken address"], "--reason", "asked"),
    ]
    said = []
    with caplog.at_level(logging.DEBUG):
        for command in commands:
            with pytest.raises(SystemExit):
                main(command)
            captured = capsys.readouterr()
            assert captured.out + captured.err, command
            said.append(captured.out + captured.err)
    assert DAILY in said[0]
    assert told("\n".join(said) + caplog.text, canaries(world.warehouse)) == []
