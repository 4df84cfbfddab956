"""The task `push`: people who opened or clicked a campaign go to Recruit with their member status."""

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from contact_sync.core.ceilings import Work
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.operators.alerts import tell_of_run
from contact_sync.operators.allowances import allowances
from contact_sync.operators.stage import StageOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from contact_sync.warehouse.database import Warehouse


class PushOperator(StageOperator):
    """Carries out the push switches of the fetch's list (PUSH-0); as the last task, tells of the fetch (OPS-7)."""

    stage: ClassVar[str] = "push"

    def perform(self, run: RunInfo, warehouse: "Warehouse", context: "Context") -> Manifest:
        """The account is the one that the fetch was configured for, whatever the file says by now."""
        from contact_sync.hooks.clients import recruit_clients
        from contact_sync.hooks.credentials import credentials_fingerprint
        from contact_sync.stages.push import push

        with recruit_clients(warehouse, allowances(Work.PUSH)) as make_client:
            known = partial(credentials_fingerprint, warehouse=warehouse)
            manifest = push(run, make_client, warehouse, datetime.now(UTC), known)
        if manifest.status != "preview":
            tell_of_run(run.dag_id, run.run_id, warehouse, failed=False)
        return manifest
