"""How long a call waits before it is tried again, and what is left to the scheduler instead."""

import time
from datetime import timedelta

import pytest

from contact_sync.errors import CreditsExhausted, RateLimited, Transient, Unavailable
from contact_sync.zoho.retrying import RetryPolicy
from tests.zoho.scripted import SERVED_AT, Say, scripted
from tests.zoho.support import Bench

LIMITED = {"code": "TOO_MANY_REQUESTS", "details": {}, "message": "too many", "status": "error"}
ORG = Say(200, {"org": [{"company_name": "Zylker"}]})


def waits(error: Transient, times: int, policy: RetryPolicy | None = None) -> list[bool | float]:
    """What one call decides after that many errors of a kind."""
    decide = (policy or RetryPolicy(jitter=0.0))._decide()
    return [decide(error) for _ in range(times)]


def test_a_limit_without_a_time_waits_longer_each_time() -> None:
    """LIM-5: long enough for a limit of calls a minute, and capped; a failure keeps its short waits."""
    assert waits(RateLimited("429"), 5) == [5.0, 10.0, 20.0, 40.0, 60.0]
    assert waits(Unavailable("503"), 3) == [True, True, True]


def test_a_wait_beyond_the_tasks_patience_is_left_to_airflow() -> None:
    """LIM-5: whatever names it, a wait longer than the call may take ends the call."""
    assert waits(RateLimited("429", 61.0), 1) == [False]
    assert waits(RateLimited("429", 5.0), 1, RetryPolicy(total=4.0)) == [False]
    assert waits(RateLimited("429"), 1, RetryPolicy(total=4.0)) == [False]


def test_waits_are_jittered_upwards_only() -> None:
    """LIM-5: never before the time that was asked for, and not all workers at once."""
    seen = waits(RateLimited("429", 7.0), 50, RetryPolicy(jitter=2.0))
    assert all(isinstance(wait, float) and 7.0 <= wait <= 9.0 for wait in seen)
    assert len(set(seen)) > 40


def test_spent_credits_are_never_tried_again() -> None:
    """LIM-5: hours lie before the next credit."""
    assert RetryPolicy()._decide()(CreditsExhausted("spent")) is False


@pytest.mark.parametrize("header", ["X-RATELIMIT-RESET", "Retry-After"])
def test_a_reset_that_is_near_is_waited_for(header: str) -> None:
    """LIM-5: both headers, the reset in milliseconds since 1970 on the server's clock."""
    reset = str(round((SERVED_AT + timedelta(seconds=1)).timestamp() * 1000))
    value = reset if header == "X-RATELIMIT-RESET" else "1"
    with scripted(Say(429, LIMITED, {header: value}), ORG) as server:
        bench = Bench(server.url, RetryPolicy(attempts=2, jitter=0.1, first_wait=0.01)).with_token()
        began = time.monotonic()
        bench.client.organisation()
    assert [call.status for call in bench.calls] == [429, 200]
    assert time.monotonic() - began >= 1.0


def test_a_reset_that_is_far_off_is_raised_with_its_wait() -> None:
    """LIM-5: Airflow's retry waits for it, not a worker."""
    reset = str(round((SERVED_AT + timedelta(minutes=5)).timestamp() * 1000))
    with scripted(Say(429, LIMITED, {"X-RATELIMIT-RESET": reset})) as server:
        bench = Bench(server.url, RetryPolicy()).with_token()
        with pytest.raises(RateLimited) as refused:
            bench.client.organisation()
    assert refused.value.retry_after == 300.0
    assert len(server.asked) == 1
