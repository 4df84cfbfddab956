"""Ctrl-C, SIGTERM and SIGHUP as one exception, raised only where it does no harm.

Between the birth of a process and its entry in our books a signal waits (`held`); once the tidying-up has begun,
further signals are ignored, so that an impatient second Ctrl-C leaves nothing behind.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A person or the system wants us to end. `number` is the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


class _Books:
    depth = 0
    waiting: int | None = None


def _arrived(number: int, _frame: FrameType | None) -> None:
    if _Books.depth:
        _Books.waiting = number
        return
    ignore()
    raise Interrupted(number)


def install() -> None:
    """From now on the signals raise Interrupted in the main thread."""
    for number in SIGNALS:
        signal.signal(number, _arrived)


def ignore() -> None:
    """From now on the signals do nothing: for the time of tidying up."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def held() -> Iterator[None]:
    """A signal that arrives in this block is raised at its end."""
    _Books.depth += 1
    try:
        yield
    finally:
        _Books.depth -= 1
        if _Books.depth == 0 and _Books.waiting is not None:
            number, _Books.waiting = _Books.waiting, None
            _arrived(number, None)
