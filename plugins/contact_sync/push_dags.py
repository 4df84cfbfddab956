"""One Airflow DAG `push_<account>` for each account with work that no sync's push task does (PUSH-0).

That is: switches and campaigns of lists that no sync feeds, and Recruit's own campaigns, which are read daily.

Hourly: a push that finds nobody to send makes no call. As in the DAGs of syncs nothing heavy is imported and nothing is
written while they are parsed; an account that cannot become a DAG is no reason for the others to have none.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG

from contact_sync.config.accounts import AccountProfile
from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved_campaigns import ResolvedCampaigns, campaigns_without_sync
from contact_sync.config.resolved_push import ResolvedSwitch, switches_without_sync
from contact_sync.operators.push_account import PushAccountOperator
from contact_sync.operators.retry import SyncRetryPolicy
from contact_sync.timetables import HourlyTimetable

MINUTE = 37
START = datetime(2026, 1, 1, tzinfo=UTC)


def dag_id_of(account: str) -> str:
    """The id of an account's DAG; sync files cannot have such names."""
    return f"push_{account}"


def build_push_dags(folder: Path, only: str | None = None, task_id: str | None = None) -> dict[str, DAG]:
    """The DAGs of the include folder, by id.

    only: build this DAG alone. task_id: the task that a worker is about to run; its DAG is then built even if the
    switches vanished meanwhile, and the task says so.
    """
    if only is not None and task_id is not None:
        account = only.removeprefix("push_")
        return {only: _dag(account, [], [], None)} if only == dag_id_of(account) else {}
    loaded = load_syncs(folder)
    if loaded.organisation is None:
        return {}
    fed = [sync.list_name for sync in loaded.syncs.values()]
    switches = switches_without_sync(loaded.organisation, fed)
    campaigns = campaigns_without_sync(loaded.organisation, fed)
    dags = (
        _dag(account, switches.get(account, []), campaigns.get(account, []), profile)
        for account, profile in loaded.organisation.accounts.items()
        if account in switches or account in campaigns or profile.campaigns.read
    )
    return {dag.dag_id: dag for dag in dags if only in (None, dag.dag_id)}


def _dag(
    account: str,
    switches: Sequence[ResolvedSwitch],
    campaigns: Sequence[ResolvedCampaigns],
    profile: AccountProfile | None,
) -> DAG:
    dag = DAG(
        dag_id=dag_id_of(account),
        dag_display_name=f"Push to {account}",
        description=f"Pushes people of lists that no sync feeds to {account}.",
        doc_md=_document(account, switches, campaigns, reads=bool(profile and profile.campaigns.read)),
        schedule=HourlyTimetable(MINUTE),
        start_date=START,
        catchup=False,
        max_active_runs=1,
        tags=["contact-sync", "push", account],
        default_args={"owner": "contact-sync"},
        auto_register=False,
    )
    PushAccountOperator(
        task_id="push",
        account=account,
        dag=dag,
        pool=(profile and profile.pool) or "default_pool",
        retries=3,
        retry_exponential_backoff=2.0,
        max_retry_delay=timedelta(minutes=30),
        retry_policy=SyncRetryPolicy(),
        execution_timeout=timedelta(hours=3),
        max_active_tis_per_dag=1,
    )
    return dag


def _document(
    account: str, switches: Sequence[ResolvedSwitch], campaigns: Sequence[ResolvedCampaigns], *, reads: bool
) -> str:
    lines = [
        f"- **{each.module}, {each.event}**: list `{each.list_name}`{'' if each.enabled else ', off'}"
        for each in switches
    ]
    lines += [f"- **campaigns and member statuses**: list `{each.list_name}`" for each in campaigns]
    lines += ["- **Recruit's own campaigns**: read once a day"] if reads else []
    return "\n".join(
        [
            f"Carries out what `{account}` in `organisation.yaml` asks for of lists that no sync feeds:",
            "",
            *lines,
            "",
            "Who was pushed, and why others were not: `contact-sync pushes`, or the view `sync.push_history`.",
        ]
    )
