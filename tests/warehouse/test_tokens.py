"""One token per account for all tasks on all machines (ACC-3), against a real Postgres and the sandbox."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import create_engine, text

from contact_sync.core.api import AccessToken
from contact_sync.errors import CredentialsError, RateLimited, Unavailable
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.token_requests import MOST_REQUESTS, WINDOW
from contact_sync.warehouse.tokens import WarehouseTokenStore
from include.sandbox.server import running
from tests.warehouse.several import several

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


class Zoho:
    """Gives a new token each time it is asked, and counts; `fails` makes it refuse."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.asked = 0
        self.fails = False

    def __call__(self) -> AccessToken:
        self.asked += 1
        if self.fails:
            raise CredentialsError("refused")
        return AccessToken(f"token-{self.asked}", self.clock() + timedelta(hours=1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def zoho(clock: Clock) -> Zoho:
    return Zoho(clock)


@pytest.fixture
def store(warehouse: Warehouse, clock: Clock) -> WarehouseTokenStore:
    return WarehouseTokenStore(warehouse.engine, "recruit_demo", warehouse.fernet, clock)


def requests_of(warehouse: Warehouse) -> list[bool]:
    """Whether each counted request succeeded, in order."""
    with warehouse.engine.connect() as connection:
        rows = connection.execute(text("SELECT succeeded FROM sync.token_request ORDER BY request_id"))
        return list(rows.scalars())


def test_a_token_is_kept_until_it_ends(store: WarehouseTokenStore, zoho: Zoho, clock: Clock) -> None:
    """ACC-3: nothing is asked for while the stored token lives."""
    assert store.current() is None
    first = store.renew(None, zoho)
    assert store.current() == first
    assert store.renew(None, zoho) == first
    clock.now += timedelta(hours=1)
    assert store.current() is None
    assert store.renew(None, zoho).value == "token-2"


def test_only_the_refused_token_is_renewed(store: WarehouseTokenStore, zoho: Zoho) -> None:
    """ACC-3: a task whose token was renewed by another takes the stored one."""
    assert store.renew(None, zoho).value == "token-1"
    assert store.renew("token-1", zoho).value == "token-2"
    assert store.renew("token-1", zoho).value == "token-2"
    assert zoho.asked == 2


def test_the_token_is_encrypted_at_rest(store: WarehouseTokenStore, zoho: Zoho, warehouse: Warehouse) -> None:
    """ACC-3: the table holds no readable token, and the key of the organisation opens it."""
    store.renew(None, zoho)
    with warehouse.engine.connect() as connection:
        cipher = bytes(connection.execute(text("SELECT cipher FROM sync.token")).scalar_one())
    assert b"token-1" not in cipher
    assert b"token-1" in warehouse.fernet.decrypt(cipher)


def test_a_token_under_a_lost_key_counts_as_none(warehouse: Warehouse, zoho: Zoho) -> None:
    """ACC-3: a replaced CONTACT_SYNC_KEY costs one renewal; a rotated one, none."""
    old, new = Fernet(Fernet.generate_key()), Fernet(Fernet.generate_key())

    def store_with(*keys: Fernet) -> WarehouseTokenStore:
        return WarehouseTokenStore(warehouse.engine, "recruit_demo", MultiFernet(keys), zoho.clock)

    assert store_with(old).renew(None, zoho).value == "token-1"
    assert store_with(new, old).renew(None, zoho).value == "token-1"
    assert store_with(new).current() is None
    assert store_with(new).renew(None, zoho).value == "token-2"


def test_a_token_of_other_credentials_counts_as_none(warehouse: Warehouse, zoho: Zoho, clock: Clock) -> None:
    """ACC-3: a connection that points elsewhere now never reads with the former one's token."""
    before = WarehouseTokenStore(warehouse.engine, "recruit_demo", warehouse.fernet, clock, "mark-a")
    after = WarehouseTokenStore(warehouse.engine, "recruit_demo", warehouse.fernet, clock, "mark-b")
    assert before.renew(None, zoho).value == "token-1"
    assert after.current() is None
    assert after.renew(None, zoho).value == "token-2"


def test_accounts_do_not_share(warehouse: Warehouse, store: WarehouseTokenStore, zoho: Zoho, clock: Clock) -> None:
    """ACC-1: each account has a token and a count of its own."""
    other = WarehouseTokenStore(warehouse.engine, "other", warehouse.fernet, clock)
    assert store.renew(None, zoho).value == "token-1"
    assert other.renew(None, zoho).value == "token-2"
    for _ in range(MOST_REQUESTS - 1):
        other.renew(other.current().value, zoho)  # type: ignore[union-attr]
    with pytest.raises(RateLimited):
        other.renew(other.current().value, zoho)  # type: ignore[union-attr]
    assert store.renew("token-1", zoho).value == f"token-{MOST_REQUESTS + 2}"


def test_a_failed_request_counts(store: WarehouseTokenStore, zoho: Zoho, warehouse: Warehouse) -> None:
    """ACC-3: the count of a failed request survives the failure."""
    zoho.fails = True
    with pytest.raises(CredentialsError):
        store.renew(None, zoho)
    zoho.fails = False
    store.renew(None, zoho)
    assert requests_of(warehouse) == [False, True]


def test_the_eleventh_request_waits(store: WarehouseTokenStore, zoho: Zoho, clock: Clock, warehouse: Warehouse) -> None:
    """ACC-3: never more than 10 in 10 minutes, failed ones included; the wait is exact and Zoho is not asked."""
    zoho.fails = True
    for _ in range(MOST_REQUESTS):
        with pytest.raises(CredentialsError):
            store.renew(None, zoho)
        clock.now += timedelta(seconds=10)
    zoho.fails = False
    with pytest.raises(RateLimited, match="ten minutes") as refused:
        store.renew(None, zoho)
    assert refused.value.retry_after == 500.0
    clock.now = START + WINDOW - timedelta(seconds=1)
    with pytest.raises(RateLimited):
        store.renew(None, zoho)
    clock.now = START + WINDOW
    assert store.renew(None, zoho).value == "token-11"
    assert zoho.asked == MOST_REQUESTS + 1
    assert requests_of(warehouse) == [False] * MOST_REQUESTS + [True]


def test_a_killed_process_leaves_its_count_and_no_lock(
    store: WarehouseTokenStore, zoho: Zoho, warehouse: Warehouse
) -> None:
    """ACC-3: a server that ends the renewing connection stands for a process that dies while it asks."""

    def dies() -> AccessToken:
        with warehouse.engine.connect() as other:
            other.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database ="
                    " (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
            )
        return zoho()

    with pytest.raises(Unavailable, match="warehouse"):
        store.renew(None, dies)
    assert requests_of(warehouse) == [False]
    assert store.renew(None, zoho).value == "token-2"


def test_a_warehouse_that_is_gone_is_transient(clock: Clock, zoho: Zoho, warehouse: Warehouse) -> None:
    """No token is asked for when it could not be counted."""
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 2})
    lost = WarehouseTokenStore(engine, "recruit_demo", warehouse.fernet, clock)
    for use in (lost.current, lambda: lost.renew(None, zoho)):
        with pytest.raises(Unavailable, match="warehouse"):
            use()
    assert zoho.asked == 0


