"""Every kind of source through the stages: modules, criteria over one and several modules, reports of Creator.

What must come out is counted from the sandbox's own records, read by its control routes, in plain Python.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.person_words import judged_conditions
from contact_sync.errors import ConfigError, SourceRenamed
from contact_sync.warehouse import statements
from contact_sync.warehouse.database import Warehouse
from include.sandbox.server import running
from tests.stages.sources import condition, sync_of
from tests.stages.world import World

MODULES = ["Candidates", "Contacts", "Clients", "Job_Openings", "Applications", "Alumni", "Speakers", "Venues"]
SIZES = {"contacts": 120, "clients": 15, "job_openings": 24, "applications": 240, "alumni": 60}


@pytest.fixture
def wide(warehouse: Warehouse) -> Iterator[World]:
    """A sandbox that offers every module, with few records in each."""
    with running(candidates=300) as sandbox:
        world = World(sandbox.url, warehouse, {})
        world.control("POST", "reset", {"candidates": 300, "modules": MODULES, **SIZES})
        yield world


def records(world: World, module: str) -> dict[str, dict[str, Any]]:
    """Every live record of a module by its id, as the sandbox keeps it."""
    ids = [each["id"] for each in world.control("GET", f"kinds/{module}")]
    found: dict[str, dict[str, Any]] = {}
    for first in range(0, len(ids), 100):
        some = world.control("GET", f"records/{module}?ids={','.join(ids[first : first + 100])}")
        found |= {row["id"]: row for row in some}
    return found


def kept(world: World, sync: ResolvedSync) -> set[str]:
    """Ids of the records that the last fetch of a sync did not put out of scope by its pattern."""
    return {
        row["record_id"]
        for row in world.rows(
            "SELECT record_id FROM sync.ledger WHERE fetch_id = (SELECT max(fetch_id) FROM sync.fetch JOIN sync.sync "
            "USING (sync_no) WHERE sync_id = :sync_id) AND reason IS DISTINCT FROM 'pattern'",
            sync_id=sync.sync_id,
        )
    }


def how_read(world: World) -> dict[str, Any]:
    """How the last fetch was read."""
    query = (
        "SELECT read_by, conditions_sent, rows_returned, rows_kept, rows_contradicting, status, warnings "
        "FROM sync.fetch ORDER BY fetch_id DESC LIMIT 1"
    )
    return dict(world.rows(query)[0])


def lookup(row: dict[str, Any], field: str) -> str | None:
    """The id that a lookup points at."""
    value = row.get(field)
    return value.get("id") if isinstance(value, dict) else None


def client_sync(industry: str, **keys: Any) -> ResolvedSync:
    criteria = {
        "conditions": {1: condition("Accounts.Industry", "equals", industry), 2: condition("Email", "is_not_empty")}
    }
    return sync_of("by_client", source={"module": "Contacts", "scope": "criteria", "criteria": criteria}, **keys)


def industries(world: World) -> dict[str, str]:
    return {record_id: row["Industry"] for record_id, row in records(world, "Clients").items()}


def test_contacts_by_a_field_of_their_client(wide: World) -> None:
    """SRC-4, SRC-5, CRIT-5: Contacts whose Client is of an industry; the others are out of scope, and say why."""
    by_client = industries(wide)
    industry = sorted(by_client.values())[0]
    sync = client_sync(industry.upper())
    manifest = wide.fetch(sync.sync_id, sync)
    contacts = records(wide, "Contacts")
    expected = {
        record_id
        for record_id, row in contacts.items()
        if by_client.get(lookup(row, "Client_Name") or "") == industry and (row.get("Email") or "").strip()
    }
    assert kept(wide, sync) == expected
    assert expected
    read = how_read(wide)
    assert (read["read_by"], read["conditions_sent"]) == ("listing", None)
    assert (read["rows_returned"], read["rows_kept"]) == (len(contacts), len(expected))
    assert manifest.counts["out_of_scope"] == len(contacts) - len(expected)
    evidence = wide.rows("SELECT evidence FROM sync.ledger WHERE reason = 'pattern'")
    assert {tuple(row["evidence"]["unmet_conditions"]) for row in evidence} <= {(1,), (2,), (1, 2)}


def test_the_ledger_tells_each_condition(wide: World) -> None:
    """CRIT-6: true or false for every record of a fetch, as the records themselves have it."""
    by_client = industries(wide)
    industry = sorted(by_client.values())[0]
    sync = client_sync(industry)
    wide.fetch(sync.sync_id, sync)
    words = {True: "true", False: "false"}
    for record_id, row in records(wide, "Contacts").items():
        of_industry = by_client.get(lookup(row, "Client_Name") or "") == industry
        addressed = bool((row.get("Email") or "").strip())
        values = {"sync_id": sync.sync_id, "record_id": record_id, "most": 9}
        with wide.warehouse.transaction() as connection:
            (line,) = statements.run(connection, "page/record", **values).mappings()
        assert judged_conditions(line) == [
            f"1 Clients.Industry equals {industry}: {words[of_industry]}",
            f"2 Email is_not_empty: {words[addressed]}",
            f"pattern (1 and 2): {words[of_industry and addressed]}",
        ]


def test_a_changed_client_brings_its_contacts_back(wide: World) -> None:
    """ADV-7, SRC-5: a Client that becomes one of the wanted industry makes its Contacts qualify without a change."""
    by_client = industries(wide)
    industry = sorted(by_client.values())[0]
    sync = client_sync(industry)
    wide.fetch(sync.sync_id, sync)
    wide.control("POST", "clock", {"advance_seconds": 7200})
    contacts = records(wide, "Contacts")
    other = next(
        each
        for each in by_client
        if by_client[each] != industry
        and any(lookup(row, "Client_Name") == each and (row.get("Email") or "").strip() for row in contacts.values())
    )
    wide.control("POST", "records/Clients", {"edits": [{"id": other, "Industry": industry}]})
    wide.fetch(sync.sync_id, sync)
    read = how_read(wide)
    assert (read["rows_returned"], read["rows_kept"]) == (0, 0)  # no Contact changed: they came beside the listing
    expected = {
        record_id
        for record_id, row in contacts.items()
        if lookup(row, "Client_Name") == other and (row.get("Email") or "").strip()
    }
    assert kept(wide, sync) == expected


@pytest.mark.parametrize("policy", ["contact", "client"])
def test_contacts_by_their_job_openings(wide: World, policy: str) -> None:
    """SRC-5: openings of the contact, else of its client (contact_job_path: contact), or only of its client."""
    openings = list(records(wide, "Job_Openings").values())
    status = openings[0]["Job_Opening_Status"]
    criteria = {"conditions": {1: condition("Potentials.Job_Opening_Status", "equals", status)}}
    sync = sync_of(
        "hiring",
        policies={"contact_job_path": policy},
        source={"module": "Contacts", "scope": "criteria", "criteria": criteria},
    )
    wide.fetch(sync.sync_id, sync)
    expected = set()
    for record_id, row in records(wide, "Contacts").items():
        own = [each for each in openings if lookup(each, "Contact_Name") == record_id] if policy == "contact" else []
        client = lookup(row, "Client_Name")
        reached = own or [each for each in openings if client and lookup(each, "Client_Name") == client]
        if any(each["Job_Opening_Status"] == status for each in reached):
            expected.add(record_id)
    assert kept(wide, sync) == expected
    assert expected


def test_candidates_by_the_openings_they_applied_for(wide: World) -> None:
    """SRC-5: Candidate over Applications to Job Openings; a record qualifies when any of its joined rows does."""
    openings = records(wide, "Job_Openings")
    department = next(iter(openings.values()))["Department_Name"]
    name = department["name"] if isinstance(department, dict) else department
    criteria = {"conditions": {1: condition("Job_Openings.Department_Name", "equals", name)}}
    sync = sync_of(
        "applied", source={"module": "Candidates", "scope": "criteria", "criteria": criteria, "unapproved": "take"}
    )
    wide.fetch(sync.sync_id, sync)
    wanted = {each for each, row in openings.items() if row["Department_Name"] == department}
    applications = records(wide, "Applications").values()
    to_candidate = next(key for row in applications for key in row if key.startswith("Candidate"))
    to_opening = next(key for row in applications for key in row if key.startswith(("Job_Opening", "Posting")))
    applied = {lookup(row, to_candidate) for row in applications if lookup(row, to_opening) in wanted}
    assert kept(wide, sync) == applied & set(records(wide, "Candidates"))
    assert applied


WORKED_EXAMPLE = {
    "conditions": {
        1: condition("Department", "equals", "Information Technology"),
        2: condition("Experience_in_Years", "greater_equal", 2),
        3: condition("Year_Passed_Out", "equals", 2015),
        4: condition("Year_Passed_Out", "equals", 2016),
    },
    "pattern": "((1 and 2) and (3 or 4))",
}


def worked_example(world: World) -> set[str]:
    """Who the worked example means, told in plain Python."""
    return {
        record_id
        for record_id, row in records(world, "Candidates").items()
        if row["Department"] == "Information Technology"
        and (row["Experience_in_Years"] or 0) >= 2
        and row["Year_Passed_Out"] in (2015, 2016)
    }


@pytest.mark.parametrize(("trusted", "read_by", "sent"), [(False, "listing", None), (True, "search", [1])])
def test_the_worked_example(wide: World, trusted: bool, read_by: str, sent: list[int] | None) -> None:
    """CRIT-4, CRIT-5: the same people whether the search is asked for a part of the pattern or everything is listed."""
    source = {"module": "Candidates", "scope": "criteria", "criteria": WORKED_EXAMPLE, "unapproved": "take"}
    sync = sync_of("graduates", policies={"search_ignores_case": trusted}, source=source)
    wide.fetch(sync.sync_id, sync)
    assert kept(wide, sync) == worked_example(wide)
    assert worked_example(wide)
    read = how_read(wide)
    assert (read["read_by"], read["conditions_sent"]) == (read_by, sent)
    assert read["rows_kept"] == len(worked_example(wide)) <= read["rows_returned"]


def test_a_loose_search_is_noticed(wide: World) -> None:
    """CRIT-5: rows that contradict a condition that was sent are counted, left out, and make the run degraded."""
    wide.control("POST", "settings", {"search_loose_equals": True})
    departments = {row["Department"] for row in records(wide, "Candidates").values() if row["Department"]}
    word = "Technology" if "Information Technology" in departments else sorted(departments)[0].split()[0]
    source = {
        "module": "Candidates",
        "scope": "criteria",
        "criteria": {"conditions": {1: condition("Department", "equals", word)}},
    }
    sync = sync_of("loose", policies={"search_ignores_case": True}, source=source)
    wide.fetch(sync.sync_id, sync)
    read = how_read(wide)
    assert read["read_by"] == "search"
    assert read["rows_contradicting"] == read["rows_returned"] - read["rows_kept"] > 0
    assert read["status"] == "degraded"
    assert "api_overmatch_warn" in " ".join(read["warnings"])
    named = {record_id for record_id, row in records(wide, "Candidates").items() if row["Department"] == word}
    assert kept(wide, sync) == named
    policies = {"search_ignores_case": True, "api_overmatch_warn": read["rows_contradicting"]}
    allowed = sync_of("loose_allowed", policies=policies, source=source)
    wide.fetch(allowed.sync_id, allowed)
    again = how_read(wide)
    assert (again["rows_contradicting"], again["status"]) == (read["rows_contradicting"], "succeeded")
    assert kept(wide, allowed) == named


def test_a_search_that_meets_its_ceiling_is_read_again_by_listing(wide: World) -> None:
    """SRC-12, CRIT-5: beyond its ceiling a search gives nothing more; the listing does."""
    wide.control("POST", "settings", {"search_ceiling": 20})
    criteria = {"conditions": {1: condition("Department", "equals", "Information Technology")}}
    source = {"module": "Candidates", "scope": "criteria", "criteria": criteria, "unapproved": "take"}
    sync = sync_of("ceiling", policies={"search_ignores_case": True}, source=source)
    wide.fetch(sync.sync_id, sync)
    expected = {
        record_id
        for record_id, row in records(wide, "Candidates").items()
        if row["Department"] == "Information Technology"
    }
    assert how_read(wide)["read_by"] == "listing"
    assert kept(wide, sync) == expected
    assert len(expected) > 20


def test_what_the_index_did_not_know_yet_comes_next(wide: World) -> None:
    """CRIT-5, RET-7: after a search the next fetch begins early enough for what its index did not know."""
    wide.control("POST", "settings", {"search_lag_seconds": 300})
    chosen = sorted(worked_example(wide))[0]
    wide.edit(chosen, Current_Employer="Changed just now")
    source = {"module": "Candidates", "scope": "criteria", "criteria": WORKED_EXAMPLE, "unapproved": "take"}
    sync = sync_of("lagging", policies={"search_ignores_case": True}, overlap_minutes=0, source=source)
    wide.fetch(sync.sync_id, sync)
    assert how_read(wide)["read_by"] == "search"
    assert chosen not in kept(wide, sync)
    wide.control("POST", "clock", {"advance_seconds": 600})
    wide.fetch(sync.sync_id, sync)
    assert chosen in kept(wide, sync)


def test_a_one_time_sync_trusts_no_index(wide: World) -> None:
    """CRIT-5, RET-1: no later fetch would bring what the index of a search did not know yet."""
    wide.control("POST", "settings", {"search_lag_seconds": 300})
    chosen = sorted(worked_example(wide))[0]
    wide.edit(chosen, Current_Employer="Changed just now")
    source = {"module": "Candidates", "scope": "criteria", "criteria": WORKED_EXAMPLE, "unapproved": "take"}
    policies = {"search_ignores_case": True}
    sync = sync_of("only_once", policies=policies, source=source, schedule={"frequency": "once"})
    wide.fetch(sync.sync_id, sync)
    assert (how_read(wide)["read_by"], kept(wide, sync)) == ("listing", worked_example(wide))


def test_a_custom_module_by_its_only_address(wide: World) -> None:
    """SRC-1, MAP-1: e-mail and name of a custom module come from its own fields where the file names none."""
    sync = sync_of("alumni", source={"module": "Alumni"})
    manifest = wide.fetch(sync.sync_id, sync)
    alumni = records(wide, "Alumni")
    assert manifest.counts["read"] == len(alumni)
    loaded = {row["email"]: row["last_name"] for row in wide.rows("SELECT email, last_name FROM contacts.contact")}
    named = {((row["Email"] or "").strip(), row["Name"]) for row in alumni.values()}
    wrong = set(loaded.items()) - named
    assert not wrong


def test_parts_of_a_lookup(wide: World) -> None:
    """MAP-2, MAP-7: a record's lookup by its id, and by its name."""
    fields = {"company": "Employer.name", "company_id": "Employer.id"}
    sync = sync_of("alumni", source={"module": "Alumni"}, mapping={"fields": fields})
    wide.fetch(sync.sync_id, sync)
    found = wide.rows(
        "SELECT record_id, fields ->> 'company' AS name, fields ->> 'company_id' AS id FROM contacts.source_link "
        "JOIN contacts.contact USING (contact_id)"
    )
    alumni = records(wide, "Alumni")
    told = [(alumni[row["record_id"]]["Employer"] or {"name": None, "id": None}, row) for row in found]
    assert all((employer["name"], employer["id"]) == (row["name"], row["id"]) for employer, row in told)
    assert any(row["id"] for row in found)


