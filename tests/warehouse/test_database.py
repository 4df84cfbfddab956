"""The way into the warehouse: URLs that cannot be read are refused without a part of the password, kept connections."""

import time

import pytest
from sqlalchemy import text

from contact_sync.errors import ConfigError
from contact_sync.warehouse.database import Warehouse, open_warehouse


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgresql://u:hid@den:word@127.0.0.1:5432/x", id="@ and : in the password"),
        pytest.param("postgresql://u:hid@den:word@127.0.0.1/x", id="the same without a port"),
        pytest.param("postgresql://u:hid@den-word@127.0.0.1:5432/x", id="@ in the password"),
        pytest.param("postgresql://u:hidden@127.0.0.1:word/x", id="a port that is no number"),
        pytest.param("hidden:word", id="no URL at all"),
    ],
)
def test_a_url_that_cannot_be_read(url: str) -> None:
    """One clear message that quotes nothing of the URL, with nothing behind it that would."""
    with pytest.raises(ConfigError) as told:
        open_warehouse(url, None)
    assert str(told.value) == (
        "The warehouse URL cannot be read. It looks like postgresql://USER:PASSWORD@HOST:5432/DATABASE. "
        "In the password write %40 for @, %3A for : and %2F for /."
    )
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__ or told.value.__context__ is None


def test_a_password_written_as_told() -> None:
    """The message's advice leads to the password that was meant."""
    url = open_warehouse("postgresql://u:a%40b%3Ac%2Fd@db.example:5433/x", None).engine.url
    assert (url.password, url.host, url.port, url.database) == ("a@b:c/d", "db.example", 5433, "x")


def session(warehouse: Warehouse) -> tuple[int, str]:
    """Process id and name of the session that a transaction gets."""
    with warehouse.transaction() as connection:
        row = connection.execute(text("SELECT pg_backend_pid(), current_setting('application_name')")).one()
    return int(row[0]), str(row[1])


def test_a_kept_connection_serves_many_transactions_and_is_replaced_when_it_broke(warehouse_url: str) -> None:
    """OPS-4: one session for a stage; a warehouse that restarted between two transactions is connected anew."""
    warehouse = open_warehouse(warehouse_url, None)
    gone = text("SELECT pg_terminate_backend(:pid, 5000)")
    with warehouse.kept_open("contact-sync fetch 7 extract") as kept:
        first = session(kept)
        assert session(kept) == first
        assert first[1] == "contact-sync fetch 7 extract"
        with warehouse.transaction() as connection:
            assert connection.execute(gone, {"pid": first[0]}).scalar_one()
        assert session(kept)[0] != first[0]
    deadline = time.monotonic() + 10
    while sessions_named(warehouse, first[1]):
        assert time.monotonic() < deadline, "a connection was left open"
        time.sleep(0.05)


def test_a_name_is_that_of_a_session_of_its_own(warehouse_url: str) -> None:
    """OPS-4: connections by another name are others; with their transaction they are closed, and their locks gone."""
    warehouse = open_warehouse(warehouse_url, None)
    named = warehouse.named("contact-sync fetch 7 load")
    with warehouse.transaction() as connection, named.transaction() as other:
        pids = {each.execute(text("SELECT pg_backend_pid()")).scalar_one() for each in (connection, other)}
        assert len(pids) == 2
        assert sessions_named(warehouse, "contact-sync fetch 7 load") == 1
    first, second = session(named), session(named)
    assert (first[1], second[1]) == ("contact-sync fetch 7 load",) * 2
    assert first[0] != second[0]
    with named.transaction() as connection:
        connection.execute(text("SELECT pg_advisory_lock(7)"))
    with warehouse.transaction() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))  # the server ends a session a moment later
        connection.execute(text("SELECT pg_advisory_xact_lock(7)"))


def sessions_named(warehouse: Warehouse, name: str) -> int:
    """How many sessions of that name the server has."""
    with warehouse.transaction() as connection:
        count = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name")
        return int(connection.execute(count, {"name": name}).scalar_one())
