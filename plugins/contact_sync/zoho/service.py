"""Which of Zoho's services a transport speaks to: its name in messages, and what its answers mean.

Recruit and Creator share accounts, tokens and the shape of a call; they differ in their error bodies alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contact_sync.errors import ContactSyncError
from contact_sync.zoho.failures import failure

FailureReader = Callable[[str, str, int, Any, Mapping[str, str], datetime], ContactSyncError | None]
"""(method, path, status, body, headers, our clock) → the error that an answer means, None if it is a proper one."""


@dataclass(frozen=True, slots=True)
class Service:
    """name: as people call it. example_root: an API root, for messages. failure: reads its answers."""

    name: str
    example_root: str
    failure: FailureReader


RECRUIT_SERVICE = Service("Zoho Recruit", "https://recruit.zoho.eu", failure)
