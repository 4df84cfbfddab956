"""`contact-sync activate`, `deactivate` and `initiate`: what they say, and what they leave in the registry."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.cli.conftest import SYNC, execute, stands

Run = Callable[..., Any]
NEXT_RUN = "It runs daily at 02:00 (Europe/Berlin). A paused DAG does not run: unpause it first.\n"


def test_deactivate_and_activate(run: Run, with_warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """LIM-1: also before any run has registered the sync; kept with who, when and why; twice changes nothing."""
    monkeypatch.setenv("LOGNAME", "maria")
    done = run("deactivate", "candidates_daily", "--reason", "holidays")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "'candidates_daily' is inactive from now on: its runs are skipped. A fetch under way goes on to its end.\n"
        "Its contacts and lists stay as they are. Let it run again with: contact-sync activate candidates_daily\n"
    )
    assert stands(with_warehouse) == {"candidates_daily": "by_hand"}
    again = run("deactivate", "candidates_daily", "--reason", "holidays")
    assert (again.code, again.out) == (0, "'candidates_daily' is inactive already: by_hand.\n")
    done = run("activate", "candidates_daily")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "'candidates_daily' is active (it was inactive: by_hand). Its next fetch goes on where the last one stopped.\n"
        f"{NEXT_RUN}"
    )
    assert run("activate", "candidates_daily", "--reason", "back").out == "'candidates_daily' is active already.\n"
    with create_engine(with_warehouse).connect() as connection:
        acts = connection.execute(text("SELECT kind, who, reason, at <= now() FROM sync.act ORDER BY act_id")).all()
    assert [tuple(act) for act in acts] == [
        ("deactivate", "maria", "holidays", True), ("activate", "maria", None, True),
    ]  # fmt: skip


def test_activate_registers_a_new_sync(run: Run, with_warehouse: str) -> None:
    """CFG-1: its first sight."""
    done = run("activate", "candidates_daily", "--output", "json")
    assert json.loads(done.out) == [
        {"sync": "candidates_daily", "changed": True, "state": "active", "before": "new"},
    ]  # fmt: skip
    with create_engine(with_warehouse).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sync.config_version")).scalar_one() == 1


def test_a_one_time_sync_is_triggered(run: Run, folder: Path, with_warehouse: str) -> None:
    """RET-1: activated or not, nothing runs it by itself a second time."""
    text_of_file = SYNC.replace('{frequency: daily, at: "02:00"}', "{frequency: once}")
    (folder / "syncs" / "welcome.yaml").write_text(text_of_file)
    assert run("activate", "welcome").out.endswith(
        "A one-time sync runs when it is triggered: airflow dags trigger welcome\n"
    )


@pytest.fixture
def changed(run: Run, folder: Path, with_warehouse: str) -> str:
    """Two syncs whose account's credentials changed, and one that is off by hand."""
    for name in ("second", "off"):
        (folder / "syncs" / f"{name}.yaml").write_text(SYNC)
    for name in ("candidates_daily", "second", "off"):
        run("activate", name)
    execute(
        with_warehouse,
        "UPDATE sync.sync SET state = 'inactive', "
        "inactive_reason = CASE sync_id WHEN 'off' THEN 'by_hand' ELSE 'credentials_changed' END",
    )
    return with_warehouse


def test_activate_all_of_an_account(run: Run, changed: str) -> None:
    """ACC-4: those that wait because its credentials changed, and no other."""
    done = run("activate", "--account", "recruit_demo", "--reason", "new client, same organisation")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "'candidates_daily' is active (it was inactive: credentials_changed).\n"
        "'second' is active (it was inactive: credentials_changed).\n"
        "Their next fetches go on where the last ones stopped.\n"
    )
    assert stands(changed) == {"candidates_daily": "active", "second": "active", "off": "by_hand"}
    again = run("activate", "--account", "recruit_demo")
    assert (again.code, again.out) == (0, "No sync of 'recruit_demo' is inactive because of changed credentials.\n")
    assert json.loads(run("activate", "--account", "recruit_demo", "--output", "json").out) == []


