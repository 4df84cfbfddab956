"""A watcher that ends process groups when the process that started them is gone.

A supervisor that is killed with SIGKILL cannot tidy up. This watcher holds the other end of a pipe: when the
pipe closes without a farewell, it ends every group it was told about (SIGTERM, then SIGKILL). It starts no
process itself, needs nothing but the standard library, and leaves groups alone that it was told to forget.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PATIENCE_SECONDS = 15.0


class Guard:
    """Our end of the pipe: tell it which groups to watch; `close()` ends the watcher without harm."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", str(Path(__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )

    def watch(self, group: int) -> None:
        """End this process group, should we die without stopping it."""
        self._send(f"+{group}")

    def forget(self, group: int) -> None:
        """The group has been stopped; its number may soon belong to someone else."""
        self._send(f"-{group}")

    def close(self) -> None:
        """Dismiss the watcher; groups still running are left alone."""
        self._send("bye")
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)

    def _send(self, line: str) -> None:
        if self._process.stdin and not self._process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(f"{line}\n".encode())
                self._process.stdin.flush()


def signal_group(group: int, number: int) -> bool:
    """Send a signal to a process group; False when no process of it is left."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # only macOS answers so, for a group that holds nothing but zombies
        return False
    return True


def end_groups(groups: set[int], patience: float = PATIENCE_SECONDS) -> None:
    """SIGTERM to every group, then SIGKILL to those that have processes left after `patience` seconds."""
    left = {group for group in groups if signal_group(group, signal.SIGTERM)}
    deadline = time.monotonic() + patience
    while left and time.monotonic() < deadline:
        time.sleep(0.1)
        left = {group for group in left if signal_group(group, 0)}
    for group in left:
        signal_group(group, signal.SIGKILL)


def main() -> None:
    """The watcher itself: read groups from standard input until it closes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for raw in sys.stdin:
        line = raw.strip()
        if line == "bye":
            return
        if line.startswith("+"):
            groups.add(int(line[1:]))
        elif line.startswith("-"):
            groups.discard(int(line[1:]))
    end_groups(groups)


if __name__ == "__main__":
    main()
