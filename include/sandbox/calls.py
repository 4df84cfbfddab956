"""The call log: what was asked of the imitated Zoho, in order, as proof independent of any client's own ledger.

An entry has no token and no secret: of a token request only the grant type is kept. Control routes are not logged.
"""

from collections import deque
from typing import Any

MOST_CALLS = 200_000


class CallLog:
    """Numbered calls, oldest first; numbers rise until a reset, clearing does not start them anew."""

    def __init__(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=MOST_CALLS)
        self._last = 0

    def add(self, entry: dict[str, Any]) -> None:
        """Append one call; it gets the next number under ``n``."""
        self._last += 1
        self._entries.append({"n": self._last, **entry})

    def since(self, number: int = 0) -> list[dict[str, Any]]:
        """All kept calls numbered above ``number``."""
        return [entry for entry in self._entries if entry["n"] > number]

    def clear(self) -> None:
        """Forget the calls so far."""
        self._entries.clear()
