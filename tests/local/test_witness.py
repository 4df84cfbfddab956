"""What the independent count starts from: sync files, criteria and the sandbox's own account of its records."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.local.conditions import is_met
from include.local.errors import LocalError
from include.local.services import MODULES
from include.local.sync_files import Sync, read_syncs
from include.local.witness import read_records, told
from include.sandbox.server import running

ORGANISATION = {
    "timezone": "Europe/Berlin",
    "accounts": {
        "r": {"kind": "recruit", "push": {"candidates": {"opened": {"list": "News"}}}},
        "c": {"kind": "creator", "timezone": "America/New_York"},
    },
}
PERSON = {"Department": " information TECHNOLOGY", "Years": 2, "Passed": 2016, "Email": " ", "Hot": True}


@pytest.fixture(scope="module")
def sandbox_url() -> Iterator[str]:
    with running(candidates=200, modules=MODULES.split(",")) as sandbox:
        yield sandbox.url


def only(tmp_path: Path, **keys: Any) -> Sync:
    """The only sync of a folder, with these keys of its file and this policy of the organisation."""
    (tmp_path / "syncs").mkdir()
    policies = keys.pop("policies", {})
    given = {"account": "r", "list": "News", "created": date(2026, 11, 1), "schedule": {"frequency": "daily"}, **keys}
    (tmp_path / "syncs" / "one.yaml").write_text(yaml.safe_dump(given), encoding="utf-8")
    (tmp_path / "organisation.yaml").write_text(yaml.safe_dump({**ORGANISATION, "policies": policies}))
    (sync,) = read_syncs(tmp_path)
    return sync


def test_syncs_run_daily_first_then_weekly_then_once(tmp_path: Path) -> None:
    (tmp_path / "syncs").mkdir()
    (tmp_path / "organisation.yaml").write_text("accounts: {}", encoding="utf-8")
    for name, frequency in {"a": "once", "b": "weekly", "c": "daily"}.items():
        text = f"list: L\nsource: {{module: Candidates, scope: all}}\nschedule: {{frequency: {frequency}}}\n"
        (tmp_path / "syncs" / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert [sync.sync_id for sync in read_syncs(tmp_path)] == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("policies", "keys", "after"),
    [
        pytest.param({}, {}, "2026-10-02T00:00:00-04:00", id="RET-3 the application's zone"),
        pytest.param({}, {"schedule": {"frequency": "daily", "timezone": "Asia/Tokyo"}}, "2026-10-02T00:00:00+09:00",
                     id="RET-8 the sync's zone"),
        pytest.param({"max_lookback_days": 1}, {}, "2026-10-31T00:00:00-04:00", id="RET-3 max_lookback_days"),
        pytest.param({"max_lookback_days": None}, {}, None, id="RET-3 no limit"),
        pytest.param({"creator_all": "unbounded"}, {}, None, id="RET-3 unbounded"),
        pytest.param({}, {"retrieve": {"after": "2026-10-30T00:00:00+01:00"}}, "2026-10-30T00:00:00+01:00",
                     id="RET-2 after"),
    ],
)  # fmt: skip
def test_where_a_first_fetch_of_a_report_begins(
    tmp_path: Path, policies: dict[str, Any], keys: dict[str, Any], after: str | None
) -> None:
    sync = only(tmp_path, account="c", source={"application": "desk", "report": "All"}, policies=policies, **keys)
    assert sync.report == ("desk", "All")
    assert sync.after == (None if after is None else datetime.fromisoformat(after))


@pytest.mark.parametrize(
    ("keys", "pushes"),
    [({}, True), ({"push": False}, False), ({"list": "Talks"}, False), ({"account": "c"}, False)],
    ids=["PUSH-0", "PUSH-0 turned off", "PUSH-0 another list", "PUSH-0 another account"],
)
def test_which_sync_pushes(tmp_path: Path, keys: dict[str, Any], pushes: bool) -> None:
    assert only(tmp_path, **keys).pushes is pushes


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        pytest.param(
            {"field": "Department", "is": "equals", "value": "Information Technology"}, True, id="CRIT-1 text"
        ),
        pytest.param({"field": "Department", "is": "not_in", "value": ["Sales"]}, True, id="CRIT-1 not_in"),
        pytest.param({"field": "Years", "is": "greater_equal", "value": 2}, True, id="CRIT-1 number"),
        pytest.param({"field": "Years", "is": "greater_than", "value": 2}, False, id="CRIT-1 greater_than"),
        pytest.param({"field": "Passed", "is": "between", "value": [2015, 2016]}, True, id="CRIT-1 inclusive"),
        pytest.param({"field": "Hot", "is": "equals", "value": True}, True, id="CRIT-1 yes or no"),
        pytest.param({"field": "Email", "is": "is_empty"}, True, id="CRIT-1 white space is empty"),
        pytest.param({"field": "Email", "is": "contains", "value": "x"}, False, id="CRIT-1 an empty value"),
        pytest.param({"field": "Email", "is": "not_contains", "value": "x"}, True, id="CRIT-1 an empty value, not_"),
        pytest.param({"field": "Potentials.City", "is": "starts_with", "value": "le"}, True, id="SRC-5 an alias"),
    ],
)
def test_one_condition(condition: dict[str, Any], met: bool) -> None:
    assert is_met({"conditions": {1: condition}}, [{**PERSON, "Job_Openings.City": "Leeds"}]) is met


@pytest.mark.parametrize(
    ("joined", "met"),
    [
        pytest.param({"pattern": "((1 and 2) AND (3 or 4))"}, True, id="CRIT-4"),
        pytest.param({}, False, id="CRIT-2 all by and"),
        pytest.param({"joiners": ["and", "and", "or"]}, True, id="CRIT-2 joiners"),
        pytest.param({"joiners": ["or", "or", "and"]}, True, id="CRIT-2 nested left"),
        pytest.param({"pattern": "1 and (2 and (3 and 4))"}, False, id="CRIT-3"),
    ],
)
def test_joined_conditions(joined: dict[str, Any], met: bool) -> None:
    years = [{"field": "Passed", "is": "equals", "value": year} for year in (2015, 2016)]
    conditions = {
        1: {"field": "Department", "is": "equals", "value": "Information Technology"},
        2: {"field": "Years", "is": "greater_equal", "value": 2},
        3: years[0],
        4: years[1],
    }
    assert is_met({"conditions": conditions, **joined}, [PERSON]) is met


@pytest.mark.parametrize(
    "condition",
    [{"field": "Years", "is": "resembles", "value": 2}, {"field": "Owner", "is": "equals", "value": "x"}],
    ids=["operator", "type"],
)
def test_what_the_count_does_not_know_is_said(condition: dict[str, Any]) -> None:
    with pytest.raises(LocalError, match="independent count"):
        is_met({"conditions": {1: condition}}, [{**PERSON, "Owner": {"id": "1"}}])


def test_rows_of_a_report_come_in_the_shape_of_candidates(sandbox_url: str) -> None:
    """SRC-6: nobody of a report waits for approval or was converted."""
    rows = read_records(sandbox_url, Sync("a", "L", report=("talent-desk", "All_Applicants")))
    assert len(rows) == 1182
    assert {(row["approved"], row["converted"]) for row in rows} == {(True, False)}
    assert "@" in next(row["email"] for row in rows if row["kind"] == "plain")
    with pytest.raises(LocalError, match="one e-mail field only, not 2"):
        read_records(sandbox_url, Sync("a", "L", report=("alumni-circle", "All_Alumni")))
    with pytest.raises(LocalError, match="HTTP 400"):
        read_records(sandbox_url, Sync("a", "L", report=("talent-desk", "All_Applicant")))


def met(sandbox_url: str, condition: dict[str, Any], module: str = "Contacts", **more: Any) -> set[str]:
    sync = Sync("a", "L", module=module, criteria={"conditions": {1: condition}}, **more)
    return {row["id"] for row in read_records(sandbox_url, sync) if row["matches"]}


def test_contacts_meet_by_their_client(sandbox_url: str) -> None:
    """SRC-5: all contacts of clients of one industry, and nobody without a client."""
    found = met(sandbox_url, {"field": "Accounts.Industry", "is": "equals", "value": "it"})
    rest = met(sandbox_url, {"field": "Clients.Industry", "is": "not_in", "value": ["IT"]})
    assert 100 < len(found) < 250
    assert found.isdisjoint(rest)
    assert len(found | rest) == len(told(sandbox_url, "kinds/Contacts"))


def test_contacts_meet_by_their_own_openings_else_by_their_client_s(sandbox_url: str) -> None:
    """SRC-5: under contact_job_path: contact somebody with openings is not judged by those of the client."""
    status = {"field": "Job_Openings.Job_Opening_Status", "is": "equals", "value": "Filled"}
    by_contact, by_client = met(sandbox_url, status), met(sandbox_url, status, own_openings_first=False)
    assert by_contact < by_client


def test_related_records_of_other_modules_are_refused(sandbox_url: str) -> None:
    with pytest.raises(LocalError, match="of Contacts only"):
        met(sandbox_url, {"field": "Job_Openings.City", "is": "is_empty"}, "Candidates")
