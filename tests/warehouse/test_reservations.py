"""Credits are reserved before they are spent, and all tasks together never pass the ceiling: on a real Postgres."""

import json
import re
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, text

from contact_sync.core.api import ApiCall
from contact_sync.core.ceilings import Allowance, Work
from contact_sync.errors import CreditsExhausted, Permanent, Unavailable
from contact_sync.warehouse.credits import CreditBook
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.reservations import BLOCK, settle
from contact_sync.warehouse.statements import statement
from tests.warehouse.several import several

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PROCESSES, CEILING = 8, 1_000
GONE = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 2})


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Account:
    """An account with a ceiling, and the books of its tasks."""

    def __init__(self, warehouse: Warehouse, most: int | None, zone: str | None = None) -> None:
        self.warehouse, self.most, self.zone = warehouse, most, ZoneInfo(zone) if zone else None
        self.clock = Clock()

    def book(self, fetch_id: int | None = 1, work: Work = Work.IMPORT, account: str = "recruit_demo") -> CreditBook:
        """The book of one task."""
        return CreditBook(self.warehouse.engine, account, fetch_id, Allowance(self.most, self.zone, work), self.clock)

    def spend(self, book: CreditBook, cost: int, times: int = 1) -> None:
        """Make calls as a client does."""
        for _ in range(times):
            book.reserve(cost)
            book.record(ApiCall(self.clock.now, "GET", "/recruit/v2/Candidates", 200, 200, cost, 0.1))

    def standing(self, account: str = "recruit_demo") -> tuple[int, int]:
        """Credits spent altogether, and reserved."""
        values = {"account": account, "since": datetime(2000, 1, 1, tzinfo=UTC)}
        with self.warehouse.engine.connect() as connection:
            row = connection.execute(statement("credits/standing"), values).one()
        return int(row.spent), int(row.reserved)


