"""Runs planned checks with Great Expectations on Postgres and takes only counts out of its results.

The session is read-only, so nothing can be left in the warehouse; the context lives in memory and writes no file.
What Great Expectations would carry along and this module does not take: failing values, observed values other than
the row count, texts of exceptions (a database error quotes data).
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from contact_sync.errors import Unavailable
from contact_sync.validation.plan import PlannedCheck

# Before the import: it would write some 250 lines into a task's log.
logging.getLogger("great_expectations").setLevel(logging.WARNING)

import great_expectations as gx  # noqa: E402
import great_expectations.expectations as gx_expectations  # noqa: E402
import psycopg  # noqa: E402
from great_expectations.data_context.types.base import (  # noqa: E402
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent.interfaces import TestConnectionError  # noqa: E402

ROW_COUNT = ""
"""Key of the row count among the outcomes; no check has an empty id."""

# BASIC without examples: counts are kept, and the queries for failing values run with LIMIT 0.
_COUNTS_ONLY = {"result_format": "BASIC", "partial_unexpected_count": 0}
_ERROR_CLASS = re.compile(r"\(psycopg\.(?:errors\.)?([A-Za-z]+)\)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts of one expectation. cause: class of the error if it crashed, else None."""

    success: bool
    unexpected: int | None = None
    evaluated: int | None = None
    rows: int | None = None
    cause: str | None = None


def run_checks(
    url: str, query: str, checks: Sequence[PlannedCheck], engine_options: Mapping[str, Any] | None = None
) -> dict[str, Outcome]:
    """Outcome by check id, and that of the row count under ROW_COUNT. Two passes over the rows, whatever the suite.

    engine_options: keywords for SQLAlchemy's create_engine, such as where connections come from.

    Raises Unavailable when the warehouse cannot be reached or goes away meanwhile.
    """
    count = gx_expectations.ExpectTableRowCountToBeBetween(min_value=0, meta={"check": ROW_COUNT})
    built, outcomes = _build(checks)
    try:
        with _batch(url, query, engine_options or {}) as batch:
            suite = gx.ExpectationSuite(name="staged", expectations=[count, *built])
            results = batch.validate(suite, result_format=_COUNTS_ONLY).results
    except (sa.exc.OperationalError, TestConnectionError) as error:
        cause = error.__cause__ or error
        raise Unavailable(f"The warehouse cannot be reached for validation ({type(cause).__name__}).") from None
    outcomes |= {result.expectation_config.meta["check"]: _outcome(result) for result in results}
    _raise_if_gone(outcomes)
    return outcomes


def _build(checks: Sequence[PlannedCheck]) -> tuple[list[Any], dict[str, Outcome]]:
    """Expectations, and the crashed outcomes of those whose arguments are refused (a minimum above the maximum)."""
    built, refused = [], {}
    for check in checks:
        name = "".join(part.capitalize() for part in check.rule.split("_"))
        make = getattr(gx_expectations, name)
        try:
            built.append(make(**check.arguments, severity=check.severity, meta={"check": check.id}))
        except ValueError as error:
            refused[check.id] = Outcome(success=False, cause=type(error).__name__)
    return built, refused


@contextmanager
def _batch(url: str, query: str, engine_options: Mapping[str, Any]) -> Iterator[Any]:
    # Without a configuration of our own the context makes a temporary folder for a documentation site.
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    source = context.data_sources.add_postgres(
        "warehouse", connection_string=_read_only(url), kwargs=dict(engine_options)
    )
    execution = source.get_execution_engine()
    try:
        _describe_only(execution.engine, query)
        asset = source.add_query_asset("staged", query=query)
        yield asset.add_batch_definition_whole_table("whole").get_batch()
    finally:
        execution.close()
        source.get_engine().dispose()


def _describe_only(engine: sa.Engine, query: str) -> None:
    """Great Expectations learns the columns of a query by running it and fetching every row; none is enough."""
    whole = query.strip()

    @sa.event.listens_for(engine, "before_cursor_execute", retval=True)
    def limit(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> tuple[str, Any]:
        return (f"{statement}\nLIMIT 0" if statement.strip() == whole else statement), parameters


def _read_only(url: str) -> str:
    parsed = sa.make_url(url)
    given = parsed.query.get("options", "")
    options = " ".join([*([given] if isinstance(given, str) else given), "-c default_transaction_read_only=on"]).strip()
    return parsed.update_query_dict({"options": options}).render_as_string(hide_password=False)


def _outcome(result: Any) -> Outcome:
    cause = _crash_cause(result.exception_info)
    if cause:
        return Outcome(success=False, cause=cause)
    counts = result.result
    if "element_count" not in counts:  # a table expectation: its observed value is a count
        return Outcome(success=bool(result.success), rows=int(counts["observed_value"]))
    evaluated = counts["element_count"] - counts.get("missing_count", 0)
    # Null in an empty batch: SUM over no rows.
    return Outcome(bool(result.success), counts["unexpected_count"] or 0, evaluated, counts["element_count"])


def _crash_cause(info: Any) -> str | None:
    """Class of the error: exception_info is one entry, or one per metric."""
    if not info:
        return None
    entries = [info] if "raised_exception" in info else list(info.values())
    messages = [str(entry.get("exception_message")) for entry in entries if entry.get("raised_exception")]
    if not messages:
        return None
    named = _ERROR_CLASS.search(" ".join(messages))
    return named[1] if named else "MetricError"


def _raise_if_gone(outcomes: dict[str, Outcome]) -> None:
    """A lost connection crashes every check; it is no finding about the data, and a retry may succeed."""
    for outcome in outcomes.values():
        kind = getattr(psycopg.errors, outcome.cause or "", None) or getattr(psycopg, outcome.cause or "", None)
        if isinstance(kind, type) and issubclass(kind, psycopg.OperationalError):
            raise Unavailable(f"The warehouse went away during validation ({outcome.cause}).")
