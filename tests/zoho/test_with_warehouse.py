"""Client, shared token and ledger of calls together, on a real Postgres, against the sandbox's own call log."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import requests
from sqlalchemy import text

from contact_sync.core.ceilings import Allowance
from contact_sync.errors import CreditsExhausted, RateLimited
from contact_sync.warehouse.credits import CreditBook, record_calls
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.tokens import WarehouseTokenStore
from contact_sync.zoho.recruit import RecruitClient
from contact_sync.zoho.transport import Transport
from tests.zoho.support import QUICK, Bench, credentials


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def connect(warehouse: Warehouse, bench: Bench) -> Callable[[], RecruitClient]:
    """Makes clients as two tasks on two machines would have them."""

    def new() -> RecruitClient:
        owner = credentials(bench.url)
        tokens = WarehouseTokenStore(warehouse.engine, "recruit_demo", warehouse.fernet, now, owner.mark())
        record = record_calls(warehouse.engine, "recruit_demo", None)
        session = requests.Session()
        return RecruitClient(Transport(session, bench.url, owner, tokens, record, now, policy=QUICK))

    return new


def test_the_ledger_equals_the_sandbox(
    warehouse: Warehouse, bench: Bench, connect: Callable[[], RecruitClient]
) -> None:
    """ACC-3, LIM-5: every attempt that Zoho saw is in the ledger, and two tasks share one token through a refusal."""
    bench.control("faults", [{"kind": "status", "status": 500, "path": "/Candidates", "nth": 2}])
    one, two = connect(), connect()
    assert sum(len(page.rows) for page in one.records("Candidates", fields=["Email"])) > 400
    two.organisation()
    bench.control("token/expire", {})
    one.organisation()
    two.organisation()
    with warehouse.engine.connect() as connection:
        ledger = connection.execute(text("SELECT method, path, status, rows FROM sync.credit ORDER BY credit_id"))
        written = [tuple(row) for row in ledger]
    seen = [(call["method"], call["path"], call["status"], call["rows"] or 0) for call in bench.seen()]
    assert written == seen
    assert [status for _, _, status, _ in seen].count(401) == 2
    assert len(bench.seen("/oauth/")) == 2


def test_the_limit_holds_through_the_client(
    warehouse: Warehouse, bench: Bench, connect: Callable[[], RecruitClient]
) -> None:
    """ACC-3: a source that refuses every token is asked for no more than ten, then the run waits."""
    for _ in range(10):
        connect().organisation()
        bench.control("token/expire", {})
    with pytest.raises(RateLimited, match="ten minutes") as refused:
        connect().organisation()
    assert refused.value.retry_after is not None
    assert 500 < refused.value.retry_after <= 600
    assert len(bench.seen("/oauth/")) == 10


def limited(warehouse: Warehouse, bench: Bench, most: int) -> tuple[RecruitClient, CreditBook]:
    """A client of an account that may spend so many credits, and its book."""
    owner = credentials(bench.url)
    tokens = WarehouseTokenStore(warehouse.engine, "recruit_demo", warehouse.fernet, now, owner.mark())
    book = CreditBook(warehouse.engine, "recruit_demo", 1, Allowance(most))
    parts = (requests.Session(), bench.url, owner, tokens, book.record, now)
    return RecruitClient(Transport(*parts, policy=QUICK, reserve=book.reserve)), book


def test_a_read_stops_before_it_would_break_the_ceiling(warehouse: Warehouse, bench: Bench) -> None:
    """LIM-5: the source has more pages than credits; it is not asked for the one that would cost too many."""
    bench.control("settings", {"credits_limit": 8})
    client, book = limited(warehouse, bench, 8)
    with pytest.raises(CreditsExhausted, match=r"of 8 API credits a day .* 6 are spent"):
        list(client.records("Candidates", fields=["Email"]))
    book.release()
    told = bench.control("credits")
    assert (told["spent"], told["refused"]) == (6, 0)


def test_each_attempt_of_a_call_is_reserved(warehouse: Warehouse, bench: Bench) -> None:
    """LIM-5: tries again cost as well, and stop at the ceiling as any call does."""
    bench.control("faults", [{"kind": "status", "status": 500, "path": "/org", "times": None}])
    client, _ = limited(warehouse, bench, 2)
    with pytest.raises(CreditsExhausted):
        client.organisation()
    assert len(bench.seen()) == 2


def test_a_write_that_is_not_reserved_is_not_sent(warehouse: Warehouse, bench: Bench) -> None:
    """LIM-5, PUSH-9: nothing reaches Recruit, so nothing is unknown."""
    client, _ = limited(warehouse, bench, 0)
    with pytest.raises(CreditsExhausted):
        client.upsert("Candidates", [{"Last_Name": "Voss", "Email": "lena@example.org"}], ["Email"])
    assert bench.seen() == []