@pytest.fixture
def compete(warehouse_url: str) -> Callable[..., list[dict[str, list[Any]]]]:
    """Runs processes of token_worker at once and gives what each printed."""

    def run(accounts_host: str, *, processes: int, threads: int, rounds: int) -> list[dict[str, list[Any]]]:
        arguments = [[warehouse_url, accounts_host, str(rounds), str(threads)]] * processes
        with several("tests.warehouse.token_worker", arguments) as started:
            assert [each.said() for each in started.workers] == ["ready"] * processes
            for each in started.workers:
                each.tell("go")
            return [json.loads(each.said()) for each in started.workers]

    return run


def token_calls(url: str) -> int:
    """How many token requests the sandbox saw."""
    import requests

    calls = requests.get(f"{url}/_sandbox/calls", timeout=10).json()
    listed = calls["calls"] if isinstance(calls, dict) else calls
    return sum(1 for call in listed if call["path"] == "/oauth/v2/token")


def test_many_at_once_make_one_request(
    warehouse: Warehouse, compete: Callable[..., list[dict[str, list[Any]]]]
) -> None:
    """ACC-3: 12 tasks in 3 processes find the same token refused; one renews, all have the same new one."""
    with running(candidates=0) as sandbox:
        results = compete(sandbox.url, processes=3, threads=4, rounds=1)
        tokens = [token for result in results for token in result["tokens"]]
        assert len(tokens) == 12
        assert len(set(tokens)) == 1
        assert token_calls(sandbox.url) == 1
    assert requests_of(warehouse) == [True]


def test_a_storm_of_renewals_stays_within_the_limit(
    warehouse: Warehouse, compete: Callable[..., list[dict[str, list[Any]]]]
) -> None:
    """ACC-3: 12 tasks in 3 processes that refuse every token get 10 requests in all, then a wait below ten minutes."""
    with running(candidates=0) as sandbox:
        results = compete(sandbox.url, processes=3, threads=4, rounds=6)
        assert token_calls(sandbox.url) == MOST_REQUESTS
    waits = [wait for result in results for wait in result["waits"]]
    assert len({token for result in results for token in result["tokens"]}) == MOST_REQUESTS
    assert waits
    assert all(0 < wait <= WINDOW.total_seconds() for wait in waits)
    assert requests_of(warehouse) == [True] * MOST_REQUESTS
