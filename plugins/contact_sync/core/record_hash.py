"""Keyed hashes of source records, by which those of erased people are known again, and what stands for an id (OPS-6).

A hash tells nothing of the record to anybody without the key. NUL separates its parts: no part can hold one, so no two
records share a text, and none has that of an address, which are hashed with the same key (`core.email`).
"""

import hmac
from collections.abc import Iterable

from contact_sync.errors import ConfigError

_DIGITS = str.maketrans("abcdef", "012345")
STAND_IN_LENGTH = 64
"""Digits of a stand-in; ids of Zoho have at most 20."""


def hash_records(account: str, module: str, record_ids: Iterable[str | None], secret: bytes) -> list[bytes | None]:
    """HMAC-SHA256 of each record (32 bytes), None where there is no id. Raises ConfigError without a secret."""
    if not secret:
        raise ConfigError("hashes of records need a secret: set CONTACT_SYNC_KEY. Check with: contact-sync doctor")
    start = f"record\0{account}\0{module}\0".encode()
    return [None if each is None else hmac.digest(secret, start + each.encode(), "sha256") for each in record_ids]


def stand_in(record_hash: bytes) -> str:
    """What is kept in place of a record's id: digits like an id, so that it passes wherever an id does.

    include/sql/classify/erased.sql makes the same of a hash.
    """
    return record_hash.hex().translate(_DIGITS)