@pytest.mark.parametrize(
    ("module", "told"), [("Speakers", "2 fields of type e-mail"), ("Venues", "no field of type e-mail")]
)
def test_a_custom_module_whose_address_is_not_clear(wide: World, module: str, told: str) -> None:
    """MAP-1: several fields of type e-mail, or none, is an error that says so; nothing is written."""
    sync = sync_of("unclear", source={"module": module})
    with pytest.raises(ConfigError, match=told):
        wide.extract(wide.run_info(sync.sync_id), sync)
    assert wide.one("SELECT count(*) FROM contacts.contact") == 0


def test_a_vanished_criteria_field_stops_the_run(wide: World) -> None:
    """SRC-10: nothing is written when a field of the criteria is gone; the message names it and the close match."""
    wide.control("POST", "schema/Candidates", {"rename": {"Year_Passed_Out": "Year_Passed"}})
    sync = sync_of("graduates", source={"module": "Candidates", "scope": "criteria", "criteria": WORKED_EXAMPLE})
    with pytest.raises(ConfigError, match=r"Year_Passed_Out.*Did you mean 'Year_Passed'"):
        wide.extract(wide.run_info(sync.sync_id), sync)
    assert wide.one("SELECT count(*) FROM contacts.contact") == 0


def test_a_vanished_field_is_not_an_empty_one(wide: World) -> None:
    """SRC-10, MAP-6: what a mapping would clear keeps its values, as the warning says; what is empty is cleared."""
    clearing = {"clear_when_empty": True}
    fields = {"city": {"source": "City", **clearing}, "employer": {"source": "Current_Employer", **clearing}}
    mapping = {"first_name": {"source": "First_Name", **clearing}, "last_name": {"source": "Last_Name", **clearing}}
    sync = sync_of("clearing", each_fetch="all", mapping={**mapping, "fields": fields})
    wide.fetch(sync.sync_id, sync)
    filled = (
        "SELECT count(*) FILTER (WHERE fields ? 'city') AS city, count(first_name) AS first_name, "
        "count(last_name) AS last_name, count(*) FILTER (WHERE fields ? 'employer') AS employer FROM contacts.contact"
    )
    before = dict(wide.rows(filled)[0])
    chosen = wide.one(
        "SELECT min(record_id) FROM contacts.source_link JOIN contacts.contact USING (contact_id) "
        "WHERE last_name IS NOT NULL AND fields ? 'employer'"
    )
    wide.control("POST", "schema/Candidates", {"remove": ["City", "First_Name"]})
    wide.edit(chosen, Last_Name=None, Current_Employer="")
    assert wide.fetch(sync.sync_id, sync).status == "degraded"
    less = {name: before[name] - 1 for name in ("last_name", "employer")}
    assert dict(wide.rows(filled)[0]) == {**before, **less}


