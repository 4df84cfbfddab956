"""Readers of settings: each takes what was sent and gives the value to keep, or ``WRONG``.

They are strict about types (true is not 1, "5" is not 5), because a setting that is silently read as something else
makes a test pass for the wrong reason.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from include.sandbox.clock import parse_instant, parse_offset

WRONG = object()
Reader = Callable[[Any], Any]


def text(value: Any) -> Any:
    """A text that is not empty."""
    return value if isinstance(value, str) and value.strip() else WRONG


def switch(value: Any) -> Any:
    """True or false."""
    return value if isinstance(value, bool) else WRONG


def whole(low: int, high: int) -> Reader:
    """A whole number between two others."""

    def read(value: Any) -> Any:
        return value if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high else WRONG

    return read


def or_none(read: Reader) -> Reader:
    """What ``read`` takes, or nothing."""
    return lambda value: None if value is None else read(value)


def one_of(*allowed: Any) -> Reader:
    """One of a few values."""
    return lambda value: value if value in allowed else WRONG


def names(allowed: Iterable[str] | None = None) -> Reader:
    """A list of texts, all of them among ``allowed`` if given."""

    def read(value: Any) -> Any:
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each for each in value):
            return WRONG
        return WRONG if allowed is not None and set(value) - set(allowed) else tuple(value)

    return read


def costs(allowed: Iterable[str]) -> Reader:
    """An object of whole numbers from 0 for some of the allowed names."""

    def read(value: Any) -> Any:
        number = whole(0, 10**6)
        if not isinstance(value, dict) or set(value) - set(allowed):
            return WRONG
        return WRONG if any(number(each) is WRONG for each in value.values()) else dict(value)

    return read


def by_module(fields: Mapping[str, Iterable[str]], *, several: bool) -> Reader:
    """An object: for API names of modules a list of their fields, or with ``several`` false one field or nothing."""

    def read(value: Any) -> Any:
        if not isinstance(value, dict) or set(value) - set(fields):
            return WRONG
        readers = {module: names(fields[module]) if several else or_none(one_of(*fields[module])) for module in value}
        found = {module: readers[module](each) for module, each in value.items()}
        return WRONG if any(each is WRONG for each in found.values()) else found

    return read


def limit(value: Any) -> Any:
    """A whole number from 0, ``plan``, or nothing."""
    return value if value is None or value == "plan" else whole(0, 10**12)(value)


def instant(value: Any) -> datetime:
    """A date-time with an offset, in UTC; SandboxError for another text."""
    return (value if isinstance(value, datetime) and value.tzinfo else parse_instant(value, "anchor")).astimezone(UTC)


def offset(value: Any) -> str:
    """An offset like +02:00; SandboxError for another text."""
    parse_offset(str(value))
    return str(value)
