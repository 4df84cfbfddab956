"""How long and how much: wall time, CPU seconds of this process and of Postgres, peak memory, medians.

On a machine that others use too, wall times of one run differ by half; ratios are taken inside one round, both sides
one after the other, and CPU seconds stand beside them.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Span:
    """Seconds of a measured stretch: on the clock, of this process's CPU, of the CPU of another process's family."""

    wall: float = 0.0
    cpu: float = 0.0
    server_cpu: float = 0.0

    def __add__(self, other: "Span") -> "Span":
        return Span(self.wall + other.wall, self.cpu + other.cpu, self.server_cpu + other.server_cpu)


@contextmanager
def measured(server_pid: int | None = None) -> Iterator[Span]:
    """Fills the span on leaving. server_pid: a Postgres server, or another process with its children."""
    span = Span()
    server = family_cpu(server_pid) if server_pid else 0.0
    wall, cpu = time.perf_counter(), time.process_time()
    yield span
    span.wall, span.cpu = time.perf_counter() - wall, time.process_time() - cpu
    span.server_cpu = family_cpu(server_pid) - server if server_pid else 0.0


def timed(work: Callable[[], object], server_pid: int | None = None) -> Span:
    """The span of one call."""
    with measured(server_pid) as span:
        work()
    return span


def family_cpu(pid: int) -> float:
    """CPU seconds of a process, of its children that have ended, and of those that live."""
    return sum(_ticks(pid, own=True)) / TICKS + sum(sum(_ticks(child)) for child in _children(pid)) / TICKS


def peak_mb(pid: int | str = "self") -> float:
    """Largest resident memory of a process so far, in MB (10^6 bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError(f"/proc/{pid}/status tells no VmHWM")


def median(values: Sequence[float], digits: int = 3) -> float:
    """The median, rounded."""
    return round(statistics.median(values), digits)


def _children(pid: int) -> list[int]:
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def _ticks(pid: int, *, own: bool = False) -> list[int]:
    """utime and stime; with `own` those of ended children too. Nothing for a process that has just ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []
    return [int(value) for value in fields[11 : 15 if own else 13]]
