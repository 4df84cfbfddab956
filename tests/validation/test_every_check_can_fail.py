"""Each check of each shipped suite is made to fail, it alone; a new check without a case here fails this module."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from contact_sync.validation.report import CheckState
from contact_sync.validation.suites import COMPLETENESS, load_suite, suite_names
from tests.validation.staged import END, EXPECTATIONS, ROWS, START, Batch

Spoil = Callable[[Batch], Any]


def _put(column: str, value: Any, count: int = 1) -> Spoil:
    return lambda batch: batch.spoil(count, lambda row: row.update({column: value}))


def _field(name: str, value: str, count: int) -> Spoil:
    return lambda batch: batch.spoil(count, lambda row: row["source"].update({name: value}))


def _vanish(name: str) -> Spoil:
    return lambda batch: batch.spoil(1, lambda row: row["source"].pop(name))


def _nothing_read(batch: Batch) -> None:
    batch.rows = []
    batch.facts |= {"expected_rows_min": None, "expected_rows_max": None}


_EITHER: dict[str, Spoil] = {
    COMPLETENESS: _nothing_read,
    "record_id_present": _put("record_id", None),
    "record_id_digits": _put("record_id", "55100000000A"),
    "change_time_format": _put("modified_text", "01-Nov-2026 10:00:00"),
    "change_time_readable": _put("modified_at", None),
    "change_time_in_window": _put("modified_at", START - timedelta(seconds=1)),
    "row_count_plausible": lambda batch: batch.facts.update(expected_rows_min=ROWS + 1),
    "addresses_valid": _put("flaw", "invalid_pattern", 51),
    "addresses_given": _put("flaw", "empty_email", 51),
    "first_name_length": _put("first_name", "A" * 101, 2),
    "last_name_length": _put("last_name", "", 2),
    "email_field_present": _vanish("Email"),
    "field_present": _vanish("City"),
    "field_integer": _field("Experience_in_Years", "three", 6),
    "field_number": _field("Expected_Salary", "1.000,00", 6),
    "field_boolean": _field("Would_Relocate", "perhaps", 6),
    "field_date": _field("Date_of_Birth", "28.02.1990", 6),
    "field_datetime": _field("Last_Interview", "2026-10-01 09:30", 6),
}
"""Check of both suites → what spoils a batch for it."""
CASES: dict[tuple[str, str], Spoil] = {
    ("candidates", "change_time_present"): _put("modified_text", None),
    **{(suite, check): spoil for suite in ("candidates", "creator") for check, spoil in _EITHER.items()},
}


def _shipped_checks() -> list[tuple[str, str, str]]:
    """(suite, check id, severity) of everything in include/expectations, and the check that every suite has."""
    found = []
    for name in suite_names(EXPECTATIONS):
        suite = load_suite(EXPECTATIONS, name)
        found.append((name, COMPLETENESS, "critical"))
        found += [(name, check.id, check.severity) for check in (*suite.checks, *suite.each_field)]
    return found


def test_every_shipped_check_has_a_case_that_makes_it_fail() -> None:
    """Design, validate: each expectation has a test that makes it fail; none is left over from a removed check."""
    shipped = {(suite, check) for suite, check, _ in _shipped_checks()}
    assert shipped
    assert shipped == set(CASES)


@pytest.mark.parametrize(("suite", "check_id", "severity"), _shipped_checks())
def test_it_alone_fails(batch: Batch, suite: str, check_id: str, severity: str) -> None:
    """Design, validate: exactly the spoilt check fails, with its severity; all others pass on the same rows."""
    CASES[suite, check_id](batch)
    report = batch.run(load_suite(EXPECTATIONS, suite))
    bad = [check for check in report.checks if check.bad]
    assert [check.id.split(":")[0] for check in bad] == [check_id]
    assert bad[0].state is CheckState.FAILED
    assert bad[0].severity == severity
    assert (report.critical() if severity == "critical" else report.warnings()) == tuple(bad)
    assert bool(report.refusal()) is (severity == "critical")


@pytest.mark.parametrize("suite", suite_names(EXPECTATIONS))
def test_sane_batch_passes_everything(batch: Batch, suite: str) -> None:
    """Design, validate: the rows that every case starts from fail nothing, and nothing is skipped."""
    report = batch.run(load_suite(EXPECTATIONS, suite))
    assert {check.id: check.state for check in report.checks if not check.passed} == {}
    assert report.rows == ROWS
    assert report.refusal() == ""
    assert report.as_counts()["checks_passed"] == len(report.checks)


def test_counts_name_rows_looked_at(batch: Batch) -> None:
    """Counts leave out rows without a value, except where the value's presence is the question."""
    batch.spoil(10, lambda row: row.update(record_id=None))
    batch.spoil(20, lambda row: row.update(flaw="empty_email"))
    batch.rows[30]["flaw"] = "invalid_pattern"
    checks = {check.id: check for check in batch.run().checks}
    assert (checks["record_id_present"].unexpected, checks["record_id_present"].evaluated) == (10, ROWS)
    assert (checks["record_id_digits"].unexpected, checks["record_id_digits"].evaluated) == (0, ROWS - 10)
    assert (checks["addresses_valid"].unexpected, checks["addresses_valid"].evaluated) == (1, ROWS - 20)


