"""The Creator client against the sandbox over HTTP: reports, windows, fields, proofs, names that are gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contact_sync.core.mapping import convert_column
from contact_sync.core.moments import parse_moment
from contact_sync.errors import ConfigError, ContractBroken, CreditsExhausted, RateLimited, SourceRenamed, Unavailable
from contact_sync.zoho.creator import Report
from contact_sync.zoho.creator_paging import CreatorListing
from tests.zoho.creator_support import ALUMNI, APPLICANTS, GUESTS, HERE, NOBODY, CreatorBench
from tests.zoho.scripted import Say, scripted
from tests.zoho.support import NOW

FIELDS = ("Name.first_name", "Name.last_name", "Email", "Department", "Skills", "Available_From", "Interview_At")


@pytest.fixture
def bench(sandbox_url: str) -> CreatorBench:
    """A Creator client on a sandbox with all its switches as they were."""
    bench = CreatorBench(sandbox_url)
    bench.control("reset", {})
    return bench


def read(listing: CreatorListing) -> list[dict[str, Any]]:
    return [row for page in listing for row in page.rows]


def test_a_report_is_read_along_its_cursor_to_the_end(bench: CreatorBench) -> None:
    """SRC-6, SRC-12: 1,182 rows in two pages; the absent cursor is the proof; the clock is the source's."""
    listing = bench.creator.rows(APPLICANTS, fields=FIELDS)
    rows = read(listing)
    assert {row["id"] for row in rows} == set(bench.truth())
    assert len(rows) == 1182
    assert (listing.proof, listing.records, listing.calls) == ("cursor_absent", 1182, 2)
    assert abs(listing.source_clock - datetime.now(UTC)) < timedelta(minutes=1)
    sample, first, second = bench.asked()
    assert (sample["field_config"], sample["max_records"]) == ("all", "200")
    assert (first["cursor"], second["cursor"], first["max_records"]) == (False, True, "1000")
    assert [call.cost for call in bench.calls] == [1, 1, 1]


def test_a_proof_is_not_given_early(bench: CreatorBench) -> None:
    """SRC-12: neither proof nor clock before they are known, and no second reading."""
    listing = bench.creator.rows(APPLICANTS, fields=FIELDS)
    with pytest.raises(RuntimeError, match="first page"):
        _ = listing.source_clock
    pages = iter(listing)
    next(pages)
    with pytest.raises(RuntimeError, match="last page"):
        _ = listing.proof
    with pytest.raises(RuntimeError, match="only once"):
        next(iter(listing))


def test_only_fields_that_the_report_shows_are_asked_for(bench: CreatorBench) -> None:
    """SRC-10: an unknown field is left out, a part asks for its composite, times come along."""
    rows = read(bench.creator.rows(APPLICANTS, fields=("Name.last_name", "Emial", "Email")))
    assert bench.asked()[-1]["fields"] == "Name,Email,Added_Time,Modified_Time"
    assert {"Name.last_name", "Email", "Created_Time", "Modified_Time", "id"} <= set(rows[0])


def test_values_arrive_in_usable_form(bench: CreatorBench) -> None:
    """MAP-7: names by parts, lookups and lists as texts, dates with the application's offset; nothing is a literal."""
    truth = bench.truth()
    rows = read(
        bench.creator.rows(APPLICANTS, fields=(*FIELDS, "Newsletter", "Portfolio", "Home_Address", "Languages"))
    )
    for row in rows:
        assert parse_moment(row["Modified_Time"]) == datetime.fromisoformat(truth[row["id"]]["modified"])
        assert row["Modified_Time"].endswith(("+01:00", "+02:00"))
        assert row["Created_Time"] <= row["Modified_Time"]
    dates = convert_column([row["Available_From"] for row in rows], "date")
    moments = convert_column([row["Interview_At"] for row in rows], "datetime")
    skills = convert_column([row["Skills"] for row in rows], "list")
    news = convert_column([row["Newsletter"] for row in rows], "boolean")
    for column in (dates, moments, skills, news):
        assert (column.misfits, any(column.values)) == ({}, True)
    texts = [row[name] for row in rows for name in ("Name", "Department", "Home_Address", "Portfolio")]
    assert not [text for text in texts if text and (not isinstance(text, str) or text[0] in "{[")]
    assert {row["Department"] for row in rows} >= {"Sales", "Finance", None}
    assert {row["Name.last_name"] for row in rows if row["Name"]} > {"Okafor"}


