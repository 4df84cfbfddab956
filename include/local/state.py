"""The state folder of a local runtime: its lock, its secrets, and what it remembers between two starts.

`.demo/` for the demo that stays, `build/demo-once-…/` for the one that does not. Secrets are made once and lie in
files that only their owner can read; none of them is ever printed except the login of the local UI.
"""

import fcntl
import json
import os
import secrets
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from include.local.errors import LocalError

PROJECT = Path(__file__).resolve().parents[2]
DEMO = Path(os.environ.get("CONTACT_SYNC_DEMO", PROJECT / ".demo")).absolute()
BUILD = PROJECT / "build"


def _fernet_key() -> str:
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True)
class Secrets:
    """What one local runtime must keep to itself; `admin_password` is for the person at the keyboard."""

    contact_sync_key: str = field(default_factory=_fernet_key, repr=False)
    airflow_fernet_key: str = field(default_factory=_fernet_key, repr=False)
    jwt_secret: str = field(default_factory=lambda: secrets.token_urlsafe(72), repr=False)
    api_secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    admin_password: str = field(default_factory=lambda: secrets.token_urlsafe(9), repr=False)


class State:
    """A state folder, held by this process from `open` until `close`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.postgres = folder / "postgres"
        self.airflow = folder / "airflow"
        self._lock: IO[str] | None = None

    def open(self) -> None:
        """Make the folder if it is new and hold it. Raises LocalError when another process holds it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        # May be passed through, not read: Postgres may run as another user. What is secret has its own mode.
        self.folder.chmod(0o711)
        handle = (self.folder / "lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            handle.close()
            raise LocalError(
                f"A demo of this folder is running already (process {holder}). Use it, or end it with Ctrl-C there."
            ) from None
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        self._lock = handle
        self.logs.mkdir(exist_ok=True)
        self.airflow.mkdir(mode=0o700, exist_ok=True)

    def close(self) -> None:
        """Let go of the folder; harmless when it is not held."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def secrets(self) -> Secrets:
        """The secrets of this folder, made at the first call."""
        path = self.folder / "secrets.json"
        if not path.is_file():
            self._write(path, asdict(Secrets()))
        return Secrets(**json.loads(path.read_text(encoding="utf-8")))

    def recall(self, name: str) -> Any:
        """What was remembered under this name; None if nothing was."""
        path = self.folder / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None

    def remember(self, name: str, value: Any) -> None:
        """Keep a JSON value for the next start."""
        self._write(self.folder / f"{name}.json", value)

    def _write(self, path: Path, value: Any) -> None:
        """Whole or not at all: a start that is killed leaves no half file behind."""
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_text(json.dumps(value, indent=2), encoding="utf-8")
        part.replace(path)
