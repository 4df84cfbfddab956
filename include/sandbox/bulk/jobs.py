"""Bulk read jobs: what each was asked, how far it is by the sandbox's clock, and how often results were fetched lately.

A job takes down which records it holds when it is created; their values are read when the file is fetched. Nothing else
is kept: fetching twice makes the file twice. Times are whole seconds since 1970.
"""

from array import array
from collections import deque
from dataclasses import dataclass
from typing import Any

FIRST_JOB = 200001000000600001
MOST_DOWNLOADS = 10
MINUTE = 60
ADDED, IN_PROGRESS, COMPLETED, FAILURE = "ADDED", "IN PROGRESS", "COMPLETED", "FAILURE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job. ``query`` is what was asked, to be repeated; ``names`` are the columns; ``seconds`` is how long it
    takes; ``outcome`` is completed, failure or stuck; ``last`` says that no page follows.
    """

    id: str
    module: str
    query: dict[str, Any]
    names: tuple[str, ...]
    indexes: "array[int]"
    page: int
    last: bool
    created: int
    seconds: int
    outcome: str
    keep_seconds: int

    def state(self, now: int) -> str:
        """ADDED for the first third of its time, IN PROGRESS after it, then what its outcome says."""
        elapsed = now - self.created
        if elapsed >= self.seconds and self.outcome != "stuck":
            return COMPLETED if self.outcome == "completed" else FAILURE
        return ADDED if elapsed * 3 < self.seconds else IN_PROGRESS

    def available(self, now: int) -> bool:
        """Whether its file can be fetched: done, and not too long ago."""
        return self.state(now) == COMPLETED and now - self.created - self.seconds < self.keep_seconds


class BulkDesk:
    """All jobs of a sandbox, by id."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self._downloads: deque[int] = deque()

    def next_id(self) -> str:
        """The id of the next job: eighteen digits as text."""
        return str(FIRST_JOB + len(self.jobs) * 7)

    def add(self, job: Job) -> None:
        """Keep a job."""
        self.jobs[job.id] = job

    def download(self, now: int) -> int | None:
        """Count a download; None when it may go ahead, else seconds until the next one may."""
        self._downloads = deque(at for at in self._downloads if now - MINUTE < at <= now)
        if len(self._downloads) >= MOST_DOWNLOADS:
            return self._downloads[0] + MINUTE - now
        self._downloads.append(now)
        return None