def report_sync(report: str = "All_Applicants", **keys: Any) -> ResolvedSync:
    source = {"application": "talent-desk", "report": report, "date_format": "dd-MMM-yyyy HH:mm:ss"}
    return sync_of("applicants", account="creator_demo", source=source, **keys)


def test_a_report_of_creator(wide: World) -> None:
    """SRC-6, MAP-1, MAP-7: every row of a report, with its only address and the parts of its name."""
    sync = report_sync(policies={"creator_all": "unbounded"})
    manifest = wide.fetch(sync.sync_id, sync)
    truth = wide.control("GET", "creator/kinds/talent-desk/All_Applicants")
    assert manifest.counts["read"] == len(truth) == manifest.counts["total"]
    assert how_read(wide)["read_by"] == "report"
    again = wide.fetch(sync.sync_id, sync)
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)
    assert again.counts["read"] < len(truth)
    loaded = {row["email"] for row in wide.rows("SELECT email FROM contacts.contact")}
    planted = {email.strip() for each in truth for email in each["emails"].values() if email}
    assert loaded <= planted
    assert len(loaded) > len(truth) / 2
    assert wide.one("SELECT count(*) FROM contacts.contact WHERE last_name IS NOT NULL") > len(loaded) * 0.9


def test_a_report_of_the_last_days_only(wide: World) -> None:
    """RET-3: under creator_all: lookback, `all` reaches back as far as `after` may, thirty days before `created`."""
    sync = report_sync()
    manifest = wide.fetch(sync.sync_id, sync)
    truth = wide.control("GET", "creator/kinds/talent-desk/All_Applicants")
    earliest = "2026-10-01T22:00:00Z"
    assert wide.one("SELECT window_start FROM sync.fetch").isoformat() == "2026-10-01T22:00:00+00:00"
    assert manifest.counts["read"] == sum(each["modified"] >= earliest for each in truth)


def test_a_renamed_report_ends_its_syncs(wide: World) -> None:
    """SRC-7: the API's code for a link name that is gone reaches the caller as SourceRenamed; nothing is written."""
    sync = report_sync("No_Such_Report")
    with pytest.raises(SourceRenamed):
        wide.extract(wide.run_info(sync.sync_id), sync)
    assert wide.one("SELECT count(*) FROM contacts.contact") == 0
