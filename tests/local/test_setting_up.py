"""What the runtime hands on: pip's settings to uv, airflow_settings.yaml to Airflow, its own environment to all."""

import json
import os
import socket
from pathlib import Path

import pytest

from include.local import airflow, install, ports, settings
from include.local.clean import forget_state
from include.local.errors import LocalError
from include.local.state import State

WAREHOUSE = "postgresql+psycopg://contact_sync:secret@127.0.0.1:5999/contacts"
SANDBOX = "http://127.0.0.1:9999"


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("", {}),
        ("global.index-url='https://a/simple'", {"UV_DEFAULT_INDEX": "https://a/simple"}),
        ("global.index-url='https://a'\n:env:.index-url='https://b'", {"UV_DEFAULT_INDEX": "https://b"}),
        (":env:.index-url='https://b'\nglobal.index-url='https://a'", {"UV_DEFAULT_INDEX": "https://b"}),
        (
            "global.extra-index-url='\\nhttps://a\\nhttps://b'",
            {"UV_INDEX": "https://a https://b", "UV_INDEX_STRATEGY": "unsafe-best-match"},
        ),
        ("global.cert='/etc/ca.pem'\n:env:.disable-pip-version-check='1'", {"SSL_CERT_FILE": "/etc/ca.pem"}),
        ("download.index-url='https://other-command'", {}),
    ],
)
def test_settings_of_pip_hold_for_uv(listed: str, expected: dict[str, str]) -> None:
    assert install.uv_settings(listed) == expected


def test_a_moved_or_changed_project_is_set_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in install.INPUTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(install, "PROJECT", tmp_path)
    monkeypatch.setattr(install, "STAMP", tmp_path / "stamp")
    assert not install.is_current()
    (tmp_path / "stamp").write_text(install.fingerprint(), encoding="utf-8")
    assert install.is_current()
    (tmp_path / "requirements-dev.txt").write_text("another lock", encoding="utf-8")
    assert not install.is_current()


def test_local_connections_get_the_services_of_this_runtime() -> None:
    given = {
        "connections": [
            {
                "conn_id": "w",
                "conn_type": "contacts_warehouse",
                "conn_host": "localhost",
                "conn_port": 1,
                "conn_extra": {},
            },
            {
                "conn_id": "s",
                "conn_type": "zoho_recruit",
                "conn_extra": '{"api_root": "http://localhost:1/x", "a": "b"}',
            },
            {"conn_id": "real", "conn_type": "zoho_recruit", "conn_login": "me", "conn_extra": {"data_center": "eu"}},
            {"conn_id": "", "conn_type": "http"},
        ]
    }
    found = settings.connections(given, WAREHOUSE, SANDBOX)
    assert found["w"] == {
        "conn_type": "contacts_warehouse",
        "host": "127.0.0.1",
        "port": 5999,
        "login": "contact_sync",
        "password": "secret",
        "schema": "contacts",
    }
    assert found["s"]["extra"] == {"api_root": f"{SANDBOX}/x", "a": "b", "refresh_token": "sandbox-refresh-0000"}
    assert found["real"] == {"conn_type": "zoho_recruit", "login": "me", "extra": {"data_center": "eu"}}
    assert set(found) == {"w", "s", "real"}


def test_the_project_s_own_settings_point_to_this_runtime_only() -> None:
    given = settings.read_settings(install.PROJECT / "airflow_settings.yaml")
    found = json.dumps(settings.connections(given, WAREHOUSE, SANDBOX))
    assert "9999" in found
    assert "5999" in found
    assert "8791" not in found
    assert settings.pools(given)["recruit_demo"]["slots"] > 0


def test_pools_and_variables() -> None:
    given = {
        "pools": [{"pool_name": "p", "pool_slot": "2"}, {"pool_name": "without slots"}],
        "variables": [{"variable_name": "v", "variable_value": "1"}, {"variable_name": ""}],
    }
    assert settings.pools(given) == {"p": {"slots": 2, "description": "", "include_deferred": False}}
    assert settings.variables(given) == {"v": "1"}


@pytest.mark.parametrize("content", [None, "[]", "connections: []"])
def test_a_file_that_holds_no_settings_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "airflow_settings.yaml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(LocalError, match=r"airflow_settings\.yaml"):
        settings.read_settings(file)


def test_the_environment_is_this_runtime_s_own(tmp_path: Path) -> None:
    """Ports reach the workers too; another Airflow's variables and a proxy for 127.0.0.1 do not."""
    state = State(tmp_path / "demo")
    state.open()
    outer = {
        "AIRFLOW_HOME": "/else",
        "AIRFLOW__API__PORT": "1",
        "PYTHONPATH": "/else",
        "no_proxy": "corp",
        "PATH": "/bin",
    }
    found = airflow.environment(
        state, airflow.Addresses(18999, 9999, WAREHOUSE, "postgresql+psycopg2://x/airflow"), outer
    )
    assert found["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:18999"
    assert found["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:18999/execution/"
    assert found["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert found["AIRFLOW_HOME"] == str(state.airflow)
    assert len(found["AIRFLOW__API_AUTH__JWT_SECRET"]) >= 64
    assert found["no_proxy"] == "corp,127.0.0.1,localhost"
    assert "/else" not in found.values()
    assert all("--skip-serve-logs" in airflow.components()[name] for name in ("scheduler", "triggerer"))
    for secret in (state.folder / "secrets.json", state.airflow / "passwords.json"):
        assert secret.stat().st_mode & 0o077 == 0
    assert state.secrets() == State(tmp_path / "demo").secrets()
    assert state.secrets().admin_password not in repr(state.secrets())
    state.close()


def test_a_state_folder_has_one_holder(tmp_path: Path) -> None:
    first, second = State(tmp_path / "demo"), State(tmp_path / "demo")
    first.open()
    with pytest.raises(LocalError, match=rf"running already \(process {os.getpid()}\)"):
        second.open()
    first.close()
    second.open()
    second.close()


@pytest.mark.parametrize("keep_logs", [True, False])
def test_a_forgotten_folder_keeps_its_logs_at_most(tmp_path: Path, keep_logs: bool) -> None:
    state = State(tmp_path / "demo")
    state.open()
    state.secrets()
    (state.logs / "scheduler.log").touch()
    state.close()
    forget_state(state.folder, keep_logs=keep_logs)
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == (["demo/logs/scheduler.log"] if keep_logs else [])


def test_a_taken_port_gives_way_to_a_free_one_unless_a_person_named_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONTACT_SYNC_UI_PORT", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert ports.choose("CONTACT_SYNC_UI_PORT", taken) != taken
        monkeypatch.setenv("CONTACT_SYNC_UI_PORT", str(taken))
        with pytest.raises(LocalError, match="listens on that port already"):
            ports.choose("CONTACT_SYNC_UI_PORT", 1)
    assert ports.choose("CONTACT_SYNC_UI_PORT", 1) == taken


def test_a_port_that_another_demo_has_chosen_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONTACT_SYNC_UI_PORT", raising=False)
    wanted = ports.free_port()
    assert ports.choose("CONTACT_SYNC_UI_PORT", wanted) == wanted
    assert ports.choose("CONTACT_SYNC_UI_PORT", wanted) != wanted


@pytest.mark.parametrize("named", ["http", "0", "65536", "-1"])
def test_what_is_no_port_is_named(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("CONTACT_SYNC_UI_PORT", named)
    with pytest.raises(LocalError, match="is not a port"):
        ports.choose("CONTACT_SYNC_UI_PORT", 1)