def test_activate_one_of_an_account(run: Run, changed: str) -> None:
    """ACC-4: the others wait on."""
    run("activate", "second")
    assert stands(changed) == {"candidates_daily": "credentials_changed", "second": "active", "off": "by_hand"}


def test_a_broken_file_needs_mending_not_activation(run: Run, folder: Path, changed: str) -> None:
    """LIM-1, LIM-4: configuration_error is no state of the registry; a sync with a broken file can be deactivated."""
    (folder / "syncs" / "second.yaml").write_text(SYNC.replace("recruit_demo", "recruit_dmo"))
    done = run("activate", "second")
    assert done.code == 1
    assert done.err == (
        "contact-sync: include/syncs/second.yaml:3: account: 'recruit_dmo' is not an account of organisation.yaml. "
        "Allowed: recruit_demo. Did you mean 'recruit_demo'? Check with: contact-sync lint include/syncs/second.yaml\n"
        "Until its file is mended 'second' does not run (configuration_error); then it stands where it stood before.\n"
    )
    execute(changed, "UPDATE sync.sync SET state = 'active', inactive_reason = NULL WHERE sync_id = 'second'")
    assert run("deactivate", "second", "--reason", "not mended yet").code == 0
    assert stands(changed)["second"] == "by_hand"


def test_a_sync_whose_file_is_gone_can_be_deactivated(run: Run, folder: Path, with_warehouse: str) -> None:
    """LIM-1: the registry knows it."""
    run("activate", "candidates_daily")
    (folder / "syncs" / "candidates_daily.yaml").unlink()
    assert run("deactivate", "candidates_daily", "--reason", "moved").code == 0
    assert stands(with_warehouse) == {"candidates_daily": "by_hand"}


def test_what_is_over_is_neither_activated_nor_initiated(run: Run, folder: Path, with_warehouse: str) -> None:
    """RET-9, LIM-1: exit code 3, the last day, and the file to change; after the change it works."""
    path = folder / "syncs" / "candidates_daily.yaml"
    path.write_text(f"{SYNC}active_until: 2026-11-02\n")
    for command in ("activate", "initiate"):
        done = run(command, "candidates_daily")
        assert (done.code, done.out) == (3, "")
        assert done.err == (
            "contact-sync: candidates_daily cannot be activated, period_over: Its last day, active_until: 2026-11-02, "
            "has passed. To go on, change active_until in include/syncs/candidates_daily.yaml, then: contact-sync "
            "activate candidates_daily\n"
        )
    path.write_text(f"{SYNC}active_until: 2099-11-02\n")
    assert run("activate", "candidates_daily").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("activate",), "say what: either SYNC or --account ACCOUNT, not both."),
        (("activate", "candidates_daily", "--account", "recruit_demo"),
         "say what: either SYNC or --account ACCOUNT, not both."),
        (("activate", "candidate_daily"),
         "there is no sync 'candidate_daily'. Did you mean 'candidates_daily'? See all with: contact-sync list"),
        (("activate", "--account", "recruit_dmo"),
         "'recruit_dmo' is not an account of organisation.yaml. Allowed: recruit_demo. Did you mean 'recruit_demo'?"),
        (("deactivate", "candidate_daily", "--reason", "x"),
         "there is no sync 'candidate_daily'. Did you mean 'candidates_daily'? See all with: contact-sync list"),
        (("deactivate", "candidates_daily", "--reason", " "), "--reason is empty: say why, for the record."),
    ],
)  # fmt: skip
def test_mistakes(run: Run, with_warehouse: str, arguments: tuple[str, ...], message: str) -> None:
    """LIM-1: exit code 2 for a command used wrongly; nothing is registered by it."""
    done = run(*arguments)
    assert (done.code, done.out, done.err) == (2, "", f"contact-sync: {message}\n")
    assert stands(with_warehouse) == {}
