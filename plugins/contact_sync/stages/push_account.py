"""What an account asks for of lists that no sync feeds: carried out by the DAG `push_<account>` (PUSH-0).

That DAG also reads Recruit's own campaigns, once a day (CAMP-2).

Works as the push task of a sync does, under the same locks and with the same ledger; its history is sync.push_run. A
list that the warehouse does not know has no members: that is a warning. Nobody is pushed while the account's
credentials are in doubt (ACC-4).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from contact_sync.config.base import close_match
from contact_sync.config.organisation import Policies
from contact_sync.config.resolved_campaigns import ResolvedCampaigns
from contact_sync.config.resolved_push import ResolvedSwitch
from contact_sync.errors import ContactSyncError, CreditsExhausted, SyncSkipped
from contact_sync.stages.campaigns import read_campaigns
from contact_sync.stages.push import clicked_first, credentials_in_doubt, refuse_all_rejected
from contact_sync.stages.push_switch import carry_out
from contact_sync.stages.push_work import Tally, Work
from contact_sync.stages.statuses import carry_out_campaigns
from contact_sync.warehouse import push_runs, pushes
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.pushes import Writer
from contact_sync.zoho.recruit import RecruitClient


@dataclass(frozen=True, slots=True)
class AccountRun:
    """A run of the DAG, and what the configuration says of the account at this moment.

    reads_campaigns: whether Recruit's own campaigns are to be read.
    """

    account: str
    dag_id: str
    run_id: str
    switches: tuple[ResolvedSwitch, ...]
    policies: Policies
    campaigns: tuple[ResolvedCampaigns, ...] = ()
    reads_campaigns: bool = False


@dataclass(frozen=True, slots=True)
class Pushed:
    """How the run ended: succeeded, partial or degraded."""

    status: str
    counts: dict[str, int]
    warnings: tuple[str, ...]


def push_account(
    run: AccountRun,
    make_client: Callable[[str], RecruitClient],
    warehouse: Warehouse,
    now: datetime,
    credentials: str | None = None,
) -> Pushed:
    """Push what the switches ask for. Raises PushRejected as the push of a sync does, SyncSkipped (ACC-4)."""
    named = warehouse.named(f"contact-sync {run.dag_id}")
    deactivate = run.policies.on_credential_change == "deactivate"
    with named.transaction() as connection:
        push_run_no = push_runs.begin(connection, run.account, run.dag_id, run.run_id, now)
        doubt = credentials_in_doubt(connection, run.account, credentials, now, deactivate=deactivate)
        lists = push_runs.list_ids(connection, _lists(run))
        for name, list_id in lists.items():
            there = [(each.account, each.module, each.event) for each in run.switches if each.list_name == name]
            pushes.switch_off(connection, list_id, there, run.account)
        if doubt:
            push_runs.end(connection, push_run_no, "skipped", ["credentials_changed"], 0, 0)
    if doubt:
        remedy = f"Check the connection, then: contact-sync activate --account {run.account}"
        raise SyncSkipped("credentials_changed", remedy)
    work = Work(
        warehouse=named,
        by=Writer(push_run_no=push_run_no),
        policies=run.policies,
        now=now,
        make_client=lru_cache(maxsize=None)(make_client),
        fence=lambda connection: None,
    )
    tally = Tally(warnings=_unknown_lists(run, lists))
    return _carried_out(run, lists, work, tally)


def _carried_out(run: AccountRun, lists: dict[str, int], work: Work, tally: Tally) -> Pushed:
    number = work.by.push_run_no or 0
    left: list[str] = []
    try:
        for switch in clicked_first(each for each in run.switches if each.list_name in lists):
            carry_out(switch, lists[switch.list_name], work, tally)
        for asked in run.campaigns:
            if asked.list_name in lists:
                carry_out_campaigns(asked, lists[asked.list_name], work, tally)
        if run.reads_campaigns:
            read_campaigns(run.account, work, tally)
        refuse_all_rejected(tally, f"{run.dag_id}, run {run.run_id}")
    except CreditsExhausted as error:
        left.append(f"{error} A later run pushes those who are left.")
    except ContactSyncError as error:
        with work.warehouse.transaction() as connection:
            told = [str(error), *tally.complaints(1.0)]
            push_runs.end(connection, number, "failed", told, tally.pushed, tally.counts["not_pushed"])
        raise
    warnings = left + tally.complaints(run.policies.push_reject_threshold)
    status = "partial" if left else "degraded" if warnings else "succeeded"
    with work.warehouse.transaction() as connection:
        push_runs.end(connection, number, status, warnings, tally.pushed, tally.counts["not_pushed"])
    return Pushed(status, tally.counts, tuple(warnings))


def _lists(run: AccountRun) -> list[str]:
    return [*(each.list_name for each in run.switches), *(each.list_name for each in run.campaigns)]


def _unknown_lists(run: AccountRun, lists: dict[str, int]) -> list[str]:
    told = []
    for name in sorted(set(_lists(run)) - set(lists)):
        close = close_match(name, lists)
        meant = f" Did you mean '{close}'?" if close else ""
        told.append(f"The warehouse knows no list '{name}', so nobody is pushed from it.{meant}")
    return told