def test_american_dates_of_another_zone(bench: CreatorBench) -> None:
    """MAP-7, SRC-6: 05/06/2024 07:08:09 AM in New York."""
    truth = bench.truth("alumni-circle/All_Alumni")
    for row in read(bench.creator.rows(ALUMNI, fields=("Left_On",))):
        assert parse_moment(row["Modified_Time"]) == datetime.fromisoformat(truth[row["id"]]["modified"])
        assert datetime.fromisoformat(row["Left_On"]).year in range(2012, 2024)


@pytest.mark.parametrize("report", [APPLICANTS, ALUMNI], ids=["Berlin", "New York"])
def test_a_window_begins_exactly_at_its_start(bench: CreatorBench, report: Report) -> None:
    """RET-2, SRC-11: criteria narrow what is asked, each row is judged here; the boundary belongs to the window."""
    truth = bench.truth(f"{report.application}/{report.name}")
    times = sorted(datetime.fromisoformat(each["modified"]) for each in truth.values())
    since = times[len(times) // 2]
    rows = read(bench.creator.rows(report, fields=("Email",), modified_since=since))
    changed = {key for key, each in truth.items() if datetime.fromisoformat(each["modified"]) >= since}
    assert {row["id"] for row in rows} == changed
    assert bench.asked()[-1]["criteria"].startswith("(Modified_Time >= '")
    assert len(changed) < bench.seen("/creator/")[-1]["rows"] < len(truth)  # the margin: asked wider, judged here


def test_a_report_without_change_times_is_read_whole(bench: CreatorBench) -> None:
    """SRC-11: no criteria on a field that the report does not show; every row comes."""
    bench.turn("show", {**HERE, "hide": ["Modified_Time"]})
    assert bench.creator.change_field(APPLICANTS) is None
    rows = read(bench.creator.rows(APPLICANTS, fields=("Email",), modified_since=NOW))
    assert len(rows) == 1182
    assert "Modified_Time" not in rows[0]
    assert all("criteria" not in call for call in bench.asked())


def test_a_wrong_date_format_is_found_before_anything_is_read(bench: CreatorBench) -> None:
    """SRC-6: the error shows how the times are really written."""
    report = Report.of("zylker", "talent-desk", "All_Applicants", "MM/dd/yyyy", "Europe/Berlin")
    with pytest.raises(
        ConfigError, match=r"'MM/dd/yyyy' does not read the times of report 'All_Applicants'.*like '\d\d-"
    ):
        bench.creator.rows(report, fields=("Email",), modified_since=NOW)


@pytest.mark.parametrize(
    ("date_format", "time_format", "zone", "unit"),
    [
        ("d. MMMM yyyy", "H:mm:ss", "Asia/Kolkata", timedelta(seconds=1)),
        ("EEE, MMM dd, yyyy", "hh:mm a", "America/New_York", timedelta(minutes=1)),
        ("yy/MM/dd", "h:m:s a", "Australia/Lord_Howe", timedelta(seconds=1)),
    ],
    ids=["written out", "without seconds", "half-hour summer time"],
)
def test_however_an_application_writes_dates_they_are_read(
    bench: CreatorBench, date_format: str, time_format: str, zone: str, unit: timedelta
) -> None:
    """MAP-7, RET-2: every change time is met, at most its unit late, or the hour that a clock was set back."""
    style = {"date_format": date_format, "time_format": time_format, "timezone": zone}
    bench.turn("style", {"application": "talent-desk", **style})
    report = Report.of("zylker", "talent-desk", "All_Applicants", f"{date_format} {time_format}", zone)
    truth = bench.truth()
    late = [
        (parse_moment(row["Modified_Time"]) or NOW) - datetime.fromisoformat(truth[row["id"]]["modified"])
        for row in read(bench.creator.rows(report, fields=()))
    ]
    assert len(late) == 1182
    assert min(late) >= timedelta(0)
    assert sum(each < unit for each in late) > 1170
    assert max(late) < unit + timedelta(hours=1)


def test_days_and_months_that_are_mixed_up_are_found_too(bench: CreatorBench) -> None:
    """SRC-6: 05/06/2026 can be read both ways, but among many times one day is beyond the twelfth."""
    bench.turn("style", {"application": "talent-desk", "date_format": "dd/MM/yyyy"})
    report = Report.of("zylker", "talent-desk", "All_Applicants", "MM/dd/yyyy", "Europe/Berlin")
    with pytest.raises(ConfigError, match=r"like '(1[3-9]|2\d|3[01])/"):
        bench.creator.change_field(report)
    right = Report.of("zylker", "talent-desk", "All_Applicants", "dd/MM/yyyy", "Europe/Berlin")
    assert bench.creator.change_field(right) == "Modified_Time"


def test_a_criteria_of_the_sync_narrows_the_window_further(bench: CreatorBench) -> None:
    """SRC-6: both hold."""
    since = NOW - timedelta(days=20)
    wide = 'Department == "Sales" || Department == "Finance"'
    rows = read(bench.creator.rows(APPLICANTS, fields=("Department",), criteria=wide, modified_since=since))
    assert {row["Department"] for row in rows} == {"Sales", "Finance"}
    assert all((parse_moment(row["Modified_Time"]) or NOW) >= since for row in rows)


def test_every_id_in_one_cheap_listing(bench: CreatorBench) -> None:
    """SRC-12: what a full id scan compares with; complete or an error."""
    listing = bench.creator.ids(APPLICANTS)
    rows = read(listing)
    assert {row["id"] for row in rows} == set(bench.truth())
    assert all(set(row) == {"id"} for row in rows)
    assert (listing.proof, listing.calls) == ("cursor_absent", 2)


@pytest.mark.parametrize("report", [NOBODY], ids=["empty report"])
def test_no_records_are_no_failure(bench: CreatorBench, report: Report) -> None:
    """SRC-12: 404 with 3100 is an empty read with its proof, and so is 9280."""
    for _ in range(2):
        listing = bench.creator.rows(report, fields=FIELDS, modified_since=NOW)
        assert (read(listing), listing.proof, listing.records) == ([], "cursor_absent", 0)
        assert bench.creator.fields(report) == []
        bench.turn("refuse", {"application": "talent-desk", "report": "Nobody_Yet", "code": 9280})
    with pytest.raises(ConfigError, match="shows no record yet"):
        bench.creator.email_field(report)


def test_the_email_and_name_fields_are_told_from_the_rows(bench: CreatorBench) -> None:
    """MAP-1: the only field whose values are addresses, awkward ones among them; none or several are listed."""
    assert bench.creator.email_field(APPLICANTS) == "Email"
    assert bench.creator.name_fields(APPLICANTS) == ("Name.first_name", "Name.last_name")
    with pytest.raises(ConfigError, match=r"'All_Alumni' has 2 fields that hold addresses: Email, Work_Email\."):
        bench.creator.email_field(ALUMNI)
    with pytest.raises(
        ConfigError, match=r"'Guest_List' has no field that holds addresses\. Its fields: ID, Full_Name"
    ):
        bench.creator.email_field(GUESTS)
    assert bench.creator.name_fields(GUESTS) == (None, None)


def test_fields_have_types_and_labels(bench: CreatorBench) -> None:
    """MAP-5: every field of the report with a type of Recruit's words; asked for once."""
    fields = {each["api_name"]: each for each in bench.creator.fields(APPLICANTS)}
    types = {name: each["data_type"] for name, each in fields.items()}
    assert types == {
        "ID": "text",
        "Name": "fullname",
        "Name.prefix": "text",
        "Name.first_name": "text",
        "Name.last_name": "text",
        "Name.suffix": "text",
        "Email": "email",
        "Phone_Number": "text",
        "Position": "text",
        "Department": "lookup",
        "Skills": "multiselectlookup",
        "Languages": "multiselectpicklist",
        "Home_Address": "address",
        "Home_Address.address_line_1": "text",
        "Home_Address.city": "text",
        "Home_Address.country": "text",
        "Years_of_Experience": "integer",
        "Salary_Expected": "double",
        "Available_From": "date",
        "Interview_At": "datetime",
        "Newsletter": "boolean",
        "Portfolio": "website",
        "Added_Time": "datetime",
        "Modified_Time": "datetime",
    }
    assert fields["Name.first_name"]["field_label"] == "Name first name"
    assert (fields["Email"]["custom_field"], fields["Added_Time"]["custom_field"]) == (True, False)
    bench.creator.fields(APPLICANTS)
    assert len(bench.asked()) == 1


@pytest.mark.parametrize(
    ("body", "application"),
    [
        ({**HERE, "to": "Applicants_2026"}, False),
        ({"application": "talent-desk", "to": "hiring"}, True),
    ],
    ids=["report", "application"],
)
def test_a_name_that_is_gone_ends_the_sync(bench: CreatorBench, body: dict[str, str], application: bool) -> None:
    """SRC-7: 2894 for a report, 2892 for an application; the message names the command for the new one."""
    bench.turn("rename", body)
    with pytest.raises(SourceRenamed, match="contact-sync new") as caught:
        read(bench.creator.rows(APPLICANTS, fields=FIELDS))
    assert caught.value.application is application


@pytest.mark.parametrize("code", [1000, 1040, 1060, 1130, 2893, 2898, 2933, 2945, 4000])
@pytest.mark.parametrize("status", [None, 200], ids=["v2.1", "hidden in a 200"])
def test_no_other_refusal_ends_a_sync(bench: CreatorBench, code: int, status: int | None) -> None:
    """SRC-7: nothing but the two codes; and none of them is taken for an empty report."""
    bench.turn("refuse", {**HERE, "code": code, "status": status})
    with pytest.raises(Exception, match=f"code {code}") as caught:
        read(bench.creator.rows(APPLICANTS, fields=FIELDS))
    assert not isinstance(caught.value, SourceRenamed)


def test_a_refused_token_is_renewed_once(bench: CreatorBench) -> None:
    """ACC-3: 1030 with 401 renews the token under way, and the read goes on at the same cursor."""
    pages = iter(bench.creator.rows(APPLICANTS, fields=FIELDS))
    first = next(pages).rows
    bench.control("token/expire", {})
    assert len(first) + sum(len(page.rows) for page in pages) == 1182
    assert bench.tokens.renewals == 2


def test_the_days_calls_are_spent_until_the_admins_midnight(bench: CreatorBench) -> None:
    """LIM-5: 4000 is not tried again; the day ends at midnight in Los Angeles."""
    bench.control("clock", {"now": "2026-11-22T07:30:00+00:00"})  # 23:30 there
    bench.turn("switches", {"daily_limit": 1})
    bench.creator.fields(APPLICANTS)
    with pytest.raises(CreditsExhausted, match=r"calls of this day are spent.* 2026-11-22 at 08:00 UTC"):
        read(bench.creator.rows(APPLICANTS, fields=FIELDS))
    assert len(bench.seen("/creator/")) == 2


def test_too_many_calls_a_minute_wait_without_a_named_time(bench: CreatorBench) -> None:
    """LIM-5: the report's own minute is waited for, half a minute at a time."""
    bench.turn("switches", {"per_minute": 1})
    bench.creator.fields(APPLICANTS)
    listing = bench.creator.rows(APPLICANTS, fields=FIELDS)
    bench.transport._policy = type(bench.transport._policy)(longest_wait=1.0)
    with pytest.raises(RateLimited, match="Too many calls a minute") as caught:
        read(listing)
    assert caught.value.retry_after == 30.0


def test_gateway_faults_are_survived(bench: CreatorBench) -> None:
    """SRC-12: an HTML error and a connection cut in the middle of a page cost an attempt, not the read."""
    for kind in ({"kind": "status", "status": 502}, {"kind": "cut_middle", "nth": 2}):
        bench.control("faults", {**kind, "path": "max_records=1000"})
    assert len(read(bench.creator.rows(APPLICANTS, fields=FIELDS))) == 1182


def test_a_cursor_that_a_proxy_drops_is_not_the_end(bench: CreatorBench) -> None:
    """SRC-12: a full first page without a cursor is asked again in small; without one there too nothing is believed."""
    bench.control("faults", {"kind": "early_more_records_false", "path": "max_records=", "times": None})
    with pytest.raises(ContractBroken, match="a proxy that drops the header record_cursor"):
        read(bench.creator.rows(APPLICANTS, fields=FIELDS))


def test_a_full_last_page_is_believed_once_cursors_are_seen_to_arrive(bench: CreatorBench) -> None:
    """SRC-12: exactly a thousand rows: one small call more is the proof."""
    spare = sorted(bench.truth(), key=int)[1000:]
    bench.turn("rows/talent-desk/All_Applicants/delete", {"ids": spare})
    listing = bench.creator.rows(APPLICANTS, fields=FIELDS)
    assert (len(read(listing)), listing.proof, listing.calls) == (1000, "cursor_absent", 2)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([Say(200, {"code": 3000})], "lacks `data`"),
        ([Say(200, {"code": 3000, "data": [{"Email": "x"}]})], "a row its ID"),
        ([Say(200, {"code": 3000, "data": [{"ID": "1"}]}, {"record_cursor": "k"})], "leads to no further rows"),
        ([Say(200, {"code": 3000, "data": []}, {"record_cursor": "k"})], "leads to no further rows"),
    ],
    ids=["no data", "no ID", "same page again", "empty page with a cursor"],
)
def test_what_cannot_be_proved_is_refused(answers: list[Say], words: str) -> None:
    """SRC-12: nothing of such a read is used."""
    with scripted(*answers) as server:
        bench = CreatorBench(server.url).with_token()
        with pytest.raises(ContractBroken, match=words):
            read(bench.creator.ids(APPLICANTS))


