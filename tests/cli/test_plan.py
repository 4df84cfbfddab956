"""`contact-sync plan`, against the sandbox over HTTP and a real Postgres: what the next run would do, and why."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stamina

from contact_sync.cli.connections import account_fingerprint
from contact_sync.config.loader import load_syncs
from contact_sync.core.run import RunType
from contact_sync.warehouse import organisation
from contact_sync.warehouse.accounts import see
from contact_sync.warehouse.database import open_warehouse
from tests.cli.conftest import ORGANISATION, SYNC, Ended
from tests.cli.doctoring import KEY, zoho
from tests.stages.snapshot import CALLS, everything
from tests.stages.test_push import add_member, opened
from tests.stages.world import World

DAILY = "candidates_daily"
PROJECT = Path(__file__).parents[2]
EXPERIENCED = """\
source:
  module: Candidates
  scope: criteria
  criteria: {conditions: {1: {field: Experience_in_Years, is: greater_equal, value: 5}}}
"""
"""No search is sent for it, so that every record is read and judged here."""
CRITERIA = """\
source:
  module: Candidates
  scope: criteria
  criteria:
    conditions:
      1: {field: Country, is: equals, value: "49"}
      2: {field: Experience_in_Years, is: greater_equal, value: 2}
      3: {field: City, is: contains, value: Berlin}
      4: {field: City, is: equals, value: "10115"}
      5: {field: Department, is: equals, value: Information Technology}
    pattern: "(1 and 2 and (3 or 4) and 5)"
"""


class Table(World):
    """Runs of the configured syncs as Airflow would make them, and plans of them."""

    folder: Path
    command: Callable[..., Ended]

    def write(self, text: str, sync_id: str = DAILY) -> None:
        """The file of a sync from now on."""
        (self.folder / "syncs" / f"{sync_id}.yaml").write_text(text)
        self.syncs = load_syncs(self.folder).syncs

    def plan(self, *options: str) -> dict[str, Any]:
        """The plan as JSON; the command ends well."""
        done = self.command("plan", DAILY, "--output", "json", *options)
        assert (done.code, "@" in done.out) == (0, False), done.err
        return dict(json.loads(done.out))


@pytest.fixture
def table(run: Callable[..., Ended], folder: Path, healthy: str, sandbox: str) -> Table:
    """Twenty candidates, a key, a warehouse, and the daily sync."""
    for name in ("expectations", "reference", "sql"):
        (folder / name).symlink_to(PROJECT / "include" / name)
    made = Table(sandbox, open_warehouse(healthy, KEY), load_syncs(folder).syncs)
    made.folder, made.command = folder, run
    return made


def test_a_sync_that_nobody_knows_yet(table: Table) -> None:
    """OPS-2, LIM-5: a first fetch, to the last record; afterwards only calls and the token are there, and their key."""
    organisation = table.folder / "organisation.yaml"
    organisation.write_text(ORGANISATION.replace("{kind: recruit}", "{kind: recruit, daily_credits: 5000}"))
    before = everything(table.warehouse)
    told = table.plan()
    after = everything(table.warehouse)
    assert {name for name in before if before[name] != after[name]} <= {"sync.organisation"} | CALLS
    assert after["sync.sync"] == after["sync.fetch"] == after["contacts.mailing_list"] == []
    assert (told["state"], told["works"], told["why"]) == ("new", True, "first")
    assert (told["window"]["from"], told["window"]["first"]) == (None, True)
    assert told["reading"] == {"way": "listing", "warnings": []}
    assert told["records"]["counts"]["read"] == 20
    spent = table.rows("SELECT count(*) AS calls, sum(cost) AS cost FROM sync.credit")[0]
    assert (told["credits"]["plan_calls"], told["credits"]["plan_cost"]) == (spent["calls"], spent["cost"])
    assert f"The next run: about {spent['cost']}, as this plan has cost" in told["credits"]["told"][0]
    assert told["credits"]["told"][1].endswith("A day: 5,000 (rolling 24 hours).")
    done = table.fetch(DAILY)
    assert told["records"]["counts"] == {name: done.counts[name] for name in told["records"]["counts"]}


def test_for_people_and_for_a_pull_request(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-2: records by their ids; addresses on a terminal, for who asks; never in files and logs."""
    record = table.kinds()[0]["id"]
    table.edit(record, Email="somebody@example.org", City="a | b")
    shown = table.command("plan", DAILY, "--rows", "3")
    assert shown.code == 0
    for words in ("State: new: no run has registered it yet", "It is the first fetch", record, "Join the list: "):
        assert words in shown.out
    page = table.command("plan", DAILY, "--output", "markdown", "--rows", "3")
    assert page.out.startswith("## The next run of candidates\\_daily\n\n- ")
    assert "| --- | --: |\n| read | 20 |\n" in page.out
    assert "@" not in shown.out + shown.err + page.out + page.err
    for options in ((), ("--output", "markdown"), ("--output", "json")):
        refused = table.command("plan", DAILY, "--show-addresses", *options)
        assert (refused.code, "for text on a terminal" in refused.err) == (2, True)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    assert "somebody@example.org" in table.command("plan", DAILY, "--show-addresses", "--rows", "20").out


