"""`contact-sync doctor`: whether everything outside this package is as runs need it, and how to mend what is not.

Looks at the warehouse and its key, Airflow's connections and pools, every account (ACC-2), and accounts that share an
organisation (ACC-8). Each answer is ok, warning, problem, or "not checked" with why; nothing is mended or migrated.
Never shows a secret. Reads the organisations with the shared token, which may be renewed by that (ACC-3).
"""

import os
import shlex
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from contact_sync.cli.console import PROBLEMS_FOUND, UsageMistake, say, say_json
from contact_sync.errors import ConfigError, ContactSyncError
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

    from contact_sync.config.organisation import Organisation
    from contact_sync.warehouse.database import Warehouse

State = Literal["ok", "warning", "problem", "not checked"]
Accounts = Annotated[list[str] | None, typer.Argument(metavar="[ACCOUNT]...", help="Only these accounts; none: all.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")]

_STYLES: dict[State, str] = {"ok": "green", "warning": "yellow", "problem": "red", "not checked": "dim"}
_MIGRATE = "contact-sync warehouse migrate"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is so about one thing. `remedy`: what to do, in words; `next_command`: what to type then."""

    subject: str
    state: State
    message: str
    remedy: str | None = None
    next_command: str | None = None


def doctor(accounts: Accounts = None, as_json: AsJson = False) -> None:
    """Check warehouse, key, connections, pools and accounts. Exit code 1 if there is a problem."""
    from contact_sync.config.loader import load_organisation

    organisation = load_organisation(include_folder())
    chosen = _chosen(accounts, organisation)
    found: list[Finding] = []
    for finding in examine(organisation, chosen):
        found.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        say_json([asdict(finding) for finding in found])
    else:
        say(_summary([finding.state for finding in found]))
    if any(finding.state == "problem" for finding in found):
        raise typer.Exit(PROBLEMS_FOUND)


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
    answers = {}
    for account in accounts:
        answers[account] = _account(account)
        yield answers[account]
    working = [account for account, answer in answers.items() if answer.state == "ok"]
    yield from _organisations(organisation, accounts, working, usable)


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
        message = f"{KEY_VARIABLE} does not open the shared token of {_listed(closed)}: it counts as none."
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


def _account(account: str) -> Finding:
    from contact_sync.cli.connections import NotKnownHere, try_account

    subject = f"Account {account}"
    try:
        works, told = try_account(account)
    except NotKnownHere as error:
        remedy = (
            f"Give it as AIRFLOW_CONN_{account.upper()}, or add it to Airflow's database; this process sees that one "
            "only with the settings of that Airflow (AIRFLOW_HOME, AIRFLOW__DATABASE__SQL_ALCHEMY_CONN)."
        )
        add = f"airflow connections add {account} --conn-type zoho_recruit …"
        return Finding(subject, "problem", f"{error}.", remedy, add)
    if works:
        return Finding(subject, "ok", told)
    return Finding(subject, "problem", _without_self(told), None, f"contact-sync doctor {account}")


def _organisations(
    organisation: "Organisation", accounts: Sequence[str], working: Sequence[str], warehouse: "Warehouse | None"
) -> Iterator[Finding]:
    """Two connections to one Recruit organisation share its limits, and each fetches what the other pushes (ACC-8)."""
    from contact_sync.cli.connections import organisation_id

    subject, several = "Recruit organisations", "contact-sync doctor"
    if len(organisation.accounts) < 2:
        return
    if len(accounts) < 2 or warehouse is None:
        alone = "one account alone is compared with no other."
        locked = "asking takes the token that the warehouse keeps; mend warehouse and key first."
        yield Finding(subject, "not checked", alone if len(accounts) < 2 else locked, None, several)
        return
    by_organisation = defaultdict(list)
    for account in working:
        by_organisation[organisation_id(account, warehouse)].append(account)
    unknown = by_organisation.pop(None, [])
    shared = [names for names in by_organisation.values() if len(names) > 1]
    for names in shared:
        message = f"{_listed(names)} lead to the same one: they share its limits, and each reads what the other pushes."
        yield Finding(subject, "warning", message, "Use one of them in the sync files, unless that is meant (ACC-8).")
    unknown += [name for name in accounts if name not in working]
    if unknown:
        yield Finding(subject, "not checked", f"that of {_listed(unknown)}: no answer.", None, several)
    elif not shared:
        yield Finding(subject, "ok", "each account leads to another one.")


def _listed(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]


def _without_self(told: object) -> str:
    """Messages elsewhere end with this command; here they would lead in a circle."""
    return str(told).removesuffix(" Check with: contact-sync doctor")


def _summary(states: Sequence[State]) -> str:
    ok, warnings, problems, unseen = (states.count(state) for state in _STYLES)
    some_warnings = f"{warnings} warning{'' if warnings == 1 else 's'}"
    return f"{ok} ok, {some_warnings}, {problems} problem{'' if problems == 1 else 's'}, {unseen} not checked."


def _print(finding: Finding) -> None:
    indent = " " * 13
    message = finding.message.replace("\n", f"\n{indent}")
    say(f"{finding.state:<13}{finding.subject}: {message}", style=_STYLES[finding.state])
    for label, text in (("", finding.remedy), ("Next: ", finding.next_command)):
        if text:
            say(f"{indent}{label}{text}")
