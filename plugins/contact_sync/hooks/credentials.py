"""The fingerprint of an account's credentials, from its Airflow connection, of whichever product it is (ACC-4).

Of the connection only what tells accounts and keys apart goes in; overrides of hosts do not, because a sandbox has
another port every day. A connection that lacks something has no fingerprint: the client says what is missing, and
putting the same values back is no change.
"""

from airflow.sdk import BaseHook, Connection

from contact_sync.errors import ConfigError
from contact_sync.warehouse.accounts import fingerprint
from contact_sync.warehouse.database import Warehouse


def fingerprint_parts(connection: Connection) -> tuple[str, ...] | None:
    """ZSC key, refresh token, client id, client secret, data centre and primary e-mail; None if it is incomplete."""
    extra = connection.extra_dejson
    needed = (extra.get("refresh_token"), connection.login, connection.password)
    if not all(needed):
        return None
    place = str(extra.get("data_center") or "").strip().lower()
    email = str(extra.get("primary_email") or "").strip().casefold()
    return (str(extra.get("zsc_secret") or "").strip(), *(str(each).strip() for each in needed), place, email)


def credentials_fingerprint(account: str, warehouse: Warehouse) -> str | None:
    """The fingerprint of the account's credentials as they are now.

    None if connection or CONTACT_SYNC_KEY is missing or incomplete: the client, made next, says so. Raises Unavailable.
    """
    try:
        parts = fingerprint_parts(BaseHook.get_connection(account))
    except Exception:  # not defined, or not readable: no task may fail here, before its run is in the history
        return None
    try:
        return None if parts is None else fingerprint(warehouse, parts)
    except ConfigError:
        return None
