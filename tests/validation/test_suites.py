"""Suite files: what is wrong is named by file, line and key, with what is allowed and the close match."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from contact_sync.errors import ConfigError
from contact_sync.validation.suites import load_suite, suite_names
from tests.validation.staged import EXPECTATIONS

GOOD = """\
name: A suite
checks:
  - id: ids
    expectation: expect_column_values_to_not_be_null
    kwargs: {column: record_id}
    severity: critical
    message: No id.
    remedy: Read again.
  - id: window
    expectation: expect_column_values_to_be_between
    kwargs: {column: modified_at, max_value: '${window_end}'}
    tolerate: 0.1
    severity: warning
    message: Late.
    remedy: Read again.
each_field:
  - id: numbers
    types: [integer]
    expectation: expect_column_values_to_match_regex
    kwargs: {column: value, regex: '^[0-9]+$'}
    severity: warning
    message: The field {field} holds no numbers.
    remedy: Change its type.
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_good_suite_is_read(tmp_path: Path) -> None:
    """A suite has the file's name as its id and the checks in the file's order."""
    _write(tmp_path, GOOD)
    suite = load_suite(tmp_path, "mine")
    assert (suite.id, [check.id for check in suite.checks]) == ("mine", ["ids", "window"])
    assert suite.each_field[0].applies("experience", "integer")
    assert not suite.each_field[0].applies("city", "text")


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("severity: critical", "severity: critcal", ":6: checks[0].severity: ", "Did you mean 'critical'?"),
        (
            "not_be_null",
            "not_be_nul",
            ":4: checks[0].expectation: ",
            "Did you mean 'expect_column_values_to_not_be_null'?",
        ),
        ("column: record_id", "column: recrod_id", ":3: checks[0]: kwargs: column: ", "Did you mean 'record_id'?"),
        ("{column: record_id}", "{}", ":3: checks[0]: kwargs: ", "needs column"),
        ("{column: record_id}", "{colum: record_id}", ":3: checks[0]: kwargs: ", "Did you mean 'column'?"),
        ("${window_end}", "${window_ende}", ":9: checks[1]: kwargs: max_value: ", "Did you mean 'window_end'?"),
        ("${window_end}", "until ${window_end}", ":9: checks[1]: kwargs: max_value: ", "A fact stands alone"),
        ("max_value: '${window_end}'", "strict_max: true", ":9: checks[1]: kwargs: ", "without a limit it cannot fail"),
        (
            "max_value: '${window_end}'",
            "max_value: 3, strict_max: 1",
            ":9: checks[1]: kwargs: ",
            "neither true nor false",
        ),
        ("max_value: '${window_end}'", "max_value: soon", ":9: checks[1]: kwargs: ", "'soon' is not a number"),
        ("max_value: '${window_end}'", "max_value: 3, mostly: 0.9", ":9: checks[1]: kwargs: ", "tolerate: 0.05"),
        ("tolerate: 0.1", "tolerate: 1", ":12: checks[1].tolerate", "it could never fail"),
        ("tolerate: 0.1", "tolerate: ${window_end}", ":12: checks[1].tolerate", "${max_invalid_share}"),
        ("tolerate: 0.1", "tolrate: 0.1", ":12: checks[1].tolrate: ", "Did you mean 'tolerate'?"),
        ("    remedy: Change its type.\n", "", ":17: each_field[0].remedy: ", "is missing"),
        ("types: [integer]", "types: [integr]", ":18: each_field[0].types: ", "Did you mean 'integer'?"),
        (
            "{column: value, regex: '^[0-9]+$'}",
            "{column: record_id, regex: x}",
            ":17: each_field[0]: ",
            "Allowed: value, present",
        ),
        ("'^[0-9]+$'", "'^[0-9+$'", ":17: each_field[0]: kwargs: regex: ", "is not a pattern"),
        ("id: numbers", "id: ids", ": the check id 'ids' is given twice", ""),
        ("id: ids", "id: empty_batch_is_proved", ":3: checks[0].id: ", "every suite has anyway"),
        ("id: ids", "id: Ids!", ":3: checks[0].id: ", "pattern"),
        ("each_field:", "eachfield:", ":16: eachfield: ", "Did you mean 'each_field'?"),
        ("name: A suite\n", "name: A suite\nname: B\n", ":1: name: ", "is given again in line 2"),
        ("name: A suite\n", "name: A suite\nid: other\n", ":2: id: ", "the file's name is the id"),
        ("name: A suite\n", "name: [A suite\n", "mine.yaml:", "is no YAML"),
        (GOOD, "- a\n- b\n", "mine.yaml:1: ", "is not a suite"),
        (GOOD, "name: Nothing\nchecks: []\n", ":2: checks: ", "Give at least one"),
        (GOOD, "", "mine.yaml:1: ", "is not a suite"),
    ],
)
def test_flaw_is_named_by_file_line_and_key(tmp_path: Path, old: str, new: str, place: str, message: str) -> None:
    """House style, errors: where, the value, what is allowed, the close match."""
    assert old in GOOD
    path = _write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        load_suite(tmp_path, "mine")
    assert str(path) in str(caught.value)
    assert place in str(caught.value)
    assert message in str(caught.value)


def test_all_flaws_of_a_file_come_at_once(tmp_path: Path) -> None:
    """House style, errors: nobody mends a file one error at a time."""
    _write(tmp_path, GOOD.replace("severity: critical", "severity: bad").replace("types: [integer]", "types: [int]"))
    with pytest.raises(ConfigError) as caught:
        load_suite(tmp_path, "mine")
    assert len(str(caught.value).splitlines()) == 2


def test_unknown_suite_names_the_close_match(tmp_path: Path) -> None:
    """House style, errors: the close match of a suite's name."""
    with pytest.raises(ConfigError, match="Did you mean 'candidates'"):
        load_suite(EXPECTATIONS, "candidate")
    with pytest.raises(ConfigError, match="holds no suite"):
        load_suite(tmp_path, "candidates")


def test_suites_are_frozen() -> None:
    """A suite that was read stays what it was."""
    suite = load_suite(EXPECTATIONS, suite_names(EXPECTATIONS)[0])
    with pytest.raises(ValidationError, match="frozen"):
        suite.checks[0].severity = "warning"  # type: ignore[misc]


def test_reading_suites_and_reports_imports_nothing_heavy() -> None:
    """Design, dependency rule: pandas and Great Expectations are imported only when a suite is run."""
    script = (
        "import sys, contact_sync.validation.suites, contact_sync.validation.run; "
        "print([name for name in ('pandas', 'great_expectations', 'airflow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
