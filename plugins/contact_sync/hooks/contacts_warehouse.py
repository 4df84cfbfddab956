"""The Airflow connection of the contacts warehouse becomes a ready Warehouse.

Built on the Postgres provider's hook, so host, database, login and TLS settings are given as for any Postgres
connection. The key of what the warehouse keeps secret comes from CONTACT_SYNC_KEY, never from the connection.
"""

import os
from typing import Any

from airflow.providers.postgres.hooks.postgres import PostgresHook
from sqlalchemy.engine import URL

from contact_sync.errors import ConfigError, ContactSyncError
from contact_sync.warehouse.database import Warehouse, open_warehouse, ping
from contact_sync.warehouse.migrate import versions

KEY_VARIABLE = "CONTACT_SYNC_KEY"


class ContactsWarehouseHook(PostgresHook):  # type: ignore[misc] # mypy is told to skip Airflow
    """A Postgres connection whose database holds the contacts.

    contacts_warehouse_conn_id: id of the Airflow connection.
    """

    conn_name_attr = "contacts_warehouse_conn_id"
    default_conn_name = "contacts_warehouse"
    conn_type = "contacts_warehouse"
    hook_name = "Contacts warehouse"

    def __init__(self, contacts_warehouse_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(contacts_warehouse_conn_id=contacts_warehouse_conn_id, **kwargs)

    def get_warehouse(self, application_name: str = "contact-sync") -> Warehouse:
        """The warehouse; connects to nothing yet.

        application_name: how its sessions are called in pg_stat_activity.
        Raises ConfigError if the connection names no database, or CONTACT_SYNC_KEY is missing or malformed.
        """
        url = self.warehouse_url().render_as_string(hide_password=False)
        warehouse = open_warehouse(url, os.environ.get(KEY_VARIABLE), application_name)
        warehouse.fernet  # noqa: B018 - a task without the key ends here, not after its first call to Zoho
        return warehouse

    def warehouse_url(self) -> URL:
        """The connection as a URL. What stands in its extra (such as sslmode) goes to the driver as it is."""
        connection = self.connection
        database = self.database or connection.schema
        if not database:
            raise ConfigError(
                f"Airflow connection '{connection.conn_id}': Database is empty. Name the database of the contacts."
            )
        extra = connection.extra_dejson.items()
        query = {key: str(value) for key, value in extra if key not in self.ignored_extra_options}
        host = connection.host or None
        if host and host.startswith("/"):  # a folder with the server's socket has no place in a URL's host
            query, host = {**query, "host": host}, None
        return URL.create(
            "postgresql+psycopg",
            connection.login or None,
            connection.password or None,
            host,
            int(connection.port) if connection.port else None,
            database,
            query,
        )

    def test_connection(self) -> tuple[bool, str]:
        """Whether tasks could work with this warehouse: server version, database and state of the migrations."""
        try:
            warehouse = self.get_warehouse("contact-sync test connection")
            server = ping(warehouse)
            present, newest = versions(warehouse.engine)
        except ContactSyncError as error:
            return False, str(error)
        place = f"Postgres {server}, database {warehouse.engine.url.database}"
        if present == newest:
            return True, f"{place}: migrated to {present}, the newest version."
        state = f"migrated to {present}" if present else "not migrated yet"
        return False, f"{place}: {state}, this package needs {newest}. Run: contact-sync warehouse migrate"
