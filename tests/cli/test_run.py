"""`contact-sync run`, against the sandbox over HTTP and a real Postgres: a run of a DAG, without the DAG."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contact_sync.cli.connections import person
from contact_sync.config.loader import load_syncs
from contact_sync.core.run import RunInfo, RunType, command_run_id
from contact_sync.errors import Superseded, Unavailable
from contact_sync.stages import whole_run
from contact_sync.stages.common import begin
from contact_sync.stages.push import push
from contact_sync.warehouse import fetches
from contact_sync.warehouse.command_runs import alive
from contact_sync.warehouse.database import open_warehouse
from tests.cli.conftest import ORGANISATION, SYNC, Ended, execute
from tests.cli.doctoring import KEY
from tests.conftest import Copies, database_url
from tests.stages.snapshot import CALLS, differences, snapshot
from tests.stages.test_push import add_member, opened
from tests.stages.world import World

DAILY = "candidates_daily"
PROJECT = Path(__file__).parents[2]
HISTORY = (
    "SELECT status, reason, remedy, run_id, read, new, pushed FROM sync.import_history "
    "ORDER BY started_at DESC, fetch_id DESC LIMIT 1"
)

SESSIONS = "FROM pg_stat_activity WHERE application_name = 'contact-sync run candidates_daily'"
"""What shows that a command lives."""


class Shell(World):
    """The configured syncs, run by command."""

    folder: Path
    command: Callable[..., Ended]

    def write(self, text: str, sync_id: str = DAILY) -> None:
        """The file of a sync from now on."""
        (self.folder / "syncs" / f"{sync_id}.yaml").write_text(text)
        self.syncs = load_syncs(self.folder).syncs

    def organisation(self, text: str) -> None:
        """The organisation's file from now on."""
        (self.folder / "organisation.yaml").write_text(text)
        self.syncs = load_syncs(self.folder).syncs

    def run(self, *options: str) -> dict[str, Any]:
        """The fetch of a run that ends well."""
        done = self.command("run", DAILY, "--output", "json", *options)
        assert (done.code, "@" in done.out + done.err) == (0, False), done.err
        return dict(json.loads(done.out))

    def newest(self) -> dict[str, Any]:
        """The newest fetch of the history."""
        return dict(self.rows(HISTORY)[0])

    def people(self) -> int:
        """How many people the warehouse knows."""
        return int(self.one("SELECT count(*) FROM contacts.contact"))


@pytest.fixture
def shell(run: Callable[..., Ended], folder: Path, healthy: str, sandbox: str) -> Iterator[Shell]:
    """Twenty candidates, a key, a warehouse, and the daily sync."""
    for name in ("expectations", "reference", "sql"):
        (folder / name).symlink_to(PROJECT / "include" / name)
    with open_warehouse(healthy, KEY).kept_open("contact-sync tests") as kept:
        made = Shell(sandbox, kept, load_syncs(folder).syncs)
        made.folder, made.command = folder, run
        yield made


@pytest.fixture
def other(sandbox: str, folder: Path, postgres_url: str, copies: Copies, warehouse_template: str) -> Iterator[World]:
    """Another warehouse, for runs by their stages."""
    name = copies.take(warehouse_template)
    with open_warehouse(database_url(postgres_url, name), KEY).kept_open("contact-sync tests") as kept:
        yield World(sandbox, kept, load_syncs(folder).syncs)
    copies.give_back(warehouse_template, name)


