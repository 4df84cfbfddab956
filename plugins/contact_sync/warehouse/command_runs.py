"""Runs of the command line show that they live by an advisory lock, which their process holds from before the fetch is
opened to its end.

Airflow notices a task that was killed and says so to the history; nobody watches over a command. Its lock goes with its
connection, so whoever asks for the sync's turn next sees that the process is gone.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from sqlalchemy import Connection, text

from contact_sync.core.run import BY_COMMAND, RunInfo
from contact_sync.warehouse.database import Warehouse, in_our_words


@contextmanager
def alive(warehouse: Warehouse, run: RunInfo) -> Iterator[Callable[[], None]]:
    """While the block lasts the run is known to live, by a connection that is otherwise idle.

    Gives what asks whether that connection still stands; it raises Unavailable if not: then another run may have taken
    this one's turn.
    """
    engine = warehouse.named(f"contact-sync run {run.dag_id}").engine.execution_options(isolation_level="AUTOCOMMIT")
    with ExitStack() as ending:
        with in_our_words():
            connection = ending.enter_context(engine.connect())
            connection.detach()  # ends with the block whatever pool it is of, and the lock with it
            connection.execute(_LIVE, {"run_id": run.run_id})
        yield partial(_ask, connection)


def left_behind(connection: Connection, run: RunInfo) -> list[str]:
    """Ids of other runs of the same sync by command whose fetch is called running and whose process is gone.

    They count as gone for everybody else's question until the transaction ends.
    """
    values = {"sync_id": run.dag_id, "run_id": run.run_id, "beginning": BY_COMMAND}
    running = connection.execute(_RUNNING, values).scalars().all()
    return [run_id for run_id in running if connection.execute(_IS_GONE, {"run_id": run_id}).scalar_one()]


def _ask(connection: Connection) -> None:
    with in_our_words():
        connection.execute(_PING)


_LIVE = text("SELECT pg_advisory_lock(hashtextextended('contact_sync.run:' || :run_id, 0))")
_IS_GONE = text("SELECT pg_try_advisory_xact_lock(hashtextextended('contact_sync.run:' || :run_id, 0))")
_PING = text("SELECT 1")
_RUNNING = text(
    "SELECT run_id FROM sync.fetch JOIN sync.sync USING (sync_no) WHERE sync_id = :sync_id AND status = 'running' "
    "AND run_id <> :run_id AND starts_with(run_id, :beginning)"
)
