"""The only place of the command line that finds connections: environment first, then Airflow's.

Airflow is imported only when the environment does not say where the warehouse is, because that takes seconds.
"""

import contextlib
import getpass
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from contact_sync.errors import ConfigError, ContactSyncError
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet
    from sqlalchemy.engine import URL

    from contact_sync.config.resolved import ResolvedSync
    from contact_sync.core.ceilings import Allowance, Work
    from contact_sync.hooks.zoho_creator import ZohoCreatorHook
    from contact_sync.hooks.zoho_recruit import ZohoRecruitHook
    from contact_sync.warehouse.database import Warehouse
    from contact_sync.zoho.creator import CreatorClient
    from contact_sync.zoho.recruit import RecruitClient

URL_VARIABLE = "CONTACT_SYNC_WAREHOUSE_URL"
KEY_VARIABLE = "CONTACT_SYNC_KEY"
DEFAULT_CONNECTION = "contacts_warehouse"
_APPLICATION_NAME = "contact-sync command line"
_POOLS_SECONDS = 120
_THIS_MACHINE = {None, "", "localhost", "127.0.0.1", "::1"}


class NotKnownHere(ConfigError):
    """Neither the environment nor Airflow's database, as this process sees it, has the connection."""


def open_warehouse_at_hand() -> "Warehouse":
    """The warehouse, without its secrets; nothing is connected yet.

    No command meets what CONTACT_SYNC_KEY protects, so a person can look without being given the key.
    Raises ConfigError that names every way to say where the warehouse is.
    """
    url = os.environ.get(URL_VARIABLE)
    if not url:
        url = airflow_warehouse_url(connection_id()).render_as_string(hide_password=False)
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


def secrets_at_hand(warehouse: "Warehouse") -> "Warehouse":
    """The same warehouse with CONTACT_SYNC_KEY of the environment, which may be missing or malformed."""
    from contact_sync.warehouse.database import Warehouse

    return Warehouse(warehouse.engine, os.environ.get(KEY_VARIABLE))


def key_at_hand() -> "MultiFernet":
    """What CONTACT_SYNC_KEY of the environment encrypts with. Raises ConfigError if it is missing or malformed."""
    from contact_sync.warehouse.database import open_warehouse

    return open_warehouse("postgresql://", os.environ.get(KEY_VARIABLE)).fernet


def airflow_warehouse_url(conn_id: str) -> "URL":
    """Where tasks find the warehouse: the Airflow connection. Raises ConfigError that names the ways to give it."""
    with _airflow():
        try:
            from contact_sync.hooks.contacts_warehouse import ContactsWarehouseHook
        except ImportError as error:
            raise ConfigError(_how_to_name(conn_id, f"is not to be had here: {error}")) from None
        try:
            return ContactsWarehouseHook(conn_id).warehouse_url()
        except ContactSyncError:
            raise
        except Exception as error:  # not defined, or no database of Airflow: the same way out
            raise ConfigError(_how_to_name(conn_id, f"answered {type(error).__name__}")) from None


def place(url: "URL") -> str:
    """Where a warehouse is, without login and password."""
    return f"{url.host or url.query.get('host') or 'local socket'}:{url.port or 5432}, database {url.database}"


def same_place(one: "URL", other: "URL") -> bool:
    """Whether two URLs name one database, as far as their text tells."""
    same_host = place(one) == place(other) or {one.host, other.host} <= _THIS_MACHINE
    return same_host and (one.port or 5432, one.database) == (other.port or 5432, other.database)


def try_account(account: str, kind: str, warehouse: "Warehouse | None") -> tuple[bool, str]:
    """Whether the account's connection works, and what its test says (ACC-2). Raises NotKnownHere.

    warehouse: with its secrets at hand; token and calls are counted there (ACC-3, LIM-5). None: they are not.
    """
    with _airflow():
        hook = _creator_hook(account) if kind == "creator" else _account_hook(account)
        try:
            return hook.test_connection() if warehouse is None else hook.test_account(warehouse)
        except Exception as error:  # such as proxies in the extra that are none; the text could quote the connection
            return False, f"Airflow connection '{account}': its test ended with {type(error).__name__}."


def organisation_id(account: str, warehouse: "Warehouse") -> str | None:
    """The id (zgid) of the account's Recruit organisation, None if it does not tell.

    Asked with the token that all tasks share (ACC-3), which `warehouse` keeps with its secrets at hand.
    """
    try:
        with _airflow(), recruit_client(account, warehouse) as client:
            told = client.organisation().get("zgid")
    except ContactSyncError:
        return None
    return str(told) if told else None


def recruit_client(account: str, warehouse: "Warehouse") -> "AbstractContextManager[RecruitClient]":
    """The client of a Recruit account, with the token that all tasks share (ACC-3). Raises ConfigError, NotKnownHere.

    warehouse: with its secrets at hand. In the end credits that it reserved are free again (LIM-5).
    """
    return _client(_account_hook, account, warehouse)


def creator_client(account: str, warehouse: "Warehouse") -> "AbstractContextManager[CreatorClient]":
    """The client of a Creator account, as recruit_client is of a Recruit account."""
    return _client(_creator_hook, account, warehouse)


@contextlib.contextmanager
def _client(
    hook_of: "Callable[[str], ZohoRecruitHook | ZohoCreatorHook]", account: str, warehouse: "Warehouse"
) -> Iterator[Any]:
    with _airflow():
        hook = hook_of(account)
        client = hook.get_client(warehouse, None, _allowance(account))
    try:
        yield client
    finally:
        hook.release()


