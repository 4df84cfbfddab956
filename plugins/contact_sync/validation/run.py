"""Is this batch sane: a suite over a staging relation, answered by a report.

Raises nothing for bad data: the caller reads `Report.critical()`. Refuses wrong facts (a mistake of the caller) and
reports a warehouse that cannot be reached as `Unavailable`.
"""

from collections.abc import Mapping
from typing import Any

from contact_sync.validation.plan import PlannedCheck, plan_checks, read_facts
from contact_sync.validation.report import Check, CheckState, Report
from contact_sync.validation.staged_query import compose
from contact_sync.validation.suites import COMPLETENESS, Suite


def run_suite(
    url: str,
    relation: str,
    suite: Suite,
    facts: Mapping[str, Any],
    engine_options: Mapping[str, Any] | None = None,
) -> Report:
    """Validate `relation` (staging columns) on the Postgres at `url` (postgresql+psycopg://…).

    facts: window_start, window_end, expected_rows_min, expected_rows_max, max_invalid_share, complete, mappings; see
    `plan.read_facts`. An empty batch passes only when facts["complete"] is true. engine_options: as run_checks has it.
    Raises ValueError for wrong facts, Unavailable when the warehouse does not answer.
    """
    # Here, not above: it takes seconds, and who only reads reports or suites should not pay them.
    from contact_sync.validation.engine import ROW_COUNT, run_checks

    known = read_facts(facts)
    planned = plan_checks(suite, known)
    query = compose(relation, [check.column for check in planned if check.column and not check.skipped])
    outcomes = run_checks(url, query, [check for check in planned if not check.skipped], engine_options)
    rows = outcomes[ROW_COUNT].rows
    checks = [_completeness(rows, known.complete, outcomes[ROW_COUNT].cause)]
    checks += [_check(check, outcomes.get(check.id)) for check in planned]
    return Report(suite.id, rows, tuple(checks))


def _check(planned: PlannedCheck, outcome: Any) -> Check:
    state, severity = CheckState.SKIPPED, planned.severity
    if outcome is not None:
        state = CheckState.PASSED if outcome.success else CheckState.FAILED
        if outcome.cause:
            state, severity = CheckState.CRASHED, "critical"
    return Check(
        id=planned.id,
        rule=planned.rule,
        severity=severity,
        state=state,
        unexpected=outcome.unexpected if outcome else None,
        evaluated=outcome.evaluated if outcome else None,
        message=planned.message,
        remedy=planned.remedy,
        cause=outcome.cause if outcome else None,
    )


def _completeness(rows: int | None, complete: bool, cause: str | None) -> Check:
    state = CheckState.PASSED if rows or complete else CheckState.FAILED
    return Check(
        id=COMPLETENESS,
        rule="an empty batch needs a proof of completeness",
        severity="critical",
        state=CheckState.CRASHED if rows is None else state,
        unexpected=None,
        evaluated=None,
        message="The source returned no record, and nothing proves that there was none to return.",
        remedy="Clear the run from its extract task; if it stays empty, check view and permissions of the account.",
        cause=cause,
    )
