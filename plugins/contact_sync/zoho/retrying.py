"""When a call is tried again, and how long it waits before: bounded in attempts and in total time, with jitter.

A wait that the server asks for is honoured up to `longest_wait`; a longer one is not slept in a worker but raised,
so that Airflow waits instead. A limit without a time is taken for one of calls a minute: its waits are
longer than those for a failure. A write whose effect is unknown, and what is gone for good, is never tried
again here.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from time import monotonic

import stamina

from contact_sync.errors import RateLimited, Transient
from contact_sync.zoho.failures import BulkGone, EffectUnknown

LIMITED_FACTOR = 10
"""How much longer than after a failure the waits are after a limit that names no time."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """All in seconds but `attempts`. `first_wait` doubles with each attempt up to `most_wait`, plus up to `jitter`.

    Waits after a limit, named by the server or not, are at most `longest_wait` plus jitter.
    """

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
        began, limits = monotonic(), count()

        def decide(error: Exception) -> bool | float:
            if not isinstance(error, Transient) or isinstance(error, EffectUnknown | BulkGone):
                return False
            wait = error.retry_after
            if wait is None and isinstance(error, RateLimited):
                wait = min(self.first_wait * LIMITED_FACTOR * 2 ** next(limits), self.longest_wait)
            if wait is None:
                return True
            left = self.total - (monotonic() - began)
            if wait > min(self.longest_wait, left):
                return False
            # Never before the time that was asked for, and not all workers at once.
            return wait + random.uniform(0, self.jitter)  # noqa: S311

        return decide