def test_a_block_is_reserved_and_each_call_draws_on_it(warehouse: Warehouse) -> None:
    """LIM-5: what is reserved and not spent counts for others; at the end it is given back."""
    account = Account(warehouse, 1000)
    book = account.book()
    account.spend(book, 3)
    assert account.standing() == (3, BLOCK - 3)
    account.spend(book, 3, times=BLOCK // 3 - 1)
    assert account.standing() == (BLOCK, 0)
    account.spend(book, 1)
    assert account.standing() == (BLOCK + 1, BLOCK - 1)
    book.release()
    assert account.standing() == (BLOCK + 1, 0)


def test_a_large_account_reserves_larger_blocks(warehouse: Warehouse) -> None:
    """LIM-5: a thousandth of the ceiling, so that reserving stays cheap."""
    account = Account(warehouse, 1_000_000)
    account.spend(account.book(), 3)
    assert account.standing() == (3, 997)


def test_without_a_known_ceiling_nothing_is_reserved(warehouse: Warehouse) -> None:
    """LIM-5: calls are recorded all the same."""
    account = Account(warehouse, None)
    account.spend(account.book(), 3, times=20)
    assert account.standing() == (60, 0)


def test_a_call_of_no_fetch_reserves_what_it_costs(warehouse: Warehouse) -> None:
    """LIM-5: a command by hand leaves nothing reserved, though nobody ends it."""
    account = Account(warehouse, 1000)
    account.spend(account.book(fetch_id=None), 3, times=2)
    assert account.standing() == (6, 0)


def test_the_ceiling_is_reached_and_not_passed(warehouse: Warehouse) -> None:
    """LIM-5: the last credit is spent; the next call is refused, for good, with everything that a person needs."""
    account = Account(warehouse, 100)
    book = account.book()
    account.spend(book, 3, times=33)
    account.clock.now += timedelta(hours=1)
    with pytest.raises(CreditsExhausted) as refused:
        account.spend(book, 3)
    assert account.standing()[0] == 99
    assert isinstance(refused.value, Permanent)
    assert str(refused.value) == (
        "Account recruit_demo: of 100 API credits a day (rolling 24 hours) 99 are spent and 0 reserved by others. "
        "A call of 3 was not sent (LIM-5). Enough is free again on 2026-11-23 at 02:01 UTC. The ceiling is "
        "`daily_credits` of accounts.recruit_demo in include/organisation.yaml; where that is absent, what Zoho "
        "documents for `edition` and `users`."
    )
    account.spend(book, 1)
    assert account.standing() == (100, 0)


def test_a_ceiling_of_nothing_stops_every_call(warehouse: Warehouse) -> None:
    """LIM-5: no time is named at which it would be otherwise."""
    account = Account(warehouse, 0)
    with pytest.raises(CreditsExhausted, match="That is more than the ceiling ever allows"):
        account.spend(account.book(), 1)
    assert account.standing() == (0, 0)


def test_accounts_have_ceilings_of_their_own(warehouse: Warehouse) -> None:
    """LIM-5: what one account spends takes nothing from another."""
    account = Account(warehouse, 9)
    account.spend(account.book(), 3, times=3)
    account.spend(account.book(account="recruit_other"), 3, times=3)
    assert account.standing() == account.standing("recruit_other") == (9, 0)


def test_what_another_task_reserved_cannot_be_spent(warehouse: Warehouse) -> None:
    """LIM-5: the message says so, and when the other's reservation ends at the latest."""
    account = Account(warehouse, 12)
    one, other = account.book(1), account.book(2)
    one.reserve(9)
    account.spend(other, 3)
    with pytest.raises(
        CreditsExhausted,
        match=r"3 are spent and 9 reserved by others.*2026-11-22 at 03:00 UTC, or when others give back",
    ):
        account.spend(other, 9)
    one.release()
    account.spend(other, 9)
    assert account.standing() == (12, 0)


@pytest.mark.parametrize("work", [Work.PUSH, Work.CAMPAIGN, Work.FULL_ID_SCAN])
def test_other_work_yields_to_imports(warehouse: Warehouse, work: Work) -> None:
    """LIM-5: it stops at 80 %, an import goes on to the end."""
    account = Account(warehouse, 100)
    yielding = account.book(1, work)
    account.spend(yielding, 1, times=80)
    with pytest.raises(CreditsExhausted, match=rf"; {work} stops at 80 % of them, 80, so that imports have the rest\."):
        account.spend(yielding, 1)
    account.spend(account.book(2), 1, times=20)
    assert account.standing() == (100, 0)


def test_recruits_day_rolls(warehouse: Warehouse) -> None:
    """LIM-5: credits are free 24 hours after each call, and the refusal names that moment."""
    account = Account(warehouse, 30)
    book = account.book()
    account.spend(book, 3, times=5)
    account.clock.now += timedelta(hours=10)
    account.spend(book, 3, times=5)
    account.clock.now = NOW + timedelta(hours=24)
    with pytest.raises(CreditsExhausted, match="on 2026-11-23 at 02:01 UTC"):
        account.spend(book, 15)
    with pytest.raises(CreditsExhausted, match="on 2026-11-23 at 12:01 UTC"):
        account.spend(book, 16)
    account.clock.now = NOW + timedelta(hours=24, minutes=1, seconds=1)
    account.spend(book, 15)


def test_creators_day_begins_at_midnight_in_its_zone(warehouse: Warehouse) -> None:
    """LIM-5: not before, and then with everything."""
    account = Account(warehouse, 30, "Europe/Berlin")
    book = account.book()
    account.spend(book, 1, times=30)
    account.clock.now = datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
    with pytest.raises(CreditsExhausted, match=r"day in Europe/Berlin\) 30 are .* on 2026-11-22 at 23:00 UTC"):
        account.spend(book, 1)
    account.clock.now += timedelta(minutes=1)
    account.spend(book, 1, times=30)


def test_a_dead_tasks_reservation_counts_as_spent(warehouse: Warehouse) -> None:
    """LIM-5: after an hour without a sign, as soon as somebody reserves; whether it was spent nobody knows."""
    account = Account(warehouse, 1000)
    dead = account.book(7)
    account.spend(dead, 3, times=2)
    account.clock.now += timedelta(minutes=59)
    account.spend(account.book(8), 3)
    assert account.standing() == (9, 2 * BLOCK - 9)
    account.clock.now += timedelta(minutes=2)
    account.spend(account.book(9), 3)
    assert account.standing() == (BLOCK + 6, 2 * BLOCK - 6)
    with warehouse.engine.connect() as connection:
        settled = connection.execute(text("SELECT fetch_id, at, cost FROM sync.credit WHERE method = 'SETTLED'")).one()
    assert tuple(settled) == (7, NOW, BLOCK - 6)


def test_a_task_that_is_slow_reserves_anew(warehouse: Warehouse) -> None:
    """LIM-5: whoever was taken for dead spends nothing on a reservation that is gone."""
    account = Account(warehouse, 1000)
    book = account.book()
    account.spend(book, 3)
    account.clock.now += timedelta(hours=2)
    with warehouse.engine.begin() as connection:
        assert settle(connection, account.clock.now) == 1
    assert account.standing() == (BLOCK, 0)
    account.spend(book, 3)
    assert account.standing() == (BLOCK + 3, BLOCK - 3)


def test_every_call_is_a_sign_of_life(warehouse: Warehouse) -> None:
    """LIM-5: a task that calls now and then keeps its reservation."""
    account = Account(warehouse, 1000)
    book = account.book()
    for _ in range(5):
        account.spend(book, 3)
        account.clock.now += timedelta(minutes=45)
        with warehouse.engine.begin() as connection:
            assert settle(connection, account.clock.now) == 0
    assert account.standing() == (15, BLOCK - 15)


def test_a_call_that_could_not_be_written_stays_reserved(warehouse: Warehouse) -> None:
    """LIM-5: it was made, so its credits are not given back."""
    account = Account(warehouse, 1000)
    book = account.book()
    book.reserve(3)
    book._line.engine = GONE
    with pytest.raises(Unavailable, match="while an API call was written"):
        book.record(ApiCall(NOW, "GET", "/recruit/v2/Candidates", 200, 200, 3, 0.1))
    book.release()
    assert account.standing() == (0, BLOCK)


def test_a_warehouse_that_is_gone_is_transient() -> None:
    """LIM-5: nothing is sent that cannot be reserved; another try may."""
    with pytest.raises(Unavailable, match="while API credits were reserved"):
        CreditBook(GONE, "recruit_demo", 1, Allowance(10)).reserve(1)


def test_eight_processes_at_the_ceiling_never_pass_it(warehouse: Warehouse, warehouse_url: str) -> None:
    """LIM-5: at no moment more is spent and reserved than allowed, and together they use it up to the last block."""
    arguments = [[warehouse_url, str(CEILING), str(number)] for number in range(1, PROCESSES + 1)]
    account = Account(warehouse, CEILING)
    seen: list[tuple[int, int]] = []
    with several("tests.warehouse.reserving_worker", arguments) as started:
        assert [each.said() for each in started.workers] == ["ready"] * PROCESSES
        for each in started.workers:
            each.tell("go")
        while not started.all_over():
            seen.append(account.standing())
            time.sleep(0.02)
        results = [json.loads(each.said()) for each in started.workers]
    spent, reserved = account.standing()
    assert [moment for moment in seen if sum(moment) > CEILING] == []
    assert len({moment for moment in seen if sum(moment)}) > 3  # it was looked at while they worked
    assert sum(result["spent"] for result in results) == spent <= CEILING
    assert spent > CEILING - BLOCK
    assert reserved == 0
    assert all(result["spent"] > 0 for result in results)
    assert all(re.search(r"[\d,]+ are spent and \d+ reserved by others", result["ended"]) for result in results)
