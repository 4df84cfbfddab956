"""Mutations of the classification: each reason taken out of the SQL in turn must make an outcome assertion fail.

The reasons are found by parsing include/sql/classify/outcome.sql, so a new one that no case here proves fails this
module. The mutated statements lie in a copy of the SQL folder; each case first holds for the statements as they are.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contact_sync.paths import sql_folder
from contact_sync.warehouse import statements
from tests.stages.desk import Desk, record
from tests.stages.test_outcomes import REASONS_IN_ORDER, _with_reasons
from tests.stages.test_plan_limit import created, limited

OUTCOME, PLAN_LIMIT = "classify/outcome.sql", "classify/plan_limit.sql"
_HEAD = "-- the first reason that holds"
_ARM = re.compile(r"WHEN (?:(?!\bWHEN\b).)*? THEN '(\w+)'", re.DOTALL)


def arms(source: str) -> dict[str, str]:
    """The arms of the CASE that gives the reason, by their reason."""
    _, found, rest = source.partition(_HEAD)
    assert found, f"{OUTCOME} has no comment '{_HEAD}': the reasons cannot be found"
    body = rest[rest.index("CASE") : rest.index("END AS reason")]
    parsed = {match[1]: match[0] for match in _ARM.finditer(body)}
    assert len(parsed) == len(re.findall(r"THEN '", body)), "two arms of one reason, or one that is not understood"
    return parsed


ARMS = arms((sql_folder() / OUTCOME).read_text(encoding="utf-8"))


@pytest.fixture
def mutable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str, str], None]]:
    """A copy of the SQL folder in force, and what replaces a piece of a file in it."""
    folder = tmp_path / "sql"
    shutil.copytree(sql_folder(), folder)
    monkeypatch.setattr(statements, "sql_folder", lambda: folder)
    statements.statement.cache_clear()

    def replace(name: str, old: str, new: str) -> None:
        file = folder / name
        source = file.read_text(encoding="utf-8")
        assert source.count(old) == 1, f"{name}: the piece to take out stands there {source.count(old)} times"
        file.write_text(source.replace(old, new), encoding="utf-8")
        statements.statement.cache_clear()

    yield replace
    monkeypatch.undo()
    statements.statement.cache_clear()


def given_reason(desk: Desk, reason: str) -> str | None:
    """The reason that a record gets for which only this one holds."""
    assert reason in REASONS_IN_ORDER, f"{reason} is a new reason: test_outcomes.py proves it nowhere"
    return _with_reasons(desk, {reason})


def withheld(desk: Desk) -> set[str]:
    """The records that a plan of one contact keeps out of two."""
    run = desk.stage([created("1", 0), created("2", 5)], limited(desk.sync, 1))
    return {row["record_id"] for row in desk.decided(run) if row["reason"] == "plan_limit"}


@pytest.mark.parametrize("reason", ARMS)
def test_each_reason_is_missed_when_it_is_taken_out(
    desk: Desk, mutable: Callable[[str, str, str], None], reason: str
) -> None:
    """OUT-4: the assertion of a reason holds, and fails without the arm of that reason."""
    assert given_reason(desk, reason) == reason
    # an arm that never holds instead of none: what is left stays a statement, also if it is the only arm
    mutable(OUTCOME, ARMS[reason], f"WHEN false THEN '{reason}'")
    assert given_reason(desk, reason) != reason


@pytest.mark.parametrize("reason", ["page_repeat", "unapproved"])
def test_each_cause_of_out_of_scope_is_missed(
    desk: Desk, mutable: Callable[[str, str, str], None], reason: str
) -> None:
    """OUT-8, SRC-8: the same for what puts a record out of scope."""
    source = (sql_folder() / OUTCOME).read_text(encoding="utf-8")
    before = source[: source.index(_HEAD)]
    end = before.index(f"THEN '{reason}'")
    arm = before[before.rindex("            WHEN ", 0, end) : end]
    assert out_of_scope(desk) == {"page_repeat", "unapproved"}
    mutable(OUTCOME, f"{arm}THEN '{reason}'", f"            WHEN false THEN '{reason}'")
    assert out_of_scope(desk) == {"page_repeat", "unapproved"} - {reason}


def out_of_scope(desk: Desk) -> set[str]:
    """The causes that a batch with both of them shows."""
    rows = [
        record("1", "a@mail.example.org"),
        record("1", "a@mail.example.org", modified=1),
        record("2", "b@mail.example.org", **{"$approved": False}),
    ]
    return {row["reason"] for row in desk.decided(desk.stage(rows)) if row["outcome"] == "out_of_scope"}


def test_the_plan_limit_is_missed_when_it_is_taken_out(desk: Desk, mutable: Callable[[str, str, str], None]) -> None:
    """OUT-15: without the comparison with the limit nobody is withheld."""
    assert withheld(desk) == {"2"}
    mutable(PLAN_LIMIT, "WHERE outcome.record_no =", "WHERE false AND outcome.record_no =")
    assert withheld(desk) == set()


def test_an_arm_without_a_case_is_noticed(desk: Desk) -> None:
    """OUT-4: all reasons of the SQL have a case, all cases a reason; a new arm that nobody proves fails."""
    assert list(ARMS) == REASONS_IN_ORDER
    source = (sql_folder() / OUTCOME).read_text(encoding="utf-8")
    grown = source.replace("        END AS reason", "            WHEN true THEN 'brand_new'\n        END AS reason")
    assert set(arms(grown)) - set(ARMS) == {"brand_new"}
    with pytest.raises(AssertionError, match="brand_new is a new reason"):
        given_reason(desk, "brand_new")
