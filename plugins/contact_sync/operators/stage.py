"""What the five tasks have in common: build the warehouse hook, call one stage, return its manifest.

A task knows nothing but the sync's id: no personal data and no secret can reach its attributes, rendered templates
or XCom. Hooks and stages (pandas, SQLAlchemy, Great Expectations) are imported inside `execute`, so that parsing a
DAG stays cheap. A stage that skips ends as `skipped` with its reason in the log; one that fails is first written
into the history, which never hides the error itself.
"""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException, AirflowTaskTerminated, AirflowTaskTimeout

from contact_sync.config.loader import load_organisation
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.errors import SyncSkipped
from contact_sync.operators.run_info import SKIP_KEY, run_info
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from airflow.sdk import Context

    from contact_sync.warehouse.database import Warehouse

# The two are no Exceptions in Airflow; a deferral, which is none either, must pass without a trace.
FAILURES = (Exception, AirflowTaskTimeout, AirflowTaskTerminated)


class StageOperator(BaseOperator):  # type: ignore[misc] # mypy is told to skip Airflow
    """One stage of one sync.

    sync_id: name of the sync's file and of its DAG.
    """

    stage: ClassVar[str]
    template_fields = ()
    ui_color = "#e8f1fb"

    def __init__(self, *, sync_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sync_id = sync_id

    @abstractmethod
    def perform(self, run: RunInfo, warehouse: "Warehouse", context: "Context") -> Manifest:
        """Call the stage."""

    def execute(self, context: "Context") -> dict[str, Any]:
        """Run the stage; what other tasks and people see of it is the manifest (ids and counts)."""
        from contact_sync.stages.failures import into_history

        run = run_info(context)
        try:
            with opened_warehouse() as warehouse, into_history(run, warehouse, self.stage, FAILURES):
                manifest = self.perform(run, warehouse, context)
        except SyncSkipped as skip:
            context["ti"].xcom_push(key=SKIP_KEY, value={"reason": skip.reason, "remedy": skip.remedy})
            raise AirflowSkipException(str(skip)) from None
        self._log_result(manifest)
        return manifest.as_xcom()

    def _log_result(self, manifest: Manifest) -> None:
        counts = ", ".join(f"{word} {number}" for word, number in manifest.counts.items()) or "no counts"
        window = f"[{manifest.window_start or 'the beginning'}, {manifest.window_end})"
        self.log.info("Fetch %s of sync %s, %s: %s.", manifest.fetch_id, manifest.sync_id, window, counts)
        for warning in manifest.warnings:
            self.log.warning("%s", warning)


@contextmanager
def opened_warehouse() -> "Iterator[Warehouse]":
    """The contacts warehouse that organisation.yaml names, through its Airflow connection; closed in the end."""
    from contact_sync.hooks.contacts_warehouse import ContactsWarehouseHook

    connection_id = load_organisation(include_folder()).warehouse
    warehouse = ContactsWarehouseHook(connection_id).get_warehouse()
    try:
        yield warehouse
    finally:
        warehouse.engine.dispose()
