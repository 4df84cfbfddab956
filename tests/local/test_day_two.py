"""Day two of the demo without an Airflow: who plays, the full plan that only one demo sees, what is said of a gap."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from include.local import day_two, demo
from include.local.comparing import COUNTERS, EVERYTHING, is_complete
from include.local.errors import LocalError
from include.local.expected import count
from include.local.fetching import Fetching
from include.local.include_folder import OURS, IncludeFolder
from include.local.organisation import Organisation
from include.local.rest import ATTEMPTS, AirflowApi
from include.local.services import Services
from include.local.state import State
from include.local.sync_files import Sync, read_syncs

RECORDS = [{"id": str(n), "kind": "plain", "email": f"P{n}@x.org", "duplicate_of": None} for n in range(1, 12)]
MEMBERS = {f"p{n}@x.org" for n in range(1, 12)}


def test_ordinary_members_with_an_address_of_their_own_play() -> None:
    """Everybody once, in the order of the ids; else what becomes of them would hang on something else, too."""
    shared = {"id": "12", "kind": "duplicate_case", "email": "p2@x.org", "duplicate_of": "2"}
    records = [shared, *reversed(RECORDS[1:]), {**RECORDS[0], "kind": "role_address"}]
    people = day_two.choose(records, MEMBERS - {"p3@x.org"})
    assert list(people) == list(day_two.ROLES)
    assert [each["id"] for each in people.values()] == ["4", "5", "6", "7", "8", "9", "10"]
    with pytest.raises(LocalError, match="ordinary alumni"):
        day_two.choose(records, set())


def test_what_happened_is_told_to_the_independent_count() -> None:
    known = Organisation(known=set(MEMBERS), lists={"L": set(MEMBERS), "M": set(MEMBERS)})
    day_two.tell(known, "L", day_two.choose(RECORDS, MEMBERS))
    gone = {"p6@x.org", "p7@x.org"}
    assert (known.known, known.members("M")) == (MEMBERS - gone, MEMBERS - gone)
    assert known.members("L") == MEMBERS - gone - {"p5@x.org"}
    assert (known.left, known.suppressed) == ({"p6@x.org"}, {"p7@x.org": "erased"})
    assert (known.unsubscribed, known.taken_out) == ({"L": {"p4@x.org"}}, {"L": {"p5@x.org"}})


def test_the_limit_leaves_room_for_whom_the_first_fetch_had_not_read_yet() -> None:
    """OUT-15: right after a due moment of the month; they were created earlier, so they come first."""
    sync, end = Sync("all", "L"), datetime.now(UTC)
    times = [end - timedelta(days=9)] * 3 + [end + timedelta(minutes=1)] * (2 + day_two.WAITING)
    records = [
        {**record, "updated_on": at.isoformat(), "created_time": at.isoformat(), "approved": True, "converted": False}
        | {"views": []}
        for record, at in zip(RECORDS, times, strict=False)
    ]
    known = Organisation()
    count(records, sync, end, known)
    limit = day_two.limit_for(records, sync, known)
    assert (limit, len(known.known)) == (5, 3)
    assert count(records, replace(sync, contact_limit=limit), end + timedelta(days=1), known)["new"] == 2


def test_one_demo_has_a_full_plan_and_no_other(tmp_path: Path) -> None:
    """OUT-15: include/ itself is untouched, and whatever else lies in it is seen as it is."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    before = (OURS / "organisation.yaml").read_text("utf-8")
    one, two = IncludeFolder(tmp_path / "one"), IncludeFolder(tmp_path / "two")
    one.limit(5)
    one.limit(7)
    assert {sync.contact_limit for sync in read_syncs(one.path)} == {7}
    assert {each.name for each in one.path.iterdir()} == {each.name for each in OURS.iterdir()}
    assert {sync.contact_limit for sync in read_syncs(two.path)} == {None}
    one = IncludeFolder(tmp_path / "one")  # a start after a crash
    assert one.path.resolve() == OURS
    assert (OURS / "organisation.yaml").read_text("utf-8") == before


def test_what_the_history_lacks_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """OUT-1 to OUT-15: `make demo-once` fails by it."""
    assert is_complete([_fetch(set(EVERYTHING)), _fetch(set())])
    for missing in EVERYTHING:
        capsys.readouterr()
        assert not is_complete([_fetch(set(EVERYTHING) - {missing}), _fetch(set())])
        assert " ".join(capsys.readouterr().out.split()).endswith(f"nobody who is {missing}")


def _fetch(shown: set[str]) -> dict[str, Any]:
    """A fetch as `contact-sync history --output json` prints it, with one record each of what it is to show."""
    rows: dict[str, list[dict[str, Any]]] = {"ignored": [], "out_of_scope": []}
    for name in shown:
        outcome, dot, reason = name.partition(".")
        if dot:
            rows[outcome].append({"reason": reason, "sub_code": None, "records": 1})
    numbers = {name: int(name in shown) for name in COUNTERS}
    return {**numbers, "ignored_by_reason": rows["ignored"], "out_of_scope_by_cause": rows["out_of_scope"]}


def test_day_two_needs_its_example_and_is_remembered_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Interrupted half-way it is not played again: a second start finds its people changed already."""
    state, remembered = State(tmp_path), []
    services = Services(state)
    monkeypatch.setattr(day_two, "play", lambda *_: remembered.append(state.recall("day_two")))
    monkeypatch.setattr(demo, "_start", lambda *_: None)
    fetching = Fetching(services, AirflowApi("http://127.0.0.1:9", "admin", "x"), Organisation(), pauses=False)
    include = IncludeFolder(tmp_path)
    demo._day_two(fetching, include, [Sync("another", "L")])
    assert (remembered, state.recall("day_two")) == ([], None)
    demo._day_two(fetching, include, read_syncs(include.path))
    assert remembered == [True]
    assert demo._first_light(services, once=False)
    assert "not played twice" in capsys.readouterr().out


def test_a_question_that_gets_no_answer_is_asked_again_an_act_is_not() -> None:
    """A busy machine lets an answer come late; a run that is asked for twice would be two runs."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        if request.method == "POST" or asked.count("GET") < ATTEMPTS:
            raise httpx.ReadTimeout("late", request=request)
        return httpx.Response(200, text=json.dumps({"dags": []}))

    api = AirflowApi("http://127.0.0.1:9", "admin", "x")
    api._client = httpx.Client(base_url="http://127.0.0.1:9", transport=httpx.MockTransport(answer))
    assert api.dags() == {}
    with pytest.raises(LocalError, match="did not answer POST"):
        api.trigger("any")
    assert asked.count("POST") == 1