def test_it_does_what_the_tasks_do(shell: Shell, other: World) -> None:
    """OPS-5: ledger, memberships, counters, watermark: every row is as after the stages, called one by one."""
    told = shell.run()
    (fetch,) = shell.rows("SELECT run_id, window_end FROM sync.fetch")
    assert (told["status"], told["read"], told["run_type"]) == ("succeeded", 20, "manual")
    assert (told["run_id"], told["run_id"].startswith("command_line__")) == (fetch["run_id"], True)
    at = fetch["window_end"]
    same = RunInfo(DAILY, fetch["run_id"], RunType.MANUAL, at, at)
    other.extract(same, shell.syncs[DAILY])
    other.finish(same)
    push(same, other.client, other.warehouse, at)
    without = CALLS | {"sync.account"}  # the fingerprint, which tasks compare and the stages here do not
    assert differences(snapshot(shell.warehouse, without), snapshot(other.warehouse, without)) == {}
    assert (fetch["window_end"], shell.people() > 0) == (at, True)


def test_for_people(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-5: what `history` shows, and who ran it; nothing else on a pipe, the stage on a terminal; no addresses."""
    done = shell.command("run", DAILY)
    assert (done.code, done.err, "@" in done.out) == (0, "", False)
    assert f"by {person()}, on the command line" in " ".join(done.out.split())
    assert done.out == shell.command("history").out
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    again = shell.command("run", DAILY)
    assert (again.code, "push" in again.err) == (0, True)
    assert [row["first"] for row in shell.rows("SELECT first FROM sync.fetch ORDER BY fetch_id")] == [True, False]


def test_choices_of_the_form(shell: Shell) -> None:
    """OPS-5, RET-6: a preview writes nothing but its history; all data; after a moment; push off."""
    assert (shell.run("--preview")["status"], shell.people()) == ("preview", 0)
    first = shell.run()
    assert shell.run()["window_start"] is not None
    whole = shell.run("--retrieve", "all", "--push", "off")
    assert (whole["window_start"], whole["read"]) == (None, first["read"])
    assert shell.run("--after", "2026-11-01T00:00:00+01:00")["window_start"] == "2026-10-31T23:00:00+00:00"
    choices = shell.rows("SELECT push_choice FROM sync.fetch ORDER BY fetch_id")
    assert [each["push_choice"] for each in choices] == ["as_configured"] * 3 + ["off", "as_configured"]


def test_it_pushes(shell: Shell) -> None:
    """OPS-5, PUSH-0: the last stage is the same, too."""
    shell.run()
    opened(shell, add_member(shell, "web@example.org"))
    pushing = "accounts:\n  recruit_demo:\n    kind: recruit\n    push: {candidates: {opened: {list: Talent news}}}\n"
    shell.organisation(ORGANISATION.replace("accounts:\n  recruit_demo: {kind: recruit}\n", pushing))
    assert shell.run()["pushed"] == 1


def test_what_is_skipped(shell: Shell) -> None:
    """OPS-5, OPS-1, LIM-1, LIM-2, RET-1: exit code 3 with reason and remedy, which are in the history, too."""
    shell.command("deactivate", DAILY, "--reason", "holidays")
    done = shell.command("run", DAILY)
    assert (done.code, shell.newest()["reason"]) == (3, "by_hand")
    assert "skipped: by_hand. " in done.err
    assert "contact-sync activate candidates_daily" in done.err
    done = shell.command("run", DAILY, "--output", "json")
    assert (done.code, json.loads(done.out)["status"]) == (3, "skipped")
    shell.command("activate", DAILY)
    shell.organisation(ORGANISATION + "policies: {syncs_per_day: 1}\n")
    shell.run()
    shell.write(SYNC.replace('{frequency: daily, at: "02:00"}', "{frequency: once}"), "once")
    done = shell.command("run", "once")
    assert (done.code, "skipped: daily_limit. " in done.err) == (3, True)
    shell.organisation(ORGANISATION + "policies: {syncs_per_day: 1, over_limit: next_day}\n")
    known = shell.one("SELECT count(*) FROM sync.fetch")
    done = shell.command("run", "once")
    assert (done.code, done.out, "A command does not wait so long." in done.err) == (3, "", True)
    assert shell.one("SELECT count(*) FROM sync.fetch") == known
    shell.organisation(ORGANISATION)
    assert shell.command("run", "once").code == 0
    done = shell.command("run", "once")
    assert (done.code, "contact-sync initiate once" in done.err) == (3, True)


def test_one_fetch_at_a_time(shell: Shell) -> None:
    """OPS-10: while a run in Airflow is at work the command is skipped, and leaves that run alone."""
    in_airflow = shell.run_info(DAILY)
    shell.extract(in_airflow)
    done = shell.command("run", DAILY)
    assert (done.code, done.out) == (3, "")
    assert "skipped: under_way. Another fetch of the sync 'candidates_daily' is under way" in done.err
    assert shell.finish(in_airflow).status == "succeeded"


def test_a_killed_command(shell: Shell) -> None:
    """OPS-4, OPS-10: while its process lives others are skipped; then the fetch is closed, and the end is the same."""
    now = shell.clock()
    killed = RunInfo(DAILY, command_run_id("somebody", now), RunType.MANUAL, now, now)
    with alive(shell.warehouse, killed) as must_be_alive:
        must_be_alive()
        shell.extract(killed)
        fetch, attempt = begin(killed, shell.warehouse, "classify")
        assert shell.command("run", DAILY).code == 3
    _until_gone(shell)
    ended = shell.run()
    (left,) = shell.rows("SELECT status, reason, remedy FROM sync.fetch WHERE run_id = :id", id=killed.run_id)
    assert left["status"] == "failed"
    assert left["reason"] == "classify: its process ended without a word; it was killed, or its machine went down"
    assert left["remedy"].endswith("contact-sync run candidates_daily")
    assert (ended["status"], ended["window_start"], ended["new"]) == ("succeeded", None, shell.people())
    with shell.warehouse.transaction() as connection, pytest.raises(Superseded):
        fetches.hold_fence(connection, fetch.fetch_id, attempt)


def test_a_killed_command_does_not_hold_up_airflow(shell: Shell) -> None:
    """OPS-10: the next run in Airflow closes its fetch, too; a task that Airflow watches over is left alone."""
    now = shell.clock()
    shell.extract(RunInfo(DAILY, command_run_id("somebody", now), RunType.MANUAL, now, now))
    assert shell.fetch(DAILY).status == "succeeded"
    assert [row["status"] for row in shell.rows("SELECT status FROM sync.fetch ORDER BY fetch_id")] == [
        "failed",
        "succeeded",
    ]


def test_a_lost_connection_ends_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-10: without what shows that it lives, another run may have the turn: nothing more is written."""

    def cut_off(*given: Any) -> None:
        execute(os.environ["CONTACT_SYNC_WAREHOUSE_URL"], f"SELECT pg_terminate_backend(pid) {SESSIONS}")

    monkeypatch.setattr(whole_run, "validate", cut_off)
    done = shell.command("run", DAILY)
    assert (done.code, shell.newest()["status"], shell.people()) == (1, "failed", 0)
    assert "This may pass by itself. Run it again: contact-sync run candidates_daily" in done.err
    assert Unavailable.__name__ not in done.err


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_ended_by_a_person(shell: Shell, monkeypatch: pytest.MonkeyPatch, ending: signal.Signals) -> None:
    """OPS-5, OPS-4: the fetch is failed in the history and nothing of it loaded; the next run does it all."""
    # a shell that starts the tests in the background has them ignore it
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]

    def end(*given: Any) -> None:
        os.kill(os.getpid(), ending)
        time.sleep(5)

    with monkeypatch.context() as while_it_classifies:
        while_it_classifies.setattr(whole_run, "classify", end)
        done = shell.command("run", DAILY)
    newest = shell.newest()
    assert (done.code, newest["status"], shell.people()) == (1, "failed", 0)
    assert newest["reason"] == "classify: a person, or the system, ended the command"
    assert "Nothing of it was loaded. Run it again: contact-sync run candidates_daily" in done.err
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == handlers
    signal.signal(signal.SIGINT, before)
    assert shell.run()["new"] == shell.people() > 0


