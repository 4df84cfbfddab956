"""The task `push`: people who opened or clicked a campaign go to Recruit with their member status."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.operators.stage import StageOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from contact_sync.warehouse.database import Warehouse


class PushOperator(StageOperator):
    """Carries out the push switches of the fetch's list (PUSH-0)."""

    stage: ClassVar[str] = "push"

    def perform(self, run: RunInfo, warehouse: "Warehouse", context: "Context") -> Manifest:
        """The account is the one that the fetch was configured for, whatever the file says by now."""
        from contact_sync.hooks.zoho_recruit import client_factory
        from contact_sync.stages.push import push

        return push(run, client_factory(warehouse), warehouse, datetime.now(UTC))