def test_a_cursor_whose_page_has_no_records_is_the_end() -> None:
    """SRC-12: a service may only notice on the next page that nothing is left."""
    page = {"code": 3000, "data": [{"ID": "1"}]}
    with scripted(Say(200, page), Say(200, page, {"record_cursor": "k"}), Say(404, {"code": 3100})) as server:
        listing = CreatorBench(server.url).with_token().creator.ids(APPLICANTS)
        assert (read(listing), listing.proof) == ([{"id": "1"}], "cursor_absent")
        assert server.asked[-1].headers["record_cursor"] == "k"


def test_link_names_cannot_leave_their_place_in_the_path() -> None:
    """SRC-6: a slash or question mark in a name is part of the name."""
    report = Report.of("zy/lker", "a?b", "../x", "dd-MM-yyyy", "UTC")
    assert report.path == "/creator/v2.1/data/zy%2Flker/a%3Fb/report/..%2Fx"


def test_a_naive_instant_is_refused(bench: CreatorBench) -> None:
    """RET-2: no zone, no instant."""
    with pytest.raises(ValueError, match="time zone"):
        bench.creator.rows(APPLICANTS, fields=(), modified_since=datetime(2026, 11, 1))  # noqa: DTZ001


def test_an_unreadable_answer_is_a_passing_failure() -> None:
    """SRC-12: HTML with status 200 is no empty report; messages speak of Creator."""
    with scripted(Say(200, b"<html>")) as server:
        bench = CreatorBench(server.url).with_token()
        with pytest.raises(Unavailable, match="Zoho Creator, GET /creator/"):
            read(bench.creator.ids(APPLICANTS))
