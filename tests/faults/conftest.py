"""A Postgres that may be crashed and a source that answers every read of a test alike."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.paths import include_folder
from contact_sync.stages import batch
from contact_sync.warehouse.database import open_warehouse
from contact_sync.warehouse.migrate import migrate
from include.local import server_user
from include.local.postgres import Server, start
from include.sandbox.server import Sandbox, running
from tests.conftest import KEY
from tests.stages.world import World

FRAME_ROWS = 400
CANDIDATES = 700
"""More than one staging frame, so that a read which breaks off late has staged the first one."""
MOMENT = datetime(2026, 11, 20, 7, tzinfo=UTC)
"""When every run happens, by our clock and by the source's."""


@dataclass
class CrashServer:
    """A server with its full safety against crashes, on one port for all its lives."""

    server: Server

    def crash(self) -> None:
        """As `pg_ctl -m immediate`: sessions end at once, nothing is written out."""
        self.server.kill_immediate()

    def come_back(self) -> None:
        """Start again; Postgres recovers from its log."""
        self.server = start(self.server.folder, port=self.server.port)


@pytest.fixture(scope="module")
def crash_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrashServer]:
    """The server of this module."""
    folder = tmp_path_factory.mktemp("crashing") / "postgres"
    holder = CrashServer(start(folder))
    try:
        yield holder
    finally:
        holder.server.kill_immediate()  # nobody needs a clean end of what is thrown away
        server_user.forget(folder)


@pytest.fixture(scope="module")
def source() -> Iterator[Sandbox]:
    """A sandbox whose records do not depend on the hour; they are staged in frames that are smaller than they are."""
    anchor = datetime(2026, 11, 20, 6, tzinfo=UTC)
    with pytest.MonkeyPatch.context() as patch, running(candidates=CANDIDATES, anchor=anchor) as sandbox:
        patch.setattr(batch, "FRAME_ROWS", FRAME_ROWS)
        yield sandbox


def page_by_page(syncs: Mapping[str, ResolvedSync]) -> dict[str, ResolvedSync]:
    """The same syncs, none of which reads by bulk job: what is broken here is the reading of pages."""
    return {
        name: sync.model_copy(update={"policies": sync.policies.model_copy(update={"bulk_from": None})})
        for name, sync in syncs.items()
    }


def fresh_world(crash_server: CrashServer, source: Sandbox, name: str) -> World:
    """A migrated, empty warehouse of that name, and the source as at its start, at MOMENT."""
    assert crash_server.server.ensure_database(name)
    url = crash_server.server.url_of(name)
    engine = create_engine(url, poolclass=NullPool)
    migrate(engine)
    key = os.environ.get("CONTACT_SYNC_KEY") or KEY
    syncs = page_by_page(load_syncs(include_folder()).syncs)
    world = World(source.url, open_warehouse(url, key, "contact-sync tests"), syncs)
    world.control("POST", "reset", {})
    world.control("POST", "clock", {"now": MOMENT.isoformat()})
    return world
