"""The task extract lists all ids with the credits that a scan may use, and reads the source with those of an import."""

from datetime import UTC, datetime

from sqlalchemy import text

from contact_sync.core.api import ApiCall
from contact_sync.operators.classify import ClassifyOperator
from contact_sync.operators.extract import ExtractOperator
from contact_sync.operators.load import LoadOperator
from contact_sync.operators.validate import ValidateOperator
from contact_sync.warehouse.credits import record_calls
from contact_sync.warehouse.database import Warehouse
from tests.operators.conftest import write_sync
from tests.operators.contexts import context
from tests.operators.test_ceilings import declare

TASKS = {
    "extract": ExtractOperator,
    "validate": ValidateOperator,
    "classify": ClassifyOperator,
    "load": LoadOperator,
}


def ended(run_id: str, day: int) -> str:
    """How a whole run of that id ends."""
    given = context(run_id=run_id, run_after=datetime(2026, 11, day, 1, tzinfo=UTC))
    done = {}
    for name, operator in TASKS.items():
        done = operator(task_id=name, sync_id=given["dag_run"].dag_id).execute(given)
    return str(done["status"])


def test_a_scan_yields_where_an_import_goes_on(ready: Warehouse) -> None:
    """LIM-5, ADV-2: between 80 and 100 % of the ceiling the fetch is loaded without its scan, and is partial."""
    write_sync(options={"deleted": "remove_from_list", "deletion_check": "full_id_scan"})
    declare(1000)
    assert ended("manual__1", 20) == "succeeded"
    call = ApiCall(datetime.now(UTC), "GET", "/recruit/v2/Candidates", 200, 0, 850, 0.1)
    record_calls(ready.engine, "recruit_demo", None)(call)
    assert ended("manual__2", 21) == "partial"
    with ready.transaction() as connection:
        warnings = connection.execute(
            text("SELECT warnings FROM sync.fetch ORDER BY fetch_id DESC LIMIT 1")
        ).scalar_one()
    assert any("full_id_scan stops at 80 % of them, 800" in each for each in warnings)
    declare(2000)
    assert ended("manual__3", 22) == "succeeded"
