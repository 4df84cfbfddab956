"""A run right after another one, before autovacuum or ANALYZE has seen what that wrote, does no quadratic work.

Told by plans, not by the clock: each statement of classify and load is explained where it runs. All its nodes together
may touch only so many rows for each record of the batch (a loop of one table over another touches thousands of them),
and the planner may guess only so many: what makes it choose loops for larger batches shows in small ones as guesses
that multiply with each join.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Connection, CursorResult, text

from contact_sync.paths import sql_folder
from contact_sync.stages.classify import classify
from contact_sync.stages.load import load
from contact_sync.warehouse import statements
from tests.stages.desk import Desk, record
from tests.stages.test_plan_limit import limited

PEOPLE = 1_000
MOST_TOUCHED, MOST_GUESSED = 100, 20
"""Rows for each record of the batch: those that all nodes of a statement touch, and the most that one is guessed to."""


class Work(NamedTuple):
    """What a statement does, in rows for each record of the batch."""

    touched: float
    guessed: float


def work(node: dict[str, Any]) -> Work:
    """Rows that a node of a plan and all below it gave or threw away, and the most that one of them was guessed at."""
    below = [work(child) for child in node.get("Plans", [])]
    thrown_away = sum(value for key, value in node.items() if key.startswith("Rows Removed by"))
    own = (node["Actual Rows"] + thrown_away) * node["Actual Loops"] / PEOPLE
    return Work(
        own + sum(each.touched for each in below),
        max([node["Plan Rows"] / PEOPLE, *(each.guessed for each in below)]),
    )


def too_much(found: dict[str, Work]) -> dict[str, Work]:
    """The statements that touch or are guessed to touch more than they may."""
    return {name: each for name, each in found.items() if each.touched > MOST_TOUCHED or each.guessed > MOST_GUESSED}


@contextmanager
def explained(monkeypatch: pytest.MonkeyPatch, first: str = "SELECT 1") -> Iterator[dict[str, Work]]:
    """What every statement does that runs meanwhile, by its name; `first` is done before each is explained."""
    found: dict[str, Work] = {}
    run = statements.run

    def explain_and_run(connection: Connection, name: str, **parameters: Any) -> CursorResult[Any]:
        source = (sql_folder() / f"{name}.sql").read_text(encoding="utf-8")
        with connection.begin_nested() as point:
            connection.execute(text(first))
            asked = text(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {source}")
            plan = connection.execute(asked, parameters).scalar_one()[0]["Plan"]
            point.rollback()  # what it wrote is written by the statement itself
        found[name] = work(plan)
        return run(connection, name, **parameters)

    with monkeypatch.context() as patched:
        patched.setattr(statements, "run", explain_and_run)
        yield found


def left_stale(desk: Desk, people: int) -> None:
    """Statistics as they are when so many people were there; from now on nothing brings them up to date."""
    if people:
        desk.take(*batch(people))
    tables = desk.rows("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('contacts', 'sync')")
    for table in tables:
        name = f"{table['schemaname']}.{table['tablename']}"
        partitioned = desk.rows("SELECT relkind = 'p' AS yes FROM pg_class WHERE oid = to_regclass(:name)", name=name)
        if not partitioned[0]["yes"]:
            desk.execute(f"ALTER TABLE {name} SET (autovacuum_enabled = off)")
        desk.execute(f"ANALYZE {name}")


def batch(people: int, city: str = "Köln") -> list[dict[str, Any]]:
    return [record(str(100_000 + each), f"p{each}@mail.example.org", City=city) for each in range(people)]


@pytest.mark.parametrize("known", [0, 3], ids=["tables were empty", "tables held three people"])
def test_run_after_a_first_load_touches_each_record_a_few_times(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, known: int
) -> None:
    """OPS-10: first load, the same again, and everybody changed: each statement's work grows with the batch alone."""
    left_stale(desk, known)
    sync = limited(desk.sync, 2 * PEOPLE)
    for rows in (batch(PEOPLE), batch(PEOPLE), batch(PEOPLE, "Gdańsk")):
        run = desk.stage(rows, sync)
        with explained(monkeypatch) as found:
            classify(run, desk.warehouse)
            loaded = load(run, desk.warehouse)
        always = set(statements.LOAD_ORDER) - statements.OF_SIGHTINGS  # nothing was seen beside these batches
        assert set(found) >= {"classify/outcome", "classify/plan_limit", *always, "load/100_ledger"}
        assert too_much(found) == {}
    assert loaded.counts["changed"] == PEOPLE


def test_what_once_made_plans_quadratic_is_noticed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-10: the one row of this_fetch, unanalysed, counts as hundreds in each join; that alone fails the measure."""
    left_stale(desk, 0)
    run = desk.stage(batch(PEOPLE))
    unanalysed = "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = to_regclass('pg_temp.this_fetch')"
    with explained(monkeypatch, unanalysed) as found:
        classify(run, desk.warehouse)
    assert "classify/outcome" in too_much(found)
