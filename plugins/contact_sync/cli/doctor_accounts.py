"""The accounts' part of `contact-sync doctor`: connections, credentials, and accounts that share an organisation.

Each account is asked who it is (ACC-2), with a new token that is counted and shared (ACC-3). Credentials that are
others than runs know end the use of the account's syncs, as the next run would (ACC-4). Nothing else is written but the
ledger of calls. Never shows a secret.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from contact_sync.cli.findings import Finding, listed

if TYPE_CHECKING:
    from contact_sync.config.organisation import Organisation
    from contact_sync.warehouse.database import Warehouse


def look_at_accounts(
    organisation: "Organisation", accounts: Sequence[str], warehouse: "Warehouse | None"
) -> Iterator[Finding]:
    """All findings about these accounts. warehouse: with its secrets at hand, None if it cannot be used."""
    answers = {}
    for account in accounts:
        answers[account] = _account(account, organisation.accounts[account].kind, warehouse)
        yield answers[account]
        if warehouse is not None:
            yield from _credentials(account, organisation, warehouse)
    working = [account for account, answer in answers.items() if answer.state == "ok"]
    yield from _organisations(organisation, accounts, working, warehouse)


def _account(account: str, kind: str, warehouse: "Warehouse | None") -> Finding:
    from contact_sync.cli.connections import NotKnownHere, try_account

    subject = f"Account {account}"
    try:
        works, told = try_account(account, kind, warehouse)
    except NotKnownHere as error:
        remedy = (
            f"Give it as AIRFLOW_CONN_{account.upper()}, or add it to Airflow's database; this process sees that one "
            "only with the settings of that Airflow (AIRFLOW_HOME, AIRFLOW__DATABASE__SQL_ALCHEMY_CONN)."
        )
        add = f"airflow connections add {account} --conn-type zoho_{kind} …"
        return Finding(subject, "problem", f"{error}.", remedy, add)
    if works:
        return Finding(subject, "ok", told)
    return Finding(subject, "problem", _without_self(told), None, f"contact-sync doctor {account}")


def _credentials(account: str, organisation: "Organisation", warehouse: "Warehouse") -> Iterator[Finding]:
    """Whether they are the ones that its syncs ran with; nothing of an account that no run has seen (ACC-4)."""
    from contact_sync.cli.connections import account_fingerprint
    from contact_sync.warehouse import accounts, registry

    with warehouse.transaction() as connection:
        known = accounts.known(connection, account)
    seen = account_fingerprint(account, warehouse) if known else None
    if seen is None:
        return
    stops = organisation.policies.on_credential_change == "deactivate"
    with warehouse.transaction() as connection:
        sight = accounts.see(connection, account, seen, deactivate=stops, now=datetime.now(UTC))
        waiting = registry.waiting(connection, account)
    subject = f"Credentials {account}"
    if waiting:
        message = f"changed; inactive until somebody activates them: {listed(waiting)}."
        remedy = "See that they lead to the right account, then activate its syncs, or each by its name."
        yield Finding(subject, "warning", message, remedy, f"contact-sync activate --account {account}")
    elif sight.changed:
        yield Finding(subject, "ok", "changed since the last run; no sync was made inactive by that.")
    else:
        yield Finding(subject, "ok", "the ones that its syncs ran with.")


def _organisations(
    organisation: "Organisation", chosen: Sequence[str], working: Sequence[str], warehouse: "Warehouse | None"
) -> Iterator[Finding]:
    """Two connections to one Recruit organisation share its limits, and each fetches what the other pushes (ACC-8)."""
    from contact_sync.cli.connections import organisation_id

    subject, several = "Recruit organisations", "contact-sync doctor"
    all_of_recruit = [name for name, profile in organisation.accounts.items() if profile.kind == "recruit"]
    accounts = [name for name in chosen if name in all_of_recruit]
    if len(all_of_recruit) < 2:
        return
    if len(accounts) < 2 or warehouse is None:
        alone = "one account alone is compared with no other."
        locked = "asking takes the token that the warehouse keeps; mend warehouse and key first."
        yield Finding(subject, "not checked", alone if len(accounts) < 2 else locked, None, several)
        return
    by_organisation = defaultdict(list)
    for account in (name for name in working if name in accounts):
        by_organisation[organisation_id(account, warehouse)].append(account)
    unknown = by_organisation.pop(None, [])
    shared = [names for names in by_organisation.values() if len(names) > 1]
    for names in shared:
        message = f"{listed(names)} lead to the same one: they share its limits, and each reads what the other pushes."
        yield Finding(subject, "warning", message, "Use one of them in the sync files, unless that is meant (ACC-8).")
    unknown += [name for name in accounts if name not in working]
    if unknown:
        yield Finding(subject, "not checked", f"that of {listed(unknown)}: no answer.", None, several)
    elif not shared:
        yield Finding(subject, "ok", "each account leads to another one.")


def _without_self(told: object) -> str:
    """Messages elsewhere end with this command; here they would lead in a circle."""
    return str(told).removesuffix(" Check with: contact-sync doctor")
