"""The only place of the command line that finds connections: environment first, then Airflow's.

Airflow is imported only when the environment does not say where the warehouse is, because that takes seconds.
"""

import contextlib
import getpass
import os
import sys
from typing import TYPE_CHECKING

from contact_sync.errors import ConfigError, ContactSyncError
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.warehouse.database import Warehouse

URL_VARIABLE = "CONTACT_SYNC_WAREHOUSE_URL"
DEFAULT_CONNECTION = "contacts_warehouse"
_APPLICATION_NAME = "contact-sync command line"


def open_warehouse_at_hand() -> "Warehouse":
    """The warehouse, without its secrets; nothing is connected yet.

    No command meets what CONTACT_SYNC_KEY protects, so a person can look without being given the key.
    Raises ConfigError that names every way to say where the warehouse is.
    """
    url = os.environ.get(URL_VARIABLE) or _airflow_url(connection_id())
    from contact_sync.warehouse.database import open_warehouse

    return open_warehouse(url, None, _APPLICATION_NAME)


def connection_id() -> str:
    """The warehouse's connection as organisation.yaml names it; the usual id while that file is broken."""
    from contact_sync.config.loader import read_organisation

    organisation, _ = read_organisation(include_folder())
    return organisation.warehouse if organisation else DEFAULT_CONNECTION


def person() -> str:
    """Who acts, for the record: the operating system's user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _airflow_url(conn_id: str) -> str:
    # Without this word of Airflow's a plain process is told of AIRFLOW_CONN_… only, not of Airflow's database.
    os.environ.setdefault("_AIRFLOW_PROCESS_CONTEXT", "server")
    with contextlib.redirect_stdout(sys.stderr):  # Airflow logs to stdout, where our JSON goes
        try:
            from contact_sync.hooks.contacts_warehouse import ContactsWarehouseHook
        except ImportError as error:
            raise ConfigError(_how_to_name(conn_id, f"is not to be had here: {error}")) from None
        try:
            return ContactsWarehouseHook(conn_id).warehouse_url().render_as_string(hide_password=False)
        except ContactSyncError:
            raise
        except Exception as error:  # not defined, or no database of Airflow: the same way out
            raise ConfigError(_how_to_name(conn_id, f"answered {type(error).__name__}")) from None


def _how_to_name(conn_id: str, tried: str) -> str:
    return (
        f"the contacts warehouse is not known here. Name it in one of these ways:\n"
        f"  1. {URL_VARIABLE}=postgresql://USER:PASSWORD@HOST:5432/DATABASE (not set)\n"
        f"  2. AIRFLOW_CONN_{conn_id.upper()}=postgresql://… in the environment (not set, or not readable)\n"
        f"  3. an Airflow connection '{conn_id}' (Airflow {tried}); "
        f"add one with: airflow connections add {conn_id} …"
    )
