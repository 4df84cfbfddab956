"""A world whose source is small and read by bulk, a few dozen records a page; and processes that are killed."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.run import RunInfo
from contact_sync.errors import ReadPending
from contact_sync.stages.batch import Batch
from contact_sync.zoho.transport import Transport
from tests.stages.world import World

DAILY = "candidates_daily"
STAGED = "record_id, modified_text, email_text, flaw, opted_out, converted, approved, fields, misfits, cleaned, source"
READ = "/recruit/bulk/v2/read"
MOST_ATTEMPTS = 12
MOST_STEPS = 200
"""More than any read here has."""


class KilledError(BaseException):
    """Ends a process; nothing of the product catches it."""


def by_bulk(world: World, bulk_from: int | None = 0, sync_id: str = DAILY) -> ResolvedSync:
    """An example sync that reads by bulk whatever the size, or from another one on."""
    sync = world.syncs[sync_id]
    return sync.model_copy(update={"policies": sync.policies.model_copy(update={"bulk_from": bulk_from})})


def drive(world: World, run: RunInfo, sync: ResolvedSync) -> list[float]:
    """Extract to the end, as Airflow would with its pauses; the pauses that were asked for."""
    pauses: list[float] = []
    for _ in range(MOST_ATTEMPTS):
        try:
            world.extract(run, sync)
        except ReadPending as pending:
            pauses.append(pending.retry_after or 0)
        else:
            return pauses
    raise AssertionError(f"no end after {MOST_ATTEMPTS} attempts")


def staged(world: World, run: RunInfo) -> list[tuple[Any, ...]]:
    """The staged records of a run, in the order of their ids."""
    fetch_id = fetch_of(world, run)["fetch_id"]
    rows = world.rows(f"SELECT {STAGED} FROM staging.fetch_{fetch_id} ORDER BY record_id")
    return [tuple(str(value) for value in row.values()) for row in rows]


def fetch_of(world: World, run: RunInfo) -> dict[str, Any]:
    """The fetch row of a run."""
    (row,) = world.rows("SELECT * FROM sync.fetch WHERE run_id = :run_id", run_id=run.run_id)
    return dict(row)


def jobs_of(world: World, run: RunInfo) -> list[dict[str, Any]]:
    """Its rows of sync.bulk_job."""
    query = "SELECT * FROM sync.bulk_job WHERE fetch_id = :fetch_id ORDER BY page"
    return [dict(row) for row in world.rows(query, fetch_id=fetch_of(world, run)["fetch_id"])]


def calls(world: World, method: str, piece: str, since: int = 0) -> list[dict[str, Any]]:
    """What the sandbox was asked, by method and a piece of the path, after the call number `since`."""
    found = world.control("GET", f"calls?since={since}")
    listed = found["calls"] if isinstance(found, dict) else found
    return [call for call in listed if call["method"] == method and piece in call["path"]]


def a_minute_later(world: World) -> None:
    """Nobody has downloaded anything within the last minute."""
    world.execute("UPDATE sync.credit SET at = at - interval '1 minute'")
    world.control("POST", "clock", {"advance_seconds": 60})


@contextmanager
def killed_at(fatal: int | str) -> Iterator[list[str]]:
    """End the process at its step of that number, or at the first whose name holds that text.

    A step is what follows a call to the service, and each side of a commit under the fence.

    Yields the names of the steps that were reached.
    """
    steps: list[str] = []

    def step(name: str) -> None:
        steps.append(name)
        if len(steps) == fatal or (isinstance(fatal, str) and fatal in name):
            raise KilledError(name)

    fenced: Callable[[Batch], Any] = Batch.fenced
    send = Transport._send

    @contextmanager
    def counted_fence(self: Batch) -> Iterator[Any]:
        with fenced(self) as connection:
            yield connection
            step("before a commit")
        step("after a commit")

    def counted_send(self: Transport, request: Any, token: Any) -> Any:
        answer = send(self, request, token)
        step(f"after {request.method} {request.path}")
        return answer

    watched = patch.object(Batch, "fenced", counted_fence), patch.object(Transport, "_send", counted_send)
    with watched[0], watched[1], suppress(KilledError):
        yield steps


def kill_at_steps(world: World, fatal: Iterable[int]) -> list[str]:
    """Kill a run at each of these steps, and let it go on; the steps that were reached.

    Raises AssertionError unless each ends with the same batch, and with as many jobs as pages. Only a job whose id was
    not yet known may have been made for nothing, and the history says so then.
    """
    sync, reference = by_bulk(world), world.run_info(DAILY)
    drive(world, reference, sync)
    expected, reached = staged(world, reference), list[str]()
    for number in fatal:
        give_turn(world)
        a_minute_later(world)
        asked = max(call["n"] for call in calls(world, "POST", READ))
        run = world.run_info(DAILY)
        steps = until_killed(world, run, sync, number)
        if len(steps) < number:
            return reached
        reached.append(steps[-1])
        drive(world, run, sync)
        assert staged(world, run) == expected, steps[-1]
        orphans = sum(job["orphans"] for job in jobs_of(world, run))
        made = len(calls(world, "POST", READ, since=asked))
        assert (made, orphans) in {(3, 0), (3, 1), (4, 1)}, steps[-1]
        told = [each for each in fetch_of(world, run)["warnings"] if "may have been made that nobody read" in each]
        assert len(told) == orphans
    raise AssertionError(f"a read of more than {MOST_STEPS} steps")


def until_killed(world: World, run: RunInfo, sync: ResolvedSync, fatal: int) -> list[str]:
    """The steps of a run that is killed at the one of that number, counted over its pauses; all, if it has fewer."""
    reached: list[str] = []
    while True:
        with killed_at(fatal - len(reached)) as steps:
            try:
                world.extract(run, sync)
                return reached + steps
            except ReadPending:
                reached += steps
                continue
        return reached + steps


def give_turn(world: World) -> None:
    """End the fetches under way, so that another run has its turn."""
    world.execute("UPDATE sync.fetch SET status = 'failed' WHERE status = 'running'")
