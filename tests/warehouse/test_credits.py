"""The ledger of API calls is complete, whatever becomes of the stage that made them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text

from contact_sync.core.api import ApiCall
from contact_sync.errors import Unavailable
from contact_sync.warehouse.credits import record_calls
from contact_sync.warehouse.database import Warehouse

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CALL = ApiCall(AT, "GET", "/recruit/v2/Candidates", 200, 200, 3, 0.25)


def test_a_call_is_written_as_it_was(warehouse: Warehouse) -> None:
    """LIM-5: account, fetch, time, path, status, rows and cost of every call are kept."""
    record_calls(warehouse.engine, "recruit_demo", None)(CALL)
    with warehouse.engine.connect() as connection:
        row = connection.execute(
            text("SELECT account, fetch_id, at, method, path, status, rows, cost, seconds::float FROM sync.credit")
        ).one()
    assert tuple(row) == ("recruit_demo", None, AT, "GET", "/recruit/v2/Candidates", 200, 200, 3, 0.25)


def test_a_rolled_back_stage_still_shows_what_it_spent(warehouse: Warehouse) -> None:
    """LIM-5: the ledger is written by a connection of its own."""
    record = record_calls(warehouse.engine, "recruit_demo", None)
    with warehouse.engine.connect() as stage:
        stage.execute(text("DELETE FROM sync.credit"))
        record(CALL)
        record(replace(CALL, status=429, rows=0))
        stage.rollback()
        spent = stage.execute(text("SELECT count(*), sum(cost) FROM sync.credit")).one()
    assert tuple(spent) == (2, 6)


def test_a_query_is_never_kept(warehouse: Warehouse) -> None:
    """OUT-16: search texts hold addresses, so nothing behind a question mark is stored."""
    record_calls(warehouse.engine, "recruit_demo", None)(replace(CALL, path="/recruit/v2/Candidates/search?email=x"))
    with warehouse.engine.connect() as connection:
        assert connection.execute(text("SELECT path FROM sync.credit")).scalar_one() == "/recruit/v2/Candidates/search"


def test_a_warehouse_that_is_gone_is_transient() -> None:
    """A warehouse that does not answer is worth another try, not a failure for good."""
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 2})
    with pytest.raises(Unavailable, match="warehouse did not answer"):
        record_calls(engine, "recruit_demo", None)(CALL)
