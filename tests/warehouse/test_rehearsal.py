"""A rehearsal never commits, whoever works in it, and gives back the locks of what it takes back (OPS-2)."""

import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import create_engine, text

from contact_sync.core.api import ApiCall
from contact_sync.errors import Unavailable
from contact_sync.warehouse import organisation
from contact_sync.warehouse.bulk_jobs import downloads_lately
from contact_sync.warehouse.credits import record_calls
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.rehearsal import rehearse

LISTS = text("SELECT count(*) FROM contacts.mailing_list")
ADD = text("INSERT INTO contacts.mailing_list (name, created_at) VALUES (:name, now())")


def lists(warehouse: Warehouse) -> int:
    with warehouse.transaction() as connection:
        return int(connection.execute(LISTS).scalar_one())


def add_and_fail(rehearsal: Warehouse) -> None:
    with rehearsal.transaction() as connection:
        connection.execute(ADD, {"name": "two"})
        raise ZeroDivisionError


def wait_for_the_organisation(warehouse: Warehouse, wait: str) -> None:
    with rehearse(warehouse) as rehearsal:
        rehearsal.connection.execute(text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": wait})
        organisation.lock(rehearsal.connection)


def test_transactions_hold_until_its_end(warehouse: Warehouse) -> None:
    """OPS-2: what one writes the next one sees, what raises is undone, and in the end nothing was."""
    with rehearse(warehouse) as rehearsal:
        with rehearsal.named("another").transaction() as connection:
            connection.execute(ADD, {"name": "one"})
        with pytest.raises(ZeroDivisionError):
            add_and_fail(rehearsal)
        with rehearsal.undone() as connection:
            connection.execute(ADD, {"name": "three"})
        with rehearsal.kept_open("another") as kept:
            assert lists(kept) == 1
        assert lists(warehouse) == 0
    assert lists(warehouse) == 0


def test_another_engine_reads_it_and_ends_nothing(warehouse: Warehouse) -> None:
    """OPS-2: a library with its own engine sees the rows; its commits, roll-backs and closing end nothing."""
    with rehearse(warehouse) as rehearsal:
        with rehearsal.transaction() as connection:
            connection.execute(ADD, {"name": "one"})
        guest = create_engine(warehouse.engine.url, **rehearsal.engine_options())
        with guest.begin() as connection:
            assert connection.execute(LISTS).scalar_one() == 1
        with guest.connect() as connection:
            connection.execute(LISTS)
            connection.rollback()
        guest.dispose()
        assert lists(rehearsal) == 1
    assert lists(warehouse) == 0


def test_locks_go_with_what_is_undone(warehouse: Warehouse) -> None:
    """OPS-2: the organisation is free again while the rehearsal goes on; held, it is waited for a while only."""
    url = warehouse.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with rehearse(warehouse) as rehearsal:
        with rehearsal.undone() as connection:
            organisation.lock(connection)
        with psycopg.connect(url, options="-c lock_timeout=2s") as other:
            other.execute("SELECT FROM sync.organisation FOR UPDATE")
    with warehouse.transaction() as connection:
        organisation.lock(connection)
        with pytest.raises(Unavailable, match="lock timeout"):
            wait_for_the_organisation(warehouse, "100ms")


def stand_still(warehouse: Warehouse) -> None:
    """A process that was stopped while it held the organisation."""
    with rehearse(warehouse) as rehearsal, rehearsal.undone() as connection:
        organisation.lock(connection)
        time.sleep(1)
        organisation.lock(connection)


def test_who_stands_still_holds_nobody_up(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-2: the server ends a rehearsal that was stopped while it held what runs ask for; reading takes its time."""
    monkeypatch.setattr("contact_sync.warehouse.rehearsal.IDLE_WAIT", "200ms")
    with pytest.raises(Unavailable, match="idle-in-transaction"):
        stand_still(warehouse)
    with warehouse.transaction() as connection:
        organisation.lock(connection)
    with rehearse(warehouse) as rehearsal:
        time.sleep(0.5)
        assert lists(rehearsal) == 0


def test_time_goes_on(warehouse: Warehouse) -> None:
    """OPS-2, SRC-12: downloads of the last minute are those before now, not before it began: it would wait for ever."""
    path = "/recruit/bulk/v2/read/1/result"
    nearly = datetime.now(UTC) - timedelta(seconds=58.5)
    record_calls(warehouse.engine, "recruit_demo", None)(ApiCall(nearly, "GET", path, 200, 1, 1, 0.1))
    with rehearse(warehouse) as rehearsal:
        assert downloads_lately(rehearsal.connection, "recruit_demo") == 1
        time.sleep(2)
        assert downloads_lately(rehearsal.connection, "recruit_demo") == 0
