"""classify: one outcome with its evidence for every record, set by set, in SQL beside the data.

Writes nothing but the fetch's own tables of outcomes and removals. Load runs the same statements again if the
organisation changed in between, so what is decided here is a preview that usually holds.
"""

from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.stages.common import begin, for_fetch, manifest
from contact_sync.warehouse import fetches, organisation, staging, statements
from contact_sync.warehouse.database import Warehouse


def classify(run: RunInfo, warehouse: Warehouse) -> Manifest:
    """Decide the sealed batch. Raises StagingLost, Superseded."""
    fetch, attempt = begin(run, warehouse, "classify")
    if fetch.closed:
        return manifest(fetch, "classify")
    warehouse = for_fetch(warehouse, fetch, "classify")
    with warehouse.transaction() as connection:
        fetches.hold_fence(connection, fetch.fetch_id, attempt)
        # read before the statement: a change during it makes the number differ, and load decides again
        seen = organisation.change_number(connection)
        staging.bind(connection, fetch)
        staging.classify(connection, fetch)
        staging.decide_removals(connection, fetch)
        fetches.note_classified(connection, fetch.fetch_id, seen)
        counts = dict(statements.run(connection, "fetch/counts").mappings().one())
    return manifest(fetch, "classify", counts)
