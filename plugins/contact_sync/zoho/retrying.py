"""When a call is tried again, and how long it waits before: bounded in attempts and in total time, with jitter.

A wait that the server asks for is honoured up to `longest_wait`; a longer one is not slept in a worker but raised,
so that Airflow waits instead. A write whose effect is unknown is never tried again here.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic

import stamina

from contact_sync.errors import Transient
from contact_sync.zoho.failures import EffectUnknown


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """All in seconds but `attempts`. `first_wait` doubles with each attempt up to `most_wait`, plus up to `jitter`."""

    attempts: int = 5
    total: float = 180.0
    first_wait: float = 0.5
    most_wait: float = 20.0
    jitter: float = 1.0
    longest_wait: float = 60.0

    def attempts_of(self) -> Iterator[stamina.Attempt]:
        """The attempts of one call: `for attempt in policy.attempts_of(): with attempt: ...`."""
        return iter(
            stamina.retry_context(
                on=self._decide(),
                attempts=self.attempts,
                timeout=self.total,
                wait_initial=self.first_wait,
                wait_max=self.most_wait,
                wait_jitter=self.jitter,
            )
        )

    def _decide(self) -> Callable[[Exception], bool | float]:
        """Whether (bool) or after which wait (seconds) an error is tried again."""
        began = monotonic()

        def decide(error: Exception) -> bool | float:
            if not isinstance(error, Transient) or isinstance(error, EffectUnknown):
                return False
            wait = error.retry_after
            if wait is None:
                return True
            left = self.total - (monotonic() - began)
            if wait > min(self.longest_wait, left):
                return False
            # Never before the time that was asked for, and not all workers at once.
            return wait + random.uniform(0, self.jitter)  # noqa: S311

        return decide
