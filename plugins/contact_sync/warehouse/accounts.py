"""The credentials that the syncs of each account ran with: whether they are still the ones (ACC-4).

Kept as a keyed hash, which tells that something changed and nothing of what it was. The hash names the key it was
made with: after CONTACT_SYNC_KEY was lost and a new hash key made, old and new do not compare, and the account counts
as seen for the first time. The change itself is seen once, however many runs meet it.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from contact_sync.warehouse import registry
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.secrets import hash_key

BY = "changed credentials"
KEY_MARK = b"mark of the key of account fingerprints"
MARK_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look at an account's credentials found. deactivated: ids of the syncs that it made inactive."""

    changed: bool
    deactivated: tuple[str, ...] = ()


SAME = Sight(changed=False)


def fingerprint(warehouse: Warehouse, parts: Iterable[str]) -> str:
    """The fingerprint of an account: the parts of its credentials, in a fixed order, under the warehouse's hash key.

    Raises ConfigError without a CONTACT_SYNC_KEY that opens the hash key.
    """
    key = hash_key(warehouse)
    # each part is hashed by itself, so that no part can pass for the end of the one before
    parted = b"".join(hashlib.sha256(part.encode()).digest() for part in parts)
    return hmac.digest(key, KEY_MARK, "sha256").hex()[:MARK_LENGTH] + hmac.digest(key, parted, "sha256").hex()


def known(connection: Connection, account: str) -> bool:
    """Whether any run has seen the account."""
    return connection.execute(_READ, {"account": account}).scalar() is not None


def see(connection: Connection, account: str, seen: str, *, deactivate: bool, now: datetime) -> Sight:
    """Compare an account's fingerprint with the known one; the one seen is known from then on.

    deactivate: policy on_credential_change. A change ends the use of the stored access token in either case. Holds
    nothing if nothing changed; else the account and all its syncs until the transaction ends, taken in this order.
    """
    if connection.execute(_READ, {"account": account}).scalar() == seen:
        return SAME
    if connection.execute(_FIRST, {"account": account, "fingerprint": seen, "now": now}).rowcount:
        return SAME
    before = connection.execute(_HOLD, {"account": account}).scalar_one()
    if before == seen:  # another run saw the change while this one waited
        return SAME
    connection.execute(_CHANGE, {"account": account, "fingerprint": seen, "now": now})
    if before[:MARK_LENGTH] != seen[:MARK_LENGTH]:
        return SAME
    connection.execute(_FORGET_TOKEN, {"account": account})
    if not deactivate:
        return Sight(changed=True)
    syncs = registry.of_account(connection, account)
    return Sight(True, tuple(registry.deactivate(connection, syncs, "credentials_changed", BY)))


_READ = text("SELECT fingerprint FROM sync.account WHERE account = :account")
_FIRST = text(
    "INSERT INTO sync.account (account, fingerprint, known_since) VALUES (:account, :fingerprint, :now) "
    "ON CONFLICT (account) DO NOTHING"
)
_HOLD = text("SELECT fingerprint FROM sync.account WHERE account = :account FOR UPDATE")
_CHANGE = text("UPDATE sync.account SET fingerprint = :fingerprint, known_since = :now WHERE account = :account")
_FORGET_TOKEN = text("DELETE FROM sync.token WHERE account = :account")
