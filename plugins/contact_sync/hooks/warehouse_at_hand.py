"""The contacts warehouse for who has not been handed one: Airflow tests a connection with nothing but the connection.

It is the one that organisation.yaml names, as for tasks. None, and never an error, where it cannot be used.
"""

import yaml

from contact_sync.hooks.contacts_warehouse import ContactsWarehouseHook
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.migrate import versions


def warehouse_at_hand(application_name: str) -> Warehouse | None:
    """The warehouse, migrated as this package needs it; None without it, or without a CONTACT_SYNC_KEY."""
    try:
        warehouse = ContactsWarehouseHook(_connection_id()).get_warehouse(application_name)
        present, newest = versions(warehouse.engine)
    except Exception:  # no such connection, no key, no answer: all the same to the test of another connection
        return None
    return warehouse if present == newest else None


def _connection_id() -> str:
    """Key `warehouse` of organisation.yaml. What is wrong with that file is said elsewhere: its default then."""
    try:
        given = yaml.safe_load((include_folder() / "organisation.yaml").read_text(encoding="utf-8"))
        return str(given["warehouse"])
    except (OSError, yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError):
        return ContactsWarehouseHook.default_conn_name
