"""`contact-sync lint --online`: what only the accounts themselves can tell, asked with the token that all tasks share.

Reads metadata, of Creator the first rows of a report, which is all that tells of it; each call is booked on its account
like any other. An account that cannot be asked is an error: who asks is not to take silence for approval.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from contact_sync.errors import ConfigError, ContactSyncError, SourceRenamed

if TYPE_CHECKING:
    from contact_sync.config.accounts import AccountProfile
    from contact_sync.config.organisation import Organisation
    from contact_sync.config.problems import ConfigProblem
    from contact_sync.config.resolved import ResolvedSync
    from contact_sync.warehouse.database import Warehouse
    from contact_sync.zoho.creator import CreatorClient
    from contact_sync.zoho.recruit import RecruitClient

    OfSettings = Callable[[RecruitClient], list[ConfigProblem]]

_KEY = re.compile(r"((?:source|mapping)(?:\.[a-z_]+)*): ")
"""The key of the file that an error of a client begins with, if it knows one."""


def check_online(
    syncs: Iterable["ResolvedSync"], folder: Path, organisation: "Organisation | None" = None
) -> list["ConfigProblem"]:
    """Every problem of good syncs that the metadata of their accounts shows, with the line of its key.

    organisation: look at what its accounts are written to, too; None: only at the syncs.
    """
    from contact_sync.cli.connections import open_warehouse_at_hand, secrets_at_hand
    from contact_sync.config.loader import ORGANISATION_FILE, line_of
    from contact_sync.config.problems import ConfigProblem

    by_account: dict[str, list[ResolvedSync]] = defaultdict(list)
    for sync in syncs:
        by_account[sync.account].append(sync)
    profiles = dict(organisation.accounts) if organisation else {}
    profiles = {name: each for name, each in profiles.items() if each.push.switches() or each.campaigns.wanted}
    for account in profiles:
        by_account.setdefault(account, [])
    if not by_account:
        return []
    try:
        warehouse = secrets_at_hand(open_warehouse_at_hand())
    except ContactSyncError as error:
        message = f"no account can be asked, because the warehouse keeps their tokens: {error}"
        return [ConfigProblem(f"{folder.name}/{ORGANISATION_FILE}", 0, "warehouse", message)]
    found: list[ConfigProblem] = []
    for account, its_syncs in by_account.items():
        try:
            found += _of_account(
                account, its_syncs, warehouse, partial(_of_settings, folder, account, profiles.get(account))
            )
        except ContactSyncError as error:
            file = f"{folder.name}/{ORGANISATION_FILE}"
            found.append(ConfigProblem(file, 0, f"accounts.{account}", f"could not be asked: {error}"))
    return [replace(each, line=line_of(folder, each)) for each in found]


def _of_account(
    account: str, syncs: list["ResolvedSync"], warehouse: "Warehouse", of_settings: "OfSettings"
) -> list["ConfigProblem"]:
    from contact_sync.cli.connections import creator_client, recruit_client
    from contact_sync.config.online import check_recruit

    if syncs and syncs[0].kind == "creator":
        with creator_client(account, warehouse) as creator:
            return [problem for sync in syncs for problem in _of_report(sync, creator)]
    with recruit_client(account, warehouse) as recruit:
        return [problem for sync in syncs for problem in check_recruit(sync, recruit)] + of_settings(recruit)


def _of_settings(
    folder: Path, account: str, profile: "AccountProfile | None", recruit: "RecruitClient"
) -> list["ConfigProblem"]:
    from contact_sync.config.campaign_checks import check_campaigns
    from contact_sync.config.push_online import check_switches

    if profile is None:
        return []
    found = check_switches(folder, account, profile.push, recruit)
    return found + check_campaigns(folder, account, profile.campaigns, recruit)


def _of_report(sync: "ResolvedSync", client: "CreatorClient") -> list["ConfigProblem"]:
    """What the first rows of a report show, or that there is no such report (SRC-7)."""
    from contact_sync.config.online import check_report
    from contact_sync.config.problems import ConfigProblem
    from contact_sync.zoho.creator import Report

    given = sync.report
    if given is None:
        return []
    report = Report.of(given.owner, given.application, given.report, given.date_format, given.timezone)
    try:
        client.change_field(report)  # refuses a date format that does not read the report's times
        return check_report(sync, client.fields(report), partial(client.email_field, report))
    except (ConfigError, SourceRenamed) as error:
        told = _KEY.match(str(error))
        return [
            ConfigProblem(sync.file, 0, told[1] if told else "source.report", str(error)[told.end() if told else 0 :])
        ]
