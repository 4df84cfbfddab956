"""The files of a Postgres server: made once by initdb, and put right after a start that was killed.

A half-made data folder is made again; a pid file whose server is gone is removed, whatever process or zombie has
its number now; a server that its starter left behind is stopped. Data of a finished initdb is never touched.
"""

import contextlib
import logging
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from include.local.errors import LocalError
from include.local.processes import alive, working_folder
from include.local.server_user import Places

SUPERUSER = "contact_sync"

log = logging.getLogger(__name__)


def prepare(folder: Path, where: Places) -> str:
    """initdb unless an earlier one was finished; the password of the superuser."""
    secret = folder / "password"
    if secret.is_file() and (where.data / "PG_VERSION").is_file():
        return secret.read_text(encoding="utf-8").strip()
    _empty(where)
    password = secrets.token_urlsafe(24)
    _initdb(where, password)
    # Written last: its presence says that initdb was finished.
    secret.touch(mode=0o600)
    secret.write_text(f"{password}\n", encoding="utf-8")
    return password


def _empty(where: Places) -> None:
    """A data folder that is empty and belongs to the server's user; what a broken initdb left is removed."""
    if where.data.exists():
        shutil.rmtree(where.data)
    where.data.mkdir(mode=0o700)
    where.account.own(where.data)


def _initdb(where: Places, password: str) -> None:
    with _password_file(where, password) as pwfile:
        done = where.account.run(
            [
                str(where.binaries / "initdb"),
                f"--pgdata={where.data}",
                f"--username={SUPERUSER}",
                f"--pwfile={pwfile}",
                "--auth=scram-sha-256",
                # Stretching protects words that people choose; of 192 random bits it makes each connection dearer.
                "--set=scram_iterations=1",
                "--encoding=UTF8",
                # The same order of text on every machine, without its locales.
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-sync",
                "--no-instructions",
            ]
        )
    if done.returncode:
        raise LocalError(f"initdb of Postgres failed in {where.data}:\n{(done.stderr or done.stdout).strip()}")


@contextlib.contextmanager
def _password_file(where: Places, password: str) -> Iterator[Path]:
    """The password in a file that the server's user alone can read, for the moment of initdb."""
    handle, name = tempfile.mkstemp(prefix="initdb-", dir=where.data.parent)
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(f"{password}\n")
        where.account.own(path)
        yield path
    finally:
        path.unlink()


def clear_stale(data: Path) -> None:
    """Deal with what a killed start left: a server without a master is stopped, a pid file without a server removed.

    Postgres itself takes a zombie, or another process that got the same number, for a running server.
    """
    pidfile = data / "postmaster.pid"
    if not pidfile.is_file():
        return
    first = pidfile.read_text(encoding="utf-8", errors="replace").splitlines()[:1]
    pid = int(first[0]) if first and first[0].strip().isdigit() else 0
    if pid and alive(pid) and working_folder(pid) == data.resolve():
        log.warning("A Postgres that an earlier start left behind (process %d) is being stopped.", pid)
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + 30
        while alive(pid):
            if time.monotonic() > deadline:
                raise LocalError(f"Postgres process {pid} of an earlier start does not end. Stop it, then start again.")
            time.sleep(0.05)
    pidfile.unlink(missing_ok=True)
