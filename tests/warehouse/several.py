"""Several processes of a worker at once, forked from one that has imported what they need: imports cost most of them.

`several` starts them; `python -m tests.warehouse.several` is what forks. Each has standard input and output of its own,
and whatever else its `main` opens: no connection, no session is older than it.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Worker:
    """One process: what it is told, and what it says."""

    told: TextIO
    says: TextIO

    def tell(self, line: object) -> None:
        print(line, file=self.told, flush=True)

    def said(self) -> str:
        """Its next line; empty when it has ended."""
        return self.says.readline().strip()


@dataclass(frozen=True, slots=True)
class Several:
    """The processes, and the one that forked them and ends with the last of them."""

    workers: list[Worker]
    parent: "subprocess.Popen[bytes]"

    def all_over(self) -> bool:
        return self.parent.poll() is not None


@contextmanager
def several(module: str, arguments: Sequence[Sequence[str]]) -> Iterator[Several]:
    """A process of the module's `main` for each list of arguments; all are ended with the block."""
    workers, handed = [], []
    for each in arguments:
        (its_input, told), (says, its_output) = os.pipe(), os.pipe()
        workers.append(Worker(os.fdopen(told, "w"), os.fdopen(says)))
        handed.append((its_input, its_output, list(each)))
    theirs = [handle for each in handed for handle in each[:2]]
    environment = {**os.environ, "PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'plugins'}"}
    command = [sys.executable, "-m", __name__, module, json.dumps(handed)]
    parent = subprocess.Popen(command, cwd=PROJECT, env=environment, pass_fds=theirs, start_new_session=True)
    for handle in theirs:
        os.close(handle)
    try:
        yield Several(workers, parent)
    finally:
        if parent.poll() is None:
            os.killpg(parent.pid, signal.SIGKILL)
        parent.wait()
        for worker in workers:
            with suppress(BrokenPipeError):
                worker.told.close()
            worker.says.close()


def main() -> None:
    """Fork the workers and wait for them. Fails if one of them did."""
    worker = importlib.import_module(sys.argv[1])
    handed = json.loads(sys.argv[2])
    children = [_fork(worker.main, number, handed) for number in range(len(handed))]
    for its_input, its_output, _ in handed:
        os.close(its_input)
        os.close(its_output)
    ends = [os.waitpid(child, 0)[1] for child in children]
    sys.exit(any(ends))


def _fork(work: Callable[[], None], number: int, handed: list[tuple[int, int, list[str]]]) -> int:
    child = os.fork()
    if child:
        return child
    its_input, its_output, arguments = handed[number]
    os.dup2(its_input, 0)
    os.dup2(its_output, 1)
    for each in handed:  # an end that somebody else holds open never ends
        os.close(each[0])
        os.close(each[1])
    sys.argv = [sys.argv[1], *arguments]
    work()
    sys.exit()


if __name__ == "__main__":
    main()