def test_ended_after_load(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-4: what is loaded stays, and stays as it was in the history."""

    def end(*given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(whole_run, "push", end)
    done = shell.command("run", DAILY)
    assert (done.code, shell.newest()["status"], shell.people() > 0) == (1, "succeeded", True)
    assert "What it had loaded stays. " in done.err


def test_a_failure(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-5, OPS-1: exit code 1; the history has why, and what to do without Airflow."""
    monkeypatch.delenv("AIRFLOW_CONN_RECRUIT_DEMO")
    done = shell.command("run", DAILY)
    newest = shell.newest()
    assert (done.code, newest["status"]) == (1, "failed")
    assert newest["reason"].startswith("extract: no Airflow connection 'recruit_demo' is known here")
    assert newest["remedy"].endswith("contact-sync run candidates_daily")
    assert "no Airflow connection 'recruit_demo' is known here" in done.err


def test_warnings(shell: Shell) -> None:
    """OPS-1, OPS-5: a degraded fetch ends well, and says so where a script does not read its answer."""
    shell.run()
    shell.write(SYNC + "mapping: {email: Email, fields: {town: City}}\n")
    done = shell.command("run", DAILY, "--output", "json")
    assert (done.code, json.loads(done.out)["status"]) == (0, "degraded")
    assert "is degraded: all is done, with warnings. See: contact-sync history candidates_daily" in done.err


def test_a_bulk_read_is_waited_for(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-5, SRC-12: as long as the task would sleep."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        time.sleep(min(seconds, 2.1))

    monkeypatch.setattr(whole_run, "time", SimpleNamespace(sleep=sleep))
    shell.control("POST", "settings", {"bulk_seconds": 0})
    shell.organisation(ORGANISATION + "policies: {bulk_from: 0}\n")
    assert shell.run()["read"] == 20
    assert shell.one("SELECT read_by FROM sync.fetch") == "bulk"
    assert pauses
    assert min(pauses) >= 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("candidates_dayly",), "there is no sync 'candidates_dayly'. Did you mean 'candidates_daily'?"),
        ((DAILY, "--retrieve", "al"), "--retrieve: 'al' is not one of as_configured, all, after. Did you mean 'all'?"),
        ((DAILY, "--push", "of"), "--push: 'of' is not one of as_configured, on, off. Did you mean 'off'?"),
        ((DAILY, "--after", "2026-11-01"), "--after: '2026-11-01' is not a date-time with a zone, such as "),
        ((DAILY, "--retrieve", "all", "--after", "2026-11-01T00:00:00Z"), "would be ignored, for retrieve is 'all'."),
    ],
    ids=["sync", "retrieve", "push", "after", "both"],
)
def test_used_wrongly(run: Callable[..., Ended], given: tuple[str, ...], told: str) -> None:
    """OPS-5: exit code 2, the close match, and nothing is done."""
    done = run("run", *given)
    assert (done.code, done.out, told in done.err) == (2, "", True), done.err


def test_what_is_not_at_hand(run: Callable[..., Ended], healthy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-5: without the key, or on tables of another version, nothing is begun."""
    execute(healthy, "UPDATE sync.schema_version SET version_num = '0001'")
    done = run("run", DAILY)
    assert (done.code, "Run: contact-sync warehouse migrate" in done.err) == (1, True)
    monkeypatch.delenv("CONTACT_SYNC_KEY")
    done = run("run", DAILY)
    assert (done.code, "CONTACT_SYNC_KEY is not set" in done.err) == (1, True)


def _until_gone(shell: Shell) -> None:
    """Postgres ends a session a moment after its client has gone."""
    for _ in range(100):
        if not shell.one(f"SELECT count(*) {SESSIONS}"):
            return
        time.sleep(0.05)
    raise AssertionError("the session goes on")
