"""Two syncs with the same addresses in opposite order, at once and over and over: no deadlock, nobody twice."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.results import Manifest
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import open_warehouse
from contact_sync.warehouse.migrate import migrate
from include.local.postgres import Server, running_postgres
from tests.conftest import KEY
from tests.one_pool import one_pool
from tests.stages.desk import Desk, record
from tests.stages.test_plan_limit import limited

PEOPLE = [5_000, *[150] * 19]
"""New addresses of each round; the first is the large one."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose log is of this module alone."""
    with running_postgres(tmp_path_factory.mktemp("meeting") / "postgres", fast=True) as found:
        yield found


@pytest.fixture
def desk(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The daily example sync on a warehouse of that server."""
    monkeypatch.setenv("CONTACT_SYNC_KEY", KEY)
    assert server.ensure_database("meeting")
    url = server.url_of("meeting")
    migrate(create_engine(url, poolclass=NullPool))
    sync = load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"]
    with open_warehouse(url, KEY).kept_open("contact-sync tests") as kept:
        yield Desk(one_pool(kept), sync)


def meet(desk: Desk, number: int, people: int, syncs: tuple[ResolvedSync, ResolvedSync]) -> list[Manifest]:
    """One round: both stage the same addresses, one from the front and one from the back, and load at once."""
    rows = [record(f"{number}{each:06d}", f"p{number}.{each}@mail.example.org") for each in range(people)]
    runs = [desk.stage(rows, syncs[0]), desk.stage(rows[::-1], syncs[1])]
    start = threading.Barrier(2)
    loaded: list[Manifest] = []

    def go(each: int) -> None:
        start.wait(60)
        loaded.append(desk.classify_and_load(runs[each]))

    threads = [threading.Thread(target=go, args=(each,)) for each in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(loaded) == 2, "one of the two loads failed or hangs"
    return loaded


def test_syncs_that_meet_deadlock_nowhere_and_add_everybody_once(desk: Desk, server: Server) -> None:
    """OPS-10, OUT-3, OUT-15: twenty rounds, every second one under a plan that is too small for its people."""
    other = desk.sync.model_copy(update={"sync_id": "other", "list_name": "Other list", "push_switches": ()})
    present = 0
    for number, people in enumerate(PEOPLE, 1):
        room = people // 3 if number % 2 == 0 else None
        limit = None if room is None else present + room
        loaded = meet(desk, number, people, (limited(desk.sync, limit), limited(other, limit)))
        added = people if room is None else room
        assert sum(manifest.counts["new"] for manifest in loaded) == added, f"round {number}"
        present += added
        assert desk.rows("SELECT count(*) AS people FROM contacts.contact")[0]["people"] == present
    twice = desk.rows("SELECT address_hash FROM sync.ledger WHERE outcome = 'new' GROUP BY 1 HAVING count(*) > 1")
    assert twice == []
    assert desk.rows("SELECT count(*) AS new FROM sync.ledger WHERE outcome = 'new'")[0]["new"] == present
    found = desk.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert found[0]["deadlocks"] == 0
    log = (server.folder / "postgres.log").read_text(encoding="utf-8", errors="replace")
    assert "ready to accept connections" in log
    assert "deadlock" not in log