@pytest.mark.parametrize(
    ("share", "invalid", "refused"), [(0.7, 70, False), (0.7, 71, True), (0, 1, True), (1, 100, False)]
)
def test_share_exactly_at_the_limit_is_within_it(batch: Batch, share: float, invalid: int, refused: bool) -> None:
    """A share equal to max_invalid_share passes whatever its binary fraction; one row more fails."""
    batch.facts["max_invalid_share"] = share
    batch.spoil(invalid, lambda row: row.update(flaw="invalid_pattern"))
    assert bool(batch.run().critical()) is refused


@pytest.mark.parametrize(
    ("start", "moment", "inside"),
    [
        (START, START, True),
        (START, END - timedelta(microseconds=1), True),
        (START, END, False),
        (None, START - timedelta(days=3650), True),
        (None, END, False),
    ],
)
def test_window_holds_its_start_and_not_its_end(batch: Batch, start: Any, moment: Any, inside: bool) -> None:
    """RET-4: windows are [start, end); without a start only the end is looked at."""
    batch.facts["window_start"] = start
    batch.rows[0]["modified_at"] = moment
    failed = [check.id for check in batch.run().critical()]
    assert failed == ([] if inside else ["change_time_in_window"])


@pytest.mark.parametrize(
    ("least", "most", "state"),
    [
        (None, None, CheckState.SKIPPED),
        (None, ROWS - 1, CheckState.FAILED),
        (ROWS, None, CheckState.PASSED),
    ],
)
def test_count_without_history_is_skipped_not_passed(batch: Batch, least: Any, most: Any, state: CheckState) -> None:
    """Design, validate: a count is compared with the sync's own history; without one the check is seen as skipped."""
    batch.facts |= {"expected_rows_min": least, "expected_rows_max": most}
    report = batch.run()
    check = next(check for check in report.checks if check.id == "row_count_plausible")
    assert check.state is state
    assert (check in report.skipped()) is (state is CheckState.SKIPPED)
    assert report.as_counts()["checks_skipped"] == int(state is CheckState.SKIPPED)


@pytest.mark.parametrize("complete", [True, False])
def test_empty_batch_needs_a_proof(batch: Batch, complete: bool) -> None:
    """SRC-12: an empty batch is fine only when the extract was proved complete."""
    batch.rows = []
    batch.facts |= {"complete": complete, "expected_rows_min": None, "expected_rows_max": None}
    report = batch.run()
    assert report.rows == 0
    assert [check.id for check in report.critical()] == ([] if complete else [COMPLETENESS])
    assert report.warnings() == ()


def test_proved_empty_batch_of_a_sync_that_usually_reads_thousands_warns(batch: Batch) -> None:
    """SRC-12: complete but implausible is a warning, not a refusal."""
    batch.rows = []
    batch.facts |= {"complete": True, "expected_rows_min": 4000, "expected_rows_max": 6000}
    report = batch.run()
    assert report.critical() == ()
    assert [check.id for check in report.warnings()] == ["row_count_plausible"]


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("Experience_in_Years", ["3", "-3", "+3", " 3 ", "3.0", "3."]),
        ("Expected_Salary", ["3", "3.5", ".5", "-3e5", "1E-3", " 7 "]),
        ("Would_Relocate", ["true", "FALSE", "Yes", "no", "1", "0", " true "]),
        ("Date_of_Birth", ["2026-11-01", "2026-12-31T00:00:00Z", None]),
        ("Last_Interview", ["2026-11-01T09:30:00+01:00", "2026-11-01T09:30Z", "2026-11-01T09:30:00.123-0500"]),
    ],
)
def test_usual_spellings_of_a_type_fit(batch: Batch, name: str, good: list[str | None]) -> None:
    """MAP-7: the patterns warn of a wrong type, not of another spelling of the right one."""
    for number, row in enumerate(batch.rows):
        row["source"][name] = good[number % len(good)]
    assert batch.run().warnings() == ()


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("Experience_in_Years", ["3.5", "1,000", "٣", "3 years"]),
        ("Expected_Salary", ["1,5", "1.000,00", "NaN", "Infinity", "."]),
        ("Would_Relocate", ["on", "2", "truely"]),
        ("Date_of_Birth", ["01.11.2026", "2026-13-01", "2026-11-00", "11/01/2026"]),
        ("Last_Interview", ["2026-11-01T09:30:00", "2026-11-01 09:30:00+01:00", "2026-11-01"]),
    ],
)
def test_other_things_than_the_type_do_not_fit(batch: Batch, name: str, bad: list[str]) -> None:
    """MAP-7: each wrong spelling is counted, every row of it."""
    for number, row in enumerate(batch.rows):
        row["source"][name] = bad[number % len(bad)]
    assert [(check.id.split(":")[1], check.unexpected) for check in batch.run().warnings()] == [(name, ROWS)]
