"""The task `validate`: asks whether the staged batch is sane, before anything is written."""

from typing import TYPE_CHECKING, ClassVar

from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.operators.stage import StageOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from contact_sync.warehouse.database import Warehouse


class ValidateOperator(StageOperator):
    """Runs the suite of expectations on the staged records."""

    stage: ClassVar[str] = "validate"

    def perform(self, run: RunInfo, warehouse: "Warehouse", context: "Context") -> Manifest:
        """The fetch is found by the run."""
        from contact_sync.stages.validate import validate

        return validate(run, warehouse)
