"""`contact-sync doctor`: whether everything outside this package is as runs need it, and how to mend what is not.

Looks at the warehouse and its key, Airflow's connections and pools, every account and its credentials (ACC-2, ACC-4),
and accounts that share an organisation (ACC-8). Each answer is ok, warning, problem, or "not checked" with why; nothing
is mended or migrated. Never shows a secret. Renews each account's shared token, to see that its credentials are taken
(ACC-3); where warehouse or key do not work, asks with a token of its own.
"""

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from contact_sync.cli.arguments import AsOutput, Output, account_names
from contact_sync.cli.console import PROBLEMS_FOUND, UsageMistake, say, say_json, working
from contact_sync.cli.doctor_accounts import look_at_accounts
from contact_sync.cli.findings import Finding, listed, show, summary
from contact_sync.errors import ConfigError, ContactSyncError
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

    from contact_sync.config.organisation import Organisation
    from contact_sync.warehouse.database import Warehouse

Accounts = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ACCOUNT]...", help="Only these accounts; none: all.", autocompletion=account_names),
]

_MIGRATE = "contact-sync warehouse migrate"


def doctor(accounts: Accounts = None, output: AsOutput = Output.TEXT) -> None:
    """Check warehouse, key, connections, pools and accounts. Exit code 1 if there is a problem."""
    from contact_sync.config.loader import load_organisation

    organisation = load_organisation(include_folder())
    chosen = _chosen(accounts, organisation)
    found: list[Finding] = []
    for finding in _each(examine(organisation, chosen)):
        found.append(finding)
        if output is Output.TEXT:
            show(finding)
    if output is Output.JSON:
        say_json([asdict(finding) for finding in found])
    else:
        say(summary([finding.state for finding in found]))
    if any(finding.state == "problem" for finding in found):
        raise typer.Exit(PROBLEMS_FOUND)


