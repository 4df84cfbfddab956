"""Parts of the pages that need neither Airflow nor a warehouse: health, options, chart, cells, links."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contact_sync.config.resolved import ResolvedSync
from contact_sync.config.resolved_schedule import ResolvedSchedule
from contact_sync.web.chart import HEIGHT, chart
from contact_sync.web.csv_text import cell, lines
from contact_sync.web.health import health
from contact_sync.web.mounted import views
from contact_sync.web.records import Sight, shown
from contact_sync.web.rendering import Links
from contact_sync.web.settings import _option


def by(**schedule: Any) -> ResolvedSync:
    """A sync that runs like this, for ever."""
    return ResolvedSync.model_construct(schedule=ResolvedSchedule(timezone="UTC", **schedule), active_until=None)


NIGHTLY = by(frequency="daily", at="02:00")
DUE = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ACTIVE = {"state": "active", "inactive_reason": None, "since": DUE - timedelta(days=9)}


@pytest.mark.parametrize(
    ("status", "word"),
    [("succeeded", "healthy"), ("partial", "partial"), ("degraded", "degraded"), ("failed", "failed"),
     ("skipped", "skipped"), ("running", "running"), (None, "none")],
)  # fmt: skip
def test_health_is_that_of_the_last_run(status: str | None, word: str) -> None:
    """OPS-8: in the words of the history; no run, no health."""
    last = {**ACTIVE, "status": status, "read_until": DUE, "reason": "because" if status == "failed" else None}
    found = health(last if status else {}, NIGHTLY, DUE + timedelta(hours=1))
    assert found.word == word
    assert ("because" in found.told) == (status == "failed")


def test_a_run_is_missed_two_hours_after_it_was_due() -> None:
    """OPS-7: only by a sync that runs by itself; a success at the due moment is one."""
    read = {**ACTIVE, "status": "succeeded", "read_until": DUE - timedelta(days=1)}
    assert health(read, NIGHTLY, DUE + timedelta(hours=2, seconds=-1)).word == "healthy"
    late = health(read, NIGHTLY, DUE + timedelta(hours=2, seconds=1))
    assert (late.word, late.due) == ("missed", DUE)
    assert health({**read, "read_until": DUE}, NIGHTLY, DUE + timedelta(hours=23)).word == "healthy"
    assert health(read, None, DUE + timedelta(days=9)).word == "healthy"
    assert health(read, by(frequency="once", at=None), DUE + timedelta(days=9)).word == "healthy"
    never = {**ACTIVE, "status": None, "read_until": None}
    assert health(never, NIGHTLY, DUE + timedelta(hours=3)).word == "missed"
    activated = {**read, "since": DUE + timedelta(hours=1)}
    assert health(activated, NIGHTLY, DUE + timedelta(hours=3)).word == "healthy"


def version(day: int, value: str | None, again: int | None = None) -> dict[str, Any]:
    at = datetime(2026, 11, day, tzinfo=UTC)
    back = datetime(2026, 11, again, tzinfo=UTC) if again else at
    return {"settings": {"options": {"deleted": value}} if value else {}, "registered_at": at, "in_force_since": back}


@pytest.mark.parametrize(
    ("versions", "day"),
    [
        ([version(1, "keep")], 1),
        ([version(1, "keep"), version(3, "remove_from_org"), version(5, "keep")], 5),
        ([version(1, "remove_from_org"), version(3, "keep"), version(5, "keep")], 3),
        ([version(1, None), version(3, "keep")], 1),
        ([version(1, "keep", again=7), version(3, "remove_from_org")], 7),
        ([version(3, "remove_from_org")], None),
        ([], None),
    ],
    ids=["first", "changed_back", "since_the_middle", "default", "seen_again", "file_is_newer", "never_ran"],
)
def test_since_when_an_option_holds(versions: list[dict[str, Any]], day: int | None) -> None:
    """ADV-5: since a run first saw the present value without another in between."""
    since = _option("deleted", "keep", versions).since
    assert (since.day if since else None) == day


def test_the_chart_stacks_outcomes() -> None:
    """OPS-8: the highest bar fills the picture; a failed fetch is a mark; nothing counted, no chart."""
    counted = {"new": 3, "re_added": 0, "duplicate": 6, "ignored": 1}
    at = datetime(2026, 11, 1, tzinfo=UTC)
    newest = {**counted, "total": 10, "status": "succeeded", "started_at": at}
    failed = {**dict.fromkeys(counted), "total": None, "status": "failed", "started_at": at}
    drawn = chart([newest, failed])
    assert drawn is not None
    assert [block.part for block in drawn.blocks] == ["new", "duplicate", "ignored"]
    assert sum(block.height for block in drawn.blocks) == pytest.approx(HEIGHT)
    assert drawn.blocks[-1].y == pytest.approx(0)
    assert [(mark.part, mark.x) for mark in drawn.failed] == [("failed", 0)]
    assert drawn.blocks[0].x > 0
    again = chart([{**newest, "new": 30, "status": "preview"}, newest])
    assert again is not None
    assert (again.most, [mark.part for mark in again.failed]) == (10, ["preview"])
    assert chart([failed]) is None
    assert chart([]) is None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r", "\n", " =", "\u00a0@", "＝"])
def test_no_cell_begins_a_formula(start: str) -> None:
    """OPS-8: whatever a spreadsheet might take for one."""
    assert cell(f"{start}1+1") == f"'{start}1+1"
    assert cell({"raw": f"{start}1"}).startswith("{")


def test_cells_and_lines() -> None:
    """OPS-8: numbers stay numbers, quotes and commas are quoted, nothing is an empty cell."""
    assert [cell(each) for each in (-5, None, True, "Ann", DUE)] == [
        "-5",
        "",
        "yes",
        "Ann",
        "2026-11-22T02:00:00+00:00",
    ]
    text = "".join(lines(("a", "b"), [{"a": 'x"y', "b": "1,2"}] * 501))
    assert text.startswith("\ufeffa,b\r\n")
    assert text.count('"x""y","1,2"\r\n') == 501


def test_evidence_as_a_reader_may_see_it() -> None:
    """OPS-8, MAP-8: the key `raw` goes wherever it stands, another sync keeps its name to itself, all else stays."""
    evidence = {
        "misfits": {"age": {"raw": "old", "reason": "no number"}},
        "held_by_another": {"city": {"sync": "hers", "raw": "Bonn"}},
        "duplicate_of": "12",
        "list": [{"raw": 1}],
    }
    assert shown(evidence, Sight(people=False, syncs={"his"})) == {
        "misfits": {"age": {"reason": "no number"}},
        "held_by_another": {"city": {"sync": "a sync that you may not read"}},
        "duplicate_of": "12",
        "list": [{}],
    }
    assert shown(evidence, Sight(people=True, syncs={"hers"})) == evidence


def test_links_quote_what_they_hold() -> None:
    """OPS-8: a word of a reason is no path of its own; what has no value is left out."""
    link = Links("/airflow/contact-sync/")
    assert link("syncs", "a/b?c", reason="x&y", after=None) == "/airflow/contact-sync/syncs/a%2Fb%3Fc?reason=x%26y"
    assert {view["href"].split("/")[1] for view in views("/airflow")} == {"airflow"}
