"""The task of `push_<account>`: pushes to one account the people of lists that no sync feeds (PUSH-0).

Which switches these are is read when the task runs. A task knows nothing but the account's name; what it returns are
counts. Pushes are off in backfills (PUSH-10). Stages and hooks are imported when it runs, not when a DAG is parsed.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved_campaigns import campaigns_without_sync
from contact_sync.config.resolved_push import switches_without_sync
from contact_sync.core.ceilings import Work
from contact_sync.core.run import RunType
from contact_sync.errors import ConfigError, SyncSkipped
from contact_sync.operators.allowances import allowances
from contact_sync.operators.run_info import run_info
from contact_sync.operators.stage import opened_warehouse
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from airflow.sdk import Context

    from contact_sync.core.run import RunInfo
    from contact_sync.stages.push_account import AccountRun, Pushed


class PushAccountOperator(BaseOperator):  # type: ignore[misc] # mypy is told to skip Airflow
    """Carries out what the account asks for of lists that no sync feeds, and reads Recruit's own campaigns."""

    template_fields = ()
    ui_color = "#e8f1fb"

    def __init__(self, *, account: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.account = account

    def execute(self, context: "Context") -> dict[str, Any]:
        """Counts of people and how the run ended."""
        run = run_info(context)
        if run.conf:
            raise ConfigError(f"{run.dag_id} takes no parameters, but was given: {', '.join(sorted(run.conf))}.")
        if run.run_type == RunType.BACKFILL:
            raise AirflowSkipException("Pushes are off in backfills: the next run sends all that is due (PUSH-10).")
        asked = self._asked(run)
        if not asked.switches and not asked.campaigns and not asked.reads_campaigns:
            raise AirflowSkipException(f"Syncs feed the lists of all switches of {self.account}: they push.")
        try:
            done = self._push(asked)
        except SyncSkipped as skip:
            raise AirflowSkipException(str(skip)) from None
        self.log.info("%s: %s, %s.", run.dag_id, done.status, done.counts)
        for warning in done.warnings:
            self.log.warning("%s", warning)
        return {"account": self.account, "status": done.status, "counts": done.counts, "warnings": list(done.warnings)}

    def _asked(self, run: "RunInfo") -> "AccountRun":
        """What organisation.yaml says at this moment. Raises ConfigError for a broken file."""
        from contact_sync.stages.push_account import AccountRun

        loaded = load_syncs(include_folder())
        if loaded.organisation is None:
            raise ConfigError("\n".join(problem.render() for problem in loaded.problems))
        fed = [sync.list_name for sync in loaded.syncs.values()]
        switches = switches_without_sync(loaded.organisation, fed).get(self.account, [])
        campaigns = campaigns_without_sync(loaded.organisation, fed).get(self.account, [])
        profile = loaded.organisation.accounts.get(self.account)
        return AccountRun(
            self.account,
            run.dag_id,
            run.run_id,
            tuple(switches),
            loaded.organisation.policies,
            tuple(campaigns),
            reads_campaigns=profile is not None and profile.campaigns.read,
        )

    def _push(self, asked: "AccountRun") -> "Pushed":
        from contact_sync.hooks.clients import recruit_clients
        from contact_sync.hooks.credentials import credentials_fingerprint
        from contact_sync.stages.push_account import push_account

        with opened_warehouse() as warehouse, recruit_clients(warehouse, allowances(Work.PUSH)) as make_client:
            return push_account(
                asked,
                lambda account: make_client(account, None),
                warehouse,
                datetime.now(UTC),
                credentials_fingerprint(self.account, warehouse),
            )
