"""Which failures Airflow tries again, and when.

The error classes of contact_sync.errors say what to do next; this policy tells Airflow. A permanent error fails
at once, a transient one waits as long as the other side asked, else as long as the task's own back-off says.
Anything else (a defect, a killed process, a time-out) keeps Airflow's normal retries. The reason goes to the log.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from airflow.sdk import RetryDecision, RetryPolicy

from contact_sync.errors import Permanent, Transient

if TYPE_CHECKING:
    from airflow.sdk import Context

LONGEST_WAIT = timedelta(hours=6)
"""No wait that another side asks for is obeyed beyond this: a header may be wrong."""


class SyncRetryPolicy(RetryPolicy):  # type: ignore[misc] # mypy is told to skip Airflow
    """Permanent: fail. Transient: try again after `retry_after`, or with back-off. Else: Airflow's default."""

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: "Context | None" = None
    ) -> RetryDecision:
        """The decision for one failure; `reason` names the class only, the message is already in the log."""
        kind = type(exception).__name__
        if isinstance(exception, Permanent):
            return RetryDecision.fail(f"{kind}: trying again without a change by a person would fail again.")
        if isinstance(exception, Transient):
            return self._wait(kind, exception.retry_after)
        return RetryDecision.default()

    def _wait(self, kind: str, retry_after: float | None) -> RetryDecision:
        """Try again after the time that was asked for, in seconds; None leaves it to the task's back-off."""
        if retry_after is None:
            return RetryDecision.retry(None, f"{kind}: may pass; trying again with back-off.")
        wait = min(timedelta(seconds=max(1.0, retry_after)), LONGEST_WAIT)
        return RetryDecision.retry(wait, f"{kind}: asked to wait; trying again in {round(wait.total_seconds())} s.")

    def serialize(self) -> dict[str, Any]:
        """Nothing to keep: the policy has no settings."""
        return {}

    @classmethod
    def deserialize(cls, data: Mapping[str, Any]) -> Self:
        """The policy again."""
        return cls()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SyncRetryPolicy)

    def __hash__(self) -> int:
        return hash(SyncRetryPolicy)
