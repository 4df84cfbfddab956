"""validate: is this batch sane? Nothing is written to contacts before the answer is yes.

A critical finding stops the run; warnings mark it degraded. Record-level problems are outcomes, not failures.
"""

from collections.abc import Mapping
from statistics import median
from typing import Any

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.errors import BatchRefused
from contact_sync.paths import include_folder
from contact_sync.stages.common import begin, for_fetch, manifest, reread, settings_of
from contact_sync.validation.report import Report
from contact_sync.validation.run import run_suite
from contact_sync.validation.suites import load_suite
from contact_sync.warehouse import fetches, other_fetches, staging
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.fetches import Fetch

HISTORY_NEEDED = 5
"""Fetches of the same kind before a count can look implausible."""
LEAST_SHARE, MOST_TIMES, SMALL_BATCH = 0.2, 5, 100


def validate(run: RunInfo, warehouse: Warehouse) -> Manifest:
    """Run the sync's suite on the sealed batch. Raises BatchRefused, StagingLost."""
    fetch, attempt = begin(run, warehouse, "validate")
    if fetch.closed:
        return manifest(fetch, "validate")
    warehouse = for_fetch(warehouse, fetch, "validate")
    report = checked(warehouse, fetch, settings_of(fetch))
    with warehouse.transaction() as connection:
        fetches.hold_fence(connection, fetch.fetch_id, attempt)
        fetches.add_warnings(connection, fetch.fetch_id, report.warning_texts())
    return manifest(reread(warehouse, run), "validate", report.as_counts())


def checked(
    warehouse: Warehouse, fetch: Fetch, settings: ResolvedSync, engine_options: Mapping[str, Any] | None = None
) -> Report:
    """What the sync's suite finds in the sealed batch. engine_options: as run_checks has it.

    Raises BatchRefused for a critical finding, StagingLost.
    """
    with warehouse.transaction() as connection:
        staging.verify_seal(connection, fetch)
        history = other_fetches.recent_reads(connection, fetch)
    suite = load_suite(include_folder() / "expectations", settings.suite)
    url = warehouse.engine.url.render_as_string(hide_password=False)
    known = facts(fetch, settings, history)
    report = run_suite(url, staging.relation(fetch.fetch_id), suite, known, engine_options)
    if report.critical():
        raise BatchRefused(f"{fetch.sync_id}, fetch {fetch.fetch_id}: {report.refusal()}")
    return report


def facts(fetch: Fetch, settings: ResolvedSync, history: list[int]) -> dict[str, Any]:
    """What the suite may refer to. Limits of the row count are known only with enough history of the same kind."""
    usual = median(history) if len(history) >= HISTORY_NEEDED else None
    return {
        "window_start": fetch.window.start,
        "window_end": fetch.window.end,
        "expected_rows_min": None if usual is None else int(usual * LEAST_SHARE) if usual > SMALL_BATCH else 0,
        "expected_rows_max": None if usual is None else int(usual * MOST_TIMES) + SMALL_BATCH,
        "max_invalid_share": settings.max_invalid_share,
        "complete": fetch.proof is not None,
        "mappings": [{"target": line.target, "source": line.source, "type": line.type} for line in settings.mapping],
    }
