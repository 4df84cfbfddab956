"""The key of the address hashes: made once per warehouse, kept there encrypted with CONTACT_SYNC_KEY.

A hash finds an ignored person's ledger rows by address without keeping the address. Rotating CONTACT_SYNC_KEY leaves
the hashes as they are, because only the wrapping changes.
"""

import secrets

from cryptography.fernet import InvalidToken
from sqlalchemy import text

from contact_sync.errors import ConfigError
from contact_sync.warehouse.database import Warehouse

KEY_BYTES = 32


def hash_key(warehouse: Warehouse) -> bytes:
    """The 32 bytes that key the address hashes. Raises ConfigError if CONTACT_SYNC_KEY does not open them."""
    offered = warehouse.fernet.encrypt(secrets.token_bytes(KEY_BYTES))
    with warehouse.transaction() as connection:
        cipher = connection.execute(_KEPT).scalar()
        if cipher is None:
            cipher = connection.execute(
                text(
                    "UPDATE sync.organisation SET hash_key_cipher = coalesce(hash_key_cipher, :offered) "
                    "RETURNING hash_key_cipher"
                ),
                {"offered": offered},
            ).scalar_one()
    return _opened(warehouse, cipher)


def hash_key_if_any(warehouse: Warehouse) -> bytes | None:
    """The same, but none is made: None if nothing was ever hashed. For who only looks."""
    with warehouse.transaction() as connection:
        cipher = connection.execute(_KEPT).scalar()
    return None if cipher is None else _opened(warehouse, cipher)


def _opened(warehouse: Warehouse, cipher: bytes) -> bytes:
    try:
        return warehouse.fernet.decrypt(bytes(cipher))
    except InvalidToken:
        raise ConfigError(
            "CONTACT_SYNC_KEY does not open the secrets of this warehouse: it is another key than the one they were "
            "written with. Give the former key too, separated by a comma, the new one first."
        ) from None


_KEPT = text("SELECT hash_key_cipher FROM sync.organisation WHERE hash_key_cipher IS NOT NULL")
