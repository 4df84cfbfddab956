"""Eight processes work with one account while its token ends again and again: a real Postgres, the sandbox's limit."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests
from sqlalchemy import text

from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.token_requests import MOST_REQUESTS
from include.sandbox.server import running
from tests.warehouse.several import several

PROCESSES, CALLS = 8, 8
LIMIT = f"RateLimited: Account recruit_demo: {MOST_REQUESTS} access tokens were asked for in the last ten minutes, "

Rounds = Callable[[str, int], tuple[int, list[str]]]


@pytest.fixture
def work(warehouse_url: str, warehouse: Warehouse) -> Iterator[Rounds]:
    """Lets eight processes call the sandbox in rounds; in the middle of each, all access tokens end."""
    with ExitStack() as ending:

        def rounds(url: str, number: int) -> tuple[int, list[str]]:
            arguments = [[warehouse_url, url]] * PROCESSES
            started = ending.enter_context(several("tests.warehouse.account_worker", arguments)).workers
            answered, failed = 0, []
            assert [each.said() for each in started] == ["ready"] * PROCESSES
            for _ in range(number):
                for each in started:
                    each.tell(CALLS)
                assert [each.said() for each in started] == ["warm"] * PROCESSES
                # nobody is between renewal and retry now: a token that ended twice in one call would rightly fail
                requests.post(f"{url}/_sandbox/token/expire", json={}, timeout=10).raise_for_status()
                for result in [json.loads(each.said()) for each in started]:
                    answered += result["answered"]
                    failed += result["failed"]
            return answered, failed

        yield rounds


def token_calls(url: str) -> int:
    """How many token requests the sandbox saw."""
    return sum(call["path"] == "/oauth/v2/token" for call in requests.get(f"{url}/_sandbox/calls", timeout=10).json())


def counted(warehouse: Warehouse) -> list[bool]:
    """Whether each request succeeded that the warehouse counted."""
    with warehouse.engine.connect() as connection:
        return list(connection.execute(text("SELECT succeeded FROM sync.token_request ORDER BY request_id")).scalars())


def test_a_token_that_ends_under_way_is_renewed_by_one_for_all(warehouse: Warehouse, work: Rounds) -> None:
    """ACC-3: eight processes, five times a token that ends in the middle of their work: nobody fails, six requests."""
    with running(candidates=0) as sandbox:
        answered, failed = work(sandbox.url, 5)
        seen = token_calls(sandbox.url)
    assert failed == []
    assert answered == 5 * PROCESSES * CALLS
    assert 5 <= seen <= 6  # the last end may come when all have done their work
    assert counted(warehouse) == [True] * seen


def test_the_limit_is_never_passed(warehouse: Warehouse, work: Rounds) -> None:
    """ACC-3: with more ends than tokens: ten requests in ten minutes and no more; who has none is told to wait."""
    with running(candidates=0) as sandbox:
        answered, failed = work(sandbox.url, MOST_REQUESTS + 2)
        assert token_calls(sandbox.url) == MOST_REQUESTS
    assert answered > 0
    assert failed
    assert [text_of for text_of in failed if not text_of.startswith(LIMIT)] == []
    assert counted(warehouse) == [True] * MOST_REQUESTS
