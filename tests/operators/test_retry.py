"""Which failures Airflow tries again."""

from datetime import timedelta

import pytest
from airflow.sdk import RetryDecision
from airflow.sdk.definitions.retry_policy import RetryAction

from contact_sync import errors
from contact_sync.operators.retry import LONGEST_WAIT, SyncRetryPolicy

PERMANENT = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Permanent)]
TRANSIENT = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Transient)]


def decide(error: BaseException) -> RetryDecision:
    return SyncRetryPolicy().evaluate(error, try_number=1, max_tries=3)


@pytest.mark.parametrize("kind", PERMANENT, ids=lambda kind: kind.__name__)
def test_permanent_errors_fail_at_once(kind: type[errors.Permanent]) -> None:
    """ACC-3: a refused refresh token, and every other error that a person must mend, is not tried again."""
    decision = decide(kind("the account's secret is abc"))
    assert decision.action is RetryAction.FAIL
    assert kind.__name__ in decision.reason
    assert "abc" not in decision.reason


@pytest.mark.parametrize("kind", TRANSIENT, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    ("retry_after", "delay"),
    [
        (None, None),
        (3.5, timedelta(seconds=3.5)),
        (0, timedelta(seconds=1)),
        (-5, timedelta(seconds=1)),
        (10**9, LONGEST_WAIT),
    ],
    ids=["back-off", "as asked", "zero", "past", "absurd"],
)
def test_transient_errors_wait_as_long_as_asked(
    kind: type[errors.Transient], retry_after: float | None, delay: timedelta | None
) -> None:
    """OPS-4: after `retry_after` seconds, else with the task's own back-off; never at once, never for days."""
    decision = decide(kind("wait", retry_after))
    assert decision.action is RetryAction.RETRY
    assert decision.retry_delay == delay
    assert kind.__name__ in decision.reason


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(1), errors.ContactSyncError("x")], ids=repr)
def test_anything_else_is_left_to_airflow(error: BaseException) -> None:
    """OPS-4: a defect or a killed process keeps the task's normal retries."""
    assert decide(error) == RetryDecision.default()


def test_the_policy_survives_serialisation() -> None:
    """OPS-4: Airflow may write it down and read it back."""
    policy = SyncRetryPolicy()
    again = SyncRetryPolicy.deserialize(policy.serialize())
    assert again == policy
    assert again.evaluate(errors.StagingLost("x"), 1, 3).action is RetryAction.FAIL