@contextlib.contextmanager
def sync_clients(
    sync: "ResolvedSync", warehouse: "Warehouse"
) -> "Iterator[Callable[[Work], RecruitClient | CreatorClient]]":
    """What makes clients of a sync's account for a kind of work, of whichever product it is; as recruit_client does.

    In the end credits that they reserved are free again (LIM-5).
    """
    with contextlib.ExitStack() as ending:

        def make_client(work: "Work") -> "RecruitClient | CreatorClient":
            with _airflow():
                hook = _creator_hook(sync.account) if sync.kind == "creator" else _account_hook(sync.account)
                ending.callback(hook.release)
                return hook.get_client(warehouse, None, _allowance(sync.account, work))

        yield make_client


@contextlib.contextmanager
def stage_clients(
    warehouse: "Warehouse", kind: str, work: "Work"
) -> "Iterator[Callable[[str, int], RecruitClient | CreatorClient]]":
    """What makes clients for stages, as tasks do: by account, and the fetch that pays. It raises NotKnownHere."""
    hook_of = _creator_hook if kind == "creator" else _account_hook
    with _airflow():
        from contact_sync.hooks.clients import clients
    with clients(warehouse, kind, lambda account: _allowance(account, work)) as make:

        def make_client(account: str, fetch_id: int) -> "RecruitClient | CreatorClient":
            hook_of(account)
            return make(account, fetch_id)

        yield make_client


def ask_source(sync: "ResolvedSync", warehouse: "Warehouse") -> None:
    """Read the first rows of a Creator sync's report; a source of Recruit is not asked.

    warehouse: with its secrets at hand. Raises SourceRenamed while the name leads nowhere (SRC-7), and NotKnownHere.
    """
    if sync.report is None:
        return
    from contact_sync.zoho.creator import Report

    given = sync.report
    report = Report.of(given.owner, given.application, given.report, given.date_format, given.timezone)
    with _airflow(), creator_client(sync.account, warehouse) as client:
        client.fields(report)


def account_fingerprint(account: str, warehouse: "Warehouse") -> str | None:
    """The fingerprint of the account's credentials (ACC-4); None if its connection is unknown here, or incomplete."""
    with _airflow():
        try:
            from contact_sync.hooks.credentials import credentials_fingerprint
        except ImportError:
            return None
        return credentials_fingerprint(account, warehouse)


def airflow_pools() -> dict[str, int]:
    """Slots of every pool of Airflow's database, -1 for no limit. Raises ConfigError with why they cannot be read.

    Asks Airflow's own command: what it prints is its interface, the tables behind it are not.
    """
    command = [sys.executable, "-m", "airflow", "pools", "list", "--output", "json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_POOLS_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"'airflow pools list' ended with {type(error).__name__}") from None
    try:
        rows = json.loads(done.stdout.strip().splitlines()[-1])  # anything before the last line is talk
        return {str(row["pool"]): int(row["slots"]) for row in rows}
    except (IndexError, KeyError, TypeError, ValueError):
        raise ConfigError(f"'airflow pools list' ended with exit code {done.returncode} and no list") from None


def _account_hook(account: str) -> "ZohoRecruitHook":
    try:
        from contact_sync.hooks.zoho_recruit import ZohoRecruitHook
    except ImportError as error:
        raise NotKnownHere(f"Airflow is not to be had here: {error}") from None
    _must_be_known(account, hook := ZohoRecruitHook(account))
    return hook


def _creator_hook(account: str) -> "ZohoCreatorHook":
    try:
        from contact_sync.hooks.zoho_creator import ZohoCreatorHook
    except ImportError as error:
        raise NotKnownHere(f"Airflow is not to be had here: {error}") from None
    _must_be_known(account, hook := ZohoCreatorHook(account))
    return hook


def _allowance(account: str, work: "Work | None" = None) -> "Allowance":
    """What a person may spend of an account: all of its ceiling, unless the work yields (LIM-5); no limit while
    organisation.yaml is broken.
    """
    from contact_sync.config.allowances import allowance_of
    from contact_sync.config.loader import read_organisation
    from contact_sync.core.ceilings import NO_CEILING, Work

    organisation, _ = read_organisation(include_folder())
    return allowance_of(organisation, account, work or Work.IMPORT) if organisation else NO_CEILING


def _must_be_known(account: str, hook: "ZohoRecruitHook | ZohoCreatorHook") -> None:
    try:
        hook.get_connection(account)
    except Exception as error:  # not defined, not readable, or no database of Airflow: the same way out
        variable = f"AIRFLOW_CONN_{account.upper()}"
        why = f": {variable} is set, but is neither a URI nor JSON that can be read"
        why = why if variable in os.environ else f" ({type(error).__name__})"
        raise NotKnownHere(f"no Airflow connection '{account}' is known here{why}") from None


@contextlib.contextmanager
def _airflow() -> Iterator[None]:
    # Without this word of Airflow's a plain process is told of AIRFLOW_CONN_… only, not of Airflow's database.
    os.environ.setdefault("_AIRFLOW_PROCESS_CONTEXT", "server")
    # It warns of every connection whose type has an underscore, which no person at a terminal can change.
    os.environ.setdefault("AIRFLOW__LOGGING__NAMESPACE_LEVELS", "airflow.models.connection.Connection=ERROR")
    with contextlib.redirect_stdout(sys.stderr):  # Airflow logs to stdout, where our JSON goes
        yield


def _how_to_name(conn_id: str, tried: str) -> str:
    return (
        f"the contacts warehouse is not known here. Name it in one of these ways:\n"
        f"  1. {URL_VARIABLE}=postgresql://USER:PASSWORD@HOST:5432/DATABASE (not set)\n"
        f"  2. AIRFLOW_CONN_{conn_id.upper()}=postgresql://… in the environment (not set, or not readable)\n"
        f"  3. an Airflow connection '{conn_id}' (Airflow {tried}); "
        f"add one with: airflow connections add {conn_id} …"
    )
