"""Starts the long-running parts of the local runtime and ends them, whatever happens.

Each part is a session, and so a process group, of its own: Ctrl-C reaches only us, and what a part starts ends with
it (SIGTERM to the group, SIGKILL after 15 s). A watcher ends the groups should we be killed ourselves. Each part
writes to its own log file. Refuses to carry on when a part has ended by itself: `check` says which, and shows its log.
"""

import contextlib
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from include.local.errors import LocalError, tail
from include.local.guard import PATIENCE_SECONDS, Guard, signal_group
from include.local.interrupts import held
from include.local.processes import group_members


@dataclass
class Part:
    """One started process, leader of its group, and where it writes to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


class Supervisor:
    """The parts that run now. Use as a context manager: leaving it stops them all."""

    def __init__(self, logs: Path, folder: Path) -> None:
        self._logs, self._folder = logs, folder
        self._guard = Guard()
        self._parts: list[Part] = []

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._guard.close()

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> Part:
        """Start a part; its output goes to `<name>.log`, which is begun anew."""
        log = self._logs / f"{name}.log"
        with held(), log.open("wb") as out:
            process = subprocess.Popen(
                list(command),
                env=dict(env),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._guard.watch(process.pid)
            part = Part(name, process, log)
            self._parts.append(part)
        return part

    def finish(self, part: Part, patience: float) -> None:
        """Wait for a part that ends by itself. Raises LocalError when it takes too long or ends with an error."""
        try:
            code = part.process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            raise LocalError(
                f"{part.name} is not done after {patience:.0f} s. Its log, {part.log}:\n{tail(part.log)}"
            ) from None
        self._parts.remove(part)
        self._guard.forget(part.process.pid)
        if code:
            raise LocalError(f"{part.name} ended with exit code {code}. Its log, {part.log}:\n{tail(part.log)}")

    def check(self) -> None:
        """Raise LocalError when a part that should run has ended."""
        for part in self._parts:
            code = part.process.poll()
            if code is not None:
                raise LocalError(
                    f"{part.name} ended by itself (exit code {code}). Its log, {part.log}:\n{tail(part.log)}"
                )

    def stop(self, patience: float = PATIENCE_SECONDS) -> None:
        """End every part and everything it started, the latest first to be told; returns when all are gone."""
        for part in reversed(self._parts):
            signal_group(part.process.pid, signal.SIGTERM)
        deadline = time.monotonic() + patience
        for part in self._parts:
            _wait_for_group(part, deadline)
            self._guard.forget(part.process.pid)
        self._parts.clear()


def _wait_for_group(part: Part, deadline: float) -> None:
    """Until no process of the group is left; from the deadline on they are killed."""
    while True:
        part.process.poll()  # collects the leader, so that its group can become empty
        if not signal_group(part.process.pid, 0) or not group_members(part.process.pid):
            break
        if time.monotonic() > deadline:
            signal_group(part.process.pid, signal.SIGKILL)
        time.sleep(0.05)
    with contextlib.suppress(subprocess.TimeoutExpired):
        part.process.wait(timeout=5)