def _each(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings, with a word on the terminal while the next one is looked for."""
    while True:
        with working("Looking"):
            finding = next(findings, None)
        if finding is None:
            return
        yield finding


def examine(organisation: "Organisation", accounts: Sequence[str]) -> Iterator[Finding]:
    """All findings in the order in which one would mend them, each as soon as it is known."""
    from contact_sync.cli.connections import URL_VARIABLE, secrets_at_hand

    warehouse, found = _warehouse(organisation)
    yield from found
    if os.environ.get(URL_VARIABLE):
        yield _tasks_warehouse(organisation.warehouse, warehouse)
    key = _key(warehouse)
    yield key
    usable = secrets_at_hand(warehouse) if warehouse and key.state != "problem" else None
    yield from _pools(organisation, accounts)
    yield from look_at_accounts(organisation, accounts, usable)


def _chosen(named: Sequence[str] | None, organisation: "Organisation") -> list[str]:
    from contact_sync.config.base import close_match

    for name in named or ():
        if name not in organisation.accounts:
            close = close_match(name, organisation.accounts)
            hint = f" Did you mean '{close}'?" if close else ""
            known = ", ".join(organisation.accounts)
            raise UsageMistake(f"'{name}' is not an account of organisation.yaml. Allowed: {known}.{hint}")
    return list(dict.fromkeys(named or organisation.accounts))


def _warehouse(organisation: "Organisation") -> tuple["Warehouse | None", list[Finding]]:
    """The warehouse if it can be worked with, and what there is to say about server and tables."""
    from sqlalchemy.exc import SQLAlchemyError

    from contact_sync.cli.connections import URL_VARIABLE, open_warehouse_at_hand, place
    from contact_sync.warehouse.database import ping
    from contact_sync.warehouse.migrate import versions

    known_by = URL_VARIABLE if os.environ.get(URL_VARIABLE) else f"Airflow connection '{organisation.warehouse}'"
    again = "contact-sync warehouse status"
    try:
        warehouse = open_warehouse_at_hand()
        server = ping(warehouse)
    except ContactSyncError as error:
        return None, [Finding("Warehouse", "problem", str(error), f"Known by: {known_by}.", again)]
    reached = Finding("Warehouse", "ok", f"Postgres {server} at {place(warehouse.engine.url)}, known by {known_by}.")
    try:
        present, newest = versions(warehouse.engine)
    except SQLAlchemyError as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        remedy = "See that its user may read the schema sync."
        return None, [reached, Finding("Tables", "problem", f"their version cannot be read: {kind}.", remedy, again)]
    if present == newest:
        return warehouse, [reached, Finding("Tables", "ok", f"migrated to {present}, the newest version.")]
    state = f"migrated to {present}" if present else "not migrated yet"
    return None, [reached, Finding("Tables", "problem", f"{state}, this package needs {newest}.", None, _MIGRATE)]


def _tasks_warehouse(conn_id: str, warehouse: "Warehouse | None") -> Finding:
    """Tasks know the warehouse by the Airflow connection only: is it the same one as on this command line?"""
    from contact_sync.cli.connections import URL_VARIABLE, airflow_warehouse_url, place, same_place

    subject = f"Airflow connection {conn_id}"
    add = f"airflow connections add {conn_id} --conn-type contacts_warehouse …"
    try:
        url = airflow_warehouse_url(conn_id)
    except ConfigError:
        message = f"is not known here. Tasks find the warehouse by it, not by {URL_VARIABLE}."
        remedy = "Nothing to do if Airflow runs elsewhere and has it. Else give it to Airflow."
        return Finding(subject, "warning", message, remedy, add)
    if warehouse is None:
        return Finding(subject, "not checked", f"it names {place(url)}; the warehouse here has to work first.")
    if same_place(url, warehouse.engine.url):
        return Finding(subject, "ok", "names the same warehouse for tasks.")
    message = f"names {place(url)} for tasks, {URL_VARIABLE} another: {place(warehouse.engine.url)}."
    remedy = "Nothing to do if these are two names of one server. Else let both name the same warehouse."
    return Finding(subject, "warning", message, remedy)


def _key(warehouse: "Warehouse | None") -> Finding:
    """CONTACT_SYNC_KEY: there, well-formed, and the one that the warehouse's secrets were written with."""
    from contact_sync.cli.connections import KEY_VARIABLE, key_at_hand, secrets_at_hand
    from contact_sync.warehouse.secrets import hash_key

    again = "contact-sync doctor"
    try:
        held, tokens = _held(warehouse) if warehouse else (False, [])
        if (held or tokens) and not os.environ.get(KEY_VARIABLE):
            message = f"{KEY_VARIABLE} is not set, and the warehouse holds secrets."
            remedy = "Give the key that Airflow's components have; a new one would not open what is held."
            return Finding("Key", "problem", message, remedy, again)
        fernet = key_at_hand()
        if warehouse is None:
            message = f"{KEY_VARIABLE} is well-formed; whether it is the warehouse's key shows when that works."
            return Finding("Key", "not checked", message, None, again)
        if held:  # asked only then: on a new warehouse it would store a key under whatever key this process has
            hash_key(secrets_at_hand(warehouse))
    except ContactSyncError as error:
        in_use = None if warehouse else "A warehouse that has been in use has its key already: give that one."
        return Finding("Key", "problem", str(error), in_use, again)
    closed = [account for account, cipher in tokens if not _opens(fernet, cipher)]
    if closed:
        message = f"{KEY_VARIABLE} does not open the shared token of {listed(closed)}: it counts as none."
        return Finding("Key", "warning", message, "See that every Airflow component has the same key.", again)
    state = "opens what the warehouse holds" if held or tokens else "is well-formed; the warehouse holds no secret yet"
    return Finding("Key", "ok", f"{KEY_VARIABLE} {state}.")


def _held(warehouse: "Warehouse") -> tuple[bool, list[tuple[str, bytes]]]:
    """Whether the key of the address hashes is there, and (account, encrypted token) of every account."""
    from sqlalchemy import text

    with warehouse.transaction() as connection:
        key = connection.execute(text("SELECT bool_or(hash_key_cipher IS NOT NULL) FROM sync.organisation")).scalar()
        rows = connection.execute(text("SELECT account, cipher FROM sync.token ORDER BY account"))
        return bool(key), [(account, bytes(cipher)) for account, cipher in rows]


def _opens(fernet: "MultiFernet", cipher: bytes) -> bool:
    from cryptography.fernet import InvalidToken

    try:
        fernet.decrypt(cipher)
    except InvalidToken:
        return False
    return True


def _pools(organisation: "Organisation", accounts: Sequence[str]) -> Iterator[Finding]:
    """A pool that does not exist leaves its tasks scheduled for ever, without a word."""
    from contact_sync.cli.connections import airflow_pools
    from contact_sync.config.base import close_match

    wanted = dict.fromkeys(pool for pool in (organisation.accounts[name].pool for name in accounts) if pool)
    if organisation.load_pool:
        wanted[organisation.load_pool] = None
    if not wanted:
        return
    try:
        slots = airflow_pools()
    except ConfigError as error:
        message = f"Airflow's database is not to be asked here: {error}."
        yield from (Finding(f"Pool {pool}", "not checked", message, None, "airflow pools list") for pool in wanted)
        return
    for pool in wanted:
        count = 1 if pool == organisation.load_pool else 2
        make = f"airflow pools set {shlex.quote(pool)} {count} 'contact sync'"
        if pool not in slots:
            close = close_match(pool, slots)
            hint = f" Did you mean '{close}' in organisation.yaml?" if close else ""
            message = "does not exist in Airflow: tasks in it would wait for ever."
            yield Finding(f"Pool {pool}", "problem", message, f"Make it.{hint}", make)
        elif slots[pool] == 0:
            yield Finding(f"Pool {pool}", "problem", "has no slots: tasks in it wait for ever.", "Give it some.", make)
        else:
            yield Finding(f"Pool {pool}", "ok", f"exists, slots: {slots[pool] if slots[pool] > 0 else 'no limit'}.")