def test_what_makes_it_a_first_fetch_again(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """RET-11: each key that changed, from what to what; other changes do not; nothing is read for it."""
    table.fetch(DAILY)
    at = table.one("SELECT value FROM sync.watermark")
    table.write(SYNC.replace("02:00", "03:00") + "overlap_minutes: 30\n")
    told = table.plan("--no-read")
    assert (told["why"], told["changes"], told["window"]["first"]) == ("changes", [], False)
    assert told["window"]["from"] < at.isoformat()
    table.write(SYNC.replace("Talent news", "Jobs") + "retrieve: {after: 2026-11-01T00:00:00+01:00}\n" + CRITERIA)
    told = table.plan("--no-read")
    changes = {each["key"]: (each["before"], each["after"]) for each in told["changes"]}
    assert (told["why"], told["window"]["first"]) == ("changed", True)
    assert changes.keys() == {"list", "retrieve", "source.scope", "source.criteria"}
    assert (changes["list"], changes["source.scope"]) == (("Talent news", "Jobs"), ("all", "criteria"))
    assert changes["retrieve"] == (None, "2026-10-31T23:00:00Z")
    assert told["window"]["from"] == "2026-10-31T23:00:00+00:00"
    assert told["records"] is None
    assert {"what": "what becomes of records", "why": "they were not read (--no-read)"} in told["cannot_tell"]
    monkeypatch.setenv("COLUMNS", "300")
    shown = table.command("plan", DAILY, "--no-read")
    for words in ("Talent news", "Jobs", "2026-11-01 00:00", "3: City contains Berlin", "pattern (", "(RET-11):"):
        assert words in shown.out
    table.write(SYNC)
    table.initiate(DAILY)
    assert table.plan("--no-read")["why"] == "initiated"


def test_conditions_that_are_not_sent(table: Table) -> None:
    """CRIT-5: each condition that the search is not asked for, with why; later fetches do not search at all."""
    table.write(SYNC + CRITERIA)
    told = table.plan()
    why = {each["number"]: each["why_not"] for each in told["conditions"]}
    assert (told["reading"]["way"], [each["sent"] for each in told["conditions"]]) == ("search", [True, *[False] * 4])
    assert why[2] == "the search surely understands equals and starts_with, not greater_equal"
    assert why[4].startswith("it is joined by 'or' with one that is not sent")
    assert why[5] == "the search may tell upper from lower case (policy search_ignores_case)"
    table.fetch(DAILY)
    told = table.plan("--no-read")
    assert (told["reading"]["way"], any(each["sent"] for each in told["conditions"])) == ("listing", False)
    assert told["conditions"][0]["why_not"].startswith("this run does not search: it reads what changed")


def test_new_fields_stay_unfilled(table: Table) -> None:
    """MAP-4: people whom the next fetch does not read, before and after reading."""
    first = table.fetch(DAILY)
    table.write(SYNC + "mapping: {email: Email, fields: {town: City}}\n")
    table.edit(table.kinds()[0]["id"], City="Atlantis")
    told = table.plan()
    assert told["new_fields"] == {"fields": ["town"], "people_lacking": first.counts["new"]}
    (warning,) = told["records"]["warnings"]
    assert f"(town). {first.counts['new'] - 1} people of the list lack them" in warning
    assert told["records"]["status"] == "degraded"
    assert "New contact fields: town (MAP-4). " in table.command("plan", DAILY, "--no-read").out


PUSHING = """\
accounts:
  recruit_demo:
    kind: recruit
    push: {candidates: {opened: {list: Talent news}}}
"""


def test_who_leaves_and_who_is_pushed(table: Table) -> None:
    """OPS-2: removals with their reasons, pushes with what only Recruit's answer tells."""
    accounts = "accounts:\n  recruit_demo: {kind: recruit}\n"
    (table.folder / "organisation.yaml").write_text(ORGANISATION.replace(accounts, PUSHING))
    table.write(SYNC.replace("keep}", "remove_from_list}"))
    table.fetch(DAILY)
    opened(table, add_member(table, "web@example.org"))
    gone = table.one("SELECT record_id FROM contacts.source_link ORDER BY record_id LIMIT 1")
    table.control("POST", "records/Candidates/delete", {"ids": [gone], "type": "recycle"})
    done = table.command("plan", DAILY)
    assert "Memberships of the list that end: 1; records deleted at the source: 1\n" in done.out
    sent = (
        "Candidates, opened: 1 person would be sent, for 4 credits. Whether Recruit takes them only its answer tells."
    )
    assert sent in done.out
    assert "Not sent: imported_from_recruit " in done.out
    told = table.plan()
    assert told["records"]["leaving"] == [{"reason": "deleted", "reach": "list", "people": 1}]
    assert [(each["to_push"], each["taken"]) for each in told["records"]["pushes"]] == [(1, "cannot tell")]
    assert {"what": "which pushes are taken", "why": "only Recruit's answer tells"} in told["cannot_tell"]
    table.write(SYNC.replace("keep}", "remove_from_list}") + "push: false\n")
    assert "This sync does not push." in table.command("plan", DAILY).out


def test_a_changed_file_and_the_last_fetch(table: Table) -> None:
    """OPS-2: what it would do to the records of the last fetch, while they are staged; else why nobody can tell."""
    first = table.fetch(DAILY)
    people = first.counts["new"]
    assert table.plan("--no-read")["last_fetch"] is None
    before = everything(table.warehouse)
    table.write(SYNC.replace("Talent news", "Jobs") + "overlap_minutes: 30\n")
    told = table.plan("--no-read")["last_fetch"]
    assert (told["fetch_id"], told["changed"], told["records"], told["unknown"]) == (first.fetch_id, ["list"], 20, [])
    assert told["turns"] == [
        {"was": ["duplicate", "in_list", False], "becomes": ["duplicate", "other_list", True], "records": people}
    ]
    assert everything(table.warehouse) == before
    table.write(SYNC.replace("keep}", "remove_from_list, opt_out: remove_from_list}") + "mapping: {first_name: null}\n")
    told = table.plan("--no-read")["last_fetch"]
    assert (told["changed"], told["unknown"]) == (["mapping", "options.deleted", "options.opt_out"], ["mapping"])
    shown = table.command("plan", DAILY, "--no-read").out
    assert "Cannot tell without reading again what these do: mapping." in shown
    table.execute(f"DROP TABLE staging.fetch_{first.fetch_id}")
    assert table.plan("--no-read")["last_fetch"]["lost"] == "its staged rows are gone (retention.staging_days)"
    table.write(SYNC + "source: {module: Contacts}\n")
    done = table.command("plan", DAILY, "--no-read", "--output", "json")
    assert "another source now" in json.loads(done.out)["last_fetch"]["lost"]


def test_what_needs_the_source_is_read_again(table: Table) -> None:
    """OPS-2: other criteria, beside what the last fetch made of the same records; the run that follows makes that."""
    first = table.fetch(DAILY)
    lines = table.one("SELECT count(*) FROM sync.ledger WHERE fetch_id = :id", id=first.fetch_id)
    table.write(SYNC + EXPERIENCED)
    before = everything(table.warehouse)
    told = table.plan("--rows", "0")
    again = {(each["was"], each["becomes"]): each["records"] for each in told["records"]["reread"]}
    assert (told["last_fetch"]["unknown"], sum(again.values())) == (["criteria", "scope"], lines)
    assert 0 < again["taken", "out_of_scope: pattern"] <= first.counts["new"]
    assert again.get(("taken", "taken"), 0) + again["taken", "out_of_scope: pattern"] == first.counts["new"]
    shown = table.command("plan", DAILY).out
    assert f"Read again with the changed file, as the source is now: {lines} of its records; " in shown
    assert "Cannot tell without reading again" not in shown
    assert {name for name, rows in everything(table.warehouse).items() if rows != before[name]} <= CALLS
    real = table.fetch(DAILY)
    left_out = table.one(
        "SELECT count(*) FROM sync.ledger WHERE fetch_id = :id AND reason = 'pattern'", id=real.fetch_id
    )
    assert left_out == sum(records for (_, now), records in again.items() if now == "out_of_scope: pattern")
    table.write(SYNC + EXPERIENCED + "mapping: {first_name: null}\n")
    assert f"{lines} were not read: they lie outside the window" in table.command("plan", DAILY).out


def test_a_changed_file_that_lies_elsewhere(table: Table, tmp_path: Path) -> None:
    """OPS-2: a branch's file: what changed, from what to what, record by record; the sync's own file stays in force."""
    first = table.fetch(DAILY)
    before, draft = everything(table.warehouse), tmp_path / "draft.yaml"
    draft.write_text(SYNC.replace("Talent news", "Jobs").replace("02:00", "03:00"))
    told = table.plan("--no-read", "--changed", str(draft), "--rows", "3")["last_fetch"]
    settings = {each["key"]: (each["before"], each["after"]) for each in told["settings"]}
    assert settings == {"list": ("Talent news", "Jobs"), "schedule.at": ("02:00", "03:00")}
    (turn,) = told["turns"]
    assert turn["records"] == first.counts["new"]
    assert [(row["was"], row["becomes"]) for row in told["rows"]] == [(turn["was"], turn["becomes"])] * 3
    assert {row["record_id"] for row in told["rows"]} <= {each["id"] for each in table.kinds()}
    page = table.command("plan", DAILY, "--no-read", "--changed", str(draft), "--output", "markdown").out
    assert "| Setting | Was | Is |\n| --- | --- | --- |\n| list | Talent news | Jobs |\n" in page
    assert "| duplicate / in\\_list | duplicate / other\\_list, joins the list | " in page
    assert "@" not in page
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert all(line.endswith(" |") for line in rows)
    draft.write_text(SYNC.replace("02:00", "03:00"))
    told = table.plan("--no-read", "--changed", str(draft))["last_fetch"]
    assert (told["changed"], told["turns"], told["lost"]) == ([], [], None)
    assert everything(table.warehouse) == before
    assert table.plan("--no-read")["last_fetch"] is None


def test_a_changed_file_that_is_no_good(table: Table, tmp_path: Path) -> None:
    """OPS-2, LIM-4: the errors of lint with file and line; a file that is not there; checks that would refuse."""
    draft = tmp_path / "draft.yaml"
    missing = table.command("plan", DAILY, "--changed", str(draft))
    assert (missing.code, "there is no file" in missing.err) == (2, True)
    draft.write_text(SYNC + "ovrlap_minutes: 3\n")
    broken = table.command("plan", DAILY, "--changed", str(draft))
    assert (broken.code, "draft.yaml:7: ovrlap_minutes" in broken.err) == (1, True)
    draft.write_text(SYNC)
    unknown = table.command("plan", "candidates_dayly", "--changed", str(draft))
    assert (unknown.code, "Did you mean 'candidates_daily'?" in unknown.err) == (2, True)
    table.edit(table.kinds()[0]["id"], Email="nobody")
    table.fetch(DAILY)
    draft.write_text(SYNC + "validation: {max_invalid_share: 0}\n")
    told = table.plan("--no-read", "--changed", str(draft))["last_fetch"]
    assert (told["changed"], told["turns"]) == (["validation.max_invalid_share"], [])
    assert "fetch" in told["refused"]
    done = table.command("plan", DAILY, "--no-read", "--changed", str(draft))
    assert "The checks would refuse it: " in done.out


def test_a_sync_that_does_not_run(table: Table) -> None:
    """OPS-2, LIM-1, LIM-2: why, what to do, and all the same what the run would find."""
    table.fetch(DAILY)
    table.command("deactivate", DAILY, "--reason", "holidays")
    told = table.plan()
    assert (told["state"], told["works"], told["would_not"]["reason"]) == ("by_hand", False, "by_hand")
    assert "contact-sync activate candidates_daily" in told["would_not"]["remedy"]
    assert told["records"]["counts"]["read"] == 0
    table.command("activate", DAILY)
    table.write(SYNC, "others_daily")
    (table.folder / "organisation.yaml").write_text(ORGANISATION + "policies: {syncs_per_day: 1}\n")
    done = table.command("plan", "others_daily", "--no-read")
    assert (done.code, "A run now would not work: daily_limit. " in done.out) == (0, True)
    assert "1 of 1 places taken. Active: 1 of 10." in done.out
    (table.folder / "organisation.yaml").write_text(
        ORGANISATION + "policies: {syncs_per_day: 1, over_limit: next_day}\n"
    )
    assert "A run now would not work: NextDay. others_daily waits" in table.command("plan", "others_daily").out
    table.write(SYNC + "retrieve: {after: 2100-01-01T00:00:00+01:00}\n", "others_daily")
    done = table.command("plan", "others_daily")
    assert "what becomes of records: no window is known" in done.out


def test_changed_credentials(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-2, ACC-4: the connection may lead to another account by now: nothing of it is read, nobody is deactivated."""
    table.fetch(DAILY)
    known = account_fingerprint("recruit_demo", table.warehouse)
    with table.warehouse.transaction() as connection:
        see(connection, "recruit_demo", str(known), deactivate=True, now=datetime.now(UTC))
    other = json.loads(zoho(table.url))
    other["extra"]["primary_email"] = "somebody.else@zylker.example"
    monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_DEMO", json.dumps(other))
    told = table.plan()
    assert (told["state"], told["would_not"]["reason"], told["records"]) == ("active", "credentials_changed", None)
    assert told["cannot_tell"] == [
        {"what": "what becomes of records", "why": "the connection may lead to another account by now"}
    ]
    assert table.one("SELECT state FROM sync.sync") == "active"


def test_a_fetch_under_way(table: Table) -> None:
    """OPS-2, OPS-10: the run would wait for it; the plan does not."""
    begun = table.extract(table.run_info(DAILY, RunType.MANUAL))
    told = table.plan()
    assert told["under_way"] == begun.fetch_id
    assert told["records"]["counts"]["read"] == 20


def test_a_load_that_takes_its_time(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-2: a plan waits for a load only a while; then all but the records is told, and no run would fail by that."""
    table.fetch(DAILY)
    monkeypatch.setattr("contact_sync.warehouse.rehearsal.LOCK_WAIT", "300ms")
    with table.warehouse.transaction() as connection:
        organisation.lock(connection)
        told = table.plan()
    assert (told["works"], told["reading"]["way"], told["records"]) == (True, "listing", None)
    why = {each["what"]: each["why"] for each in told["cannot_tell"]}["what becomes of records"]
    assert "canceling statement due to lock timeout" in why


def test_a_run_that_would_fail(table: Table) -> None:
    """OPS-2: exit code 1 and the very error, whether by the source or by the checks; nothing is left of it."""
    table.fetch(DAILY)
    before = everything(table.warehouse)
    table.write(SYNC + "mapping: {email: E_Mail}\n")
    done = table.command("plan", DAILY)
    assert (done.code, "A run now would fail: ConfigError: " in done.out, "no field E_Mail" in done.out) == (
        1,
        True,
        True,
    )
    table.write(SYNC + "each_fetch: all\nvalidation: {max_invalid_share: 0}\n")
    table.edit(table.kinds()[0]["id"], Email="nobody")
    done = table.command("plan", DAILY, "--output", "json")
    assert (done.code, json.loads(done.out)["would_fail"].startswith("BatchRefused: ")) == (1, True)
    assert {"what": "what becomes of records", "why": "the run would fail before that"} in json.loads(done.out)[
        "cannot_tell"
    ]
    assert everything(table.warehouse) == before


def test_what_is_not_at_hand(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-2: without the account or its key the plan says what it cannot tell, and why; it is no failure of the run."""
    monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_DEMO", zoho("http://127.0.0.1:1"))
    with stamina.set_testing(True, attempts=1):
        told = table.plan()
    assert (told["works"], told["reading"], told["records"]) == (True, None, None)
    assert [each["what"] for each in told["cannot_tell"]] == ["what becomes of records", "how it reads"]
    monkeypatch.delenv("AIRFLOW_CONN_RECRUIT_DEMO")
    assert "no Airflow connection 'recruit_demo' is known here" in table.plan()["cannot_tell"][1]["why"]
    monkeypatch.delenv("CONTACT_SYNC_KEY")
    assert "CONTACT_SYNC_KEY is not set" in table.plan()["cannot_tell"][1]["why"]


def test_mistakes(run: Callable[..., Ended], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-2: an unknown sync with the close match, a broken file with its line, no warehouse."""
    unknown = run("plan", "candidates_dayly")
    assert (unknown.code, "Did you mean 'candidates_daily'?" in unknown.err) == (2, True)
    monkeypatch.setenv("CONTACT_SYNC_WAREHOUSE_URL", "postgresql://nobody@127.0.0.1:1/none")
    nowhere = run("plan", DAILY)
    assert (nowhere.code, "The contacts warehouse did not answer" in nowhere.err) == (1, True)
    (folder / "syncs" / "candidates_daily.yaml").write_text(SYNC + "ovrlap_minutes: 3\n")
    broken = run("plan", DAILY)
    assert (broken.code, "candidates_daily.yaml:7: ovrlap_minutes" in broken.err) == (1, True)
