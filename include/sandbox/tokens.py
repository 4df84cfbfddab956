"""The accounts server's memory: which access tokens live, and how many were asked for lately.

Zoho hands out at most ten access tokens in ten minutes for one refresh token and keeps thirty alive, the oldest falling
out. All times are the sandbox clock's. Tokens are random and never shown by a control route; nothing else of a request
is kept.
"""

import secrets
from collections import deque
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)
LIVE_TOKENS = 30


class TokenDesk:
    """Issues and checks access tokens of the one refresh token."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}
        self._asked: deque[datetime] = deque()

    def issue(self, now: datetime, *, life_seconds: int, most: int) -> str | None:
        """A new access token, or None when ``most`` were issued in the last ten minutes."""
        # A clock moved back must not leave requests from its future in the count for ever.
        self._asked = deque(at for at in self._asked if now - WINDOW < at <= now)
        if len(self._asked) >= most:
            return None
        self._asked.append(now)
        token = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        self._until[token] = now + timedelta(seconds=life_seconds)
        while len(self._until) > LIVE_TOKENS:
            self._until.pop(next(iter(self._until)))
        return token

    def valid(self, token: str, now: datetime) -> bool:
        """True while the token is alive."""
        until = self._until.get(token)
        return until is not None and now < until

    def expire(self) -> int:
        """End every live access token; the count of recent requests stays. Returns how many ended."""
        ended = len(self._until)
        self._until.clear()
        return ended
