"""The task `classify`: decides what becomes of each staged record."""

from typing import TYPE_CHECKING, ClassVar

from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.operators.stage import StageOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from contact_sync.warehouse.database import Warehouse


class ClassifyOperator(StageOperator):
    """Gives each record one outcome with its evidence, beside the data."""

    stage: ClassVar[str] = "classify"

    def perform(self, run: RunInfo, warehouse: "Warehouse", context: "Context") -> Manifest:
        """The fetch is found by the run."""
        from contact_sync.stages.classify import classify

        return classify(run, warehouse)
