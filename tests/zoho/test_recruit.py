"""The Recruit client against the sandbox: metadata, listings, deleted records, upsert."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from contact_sync.errors import ConfigError, ContractBroken
from contact_sync.zoho import metadata
from contact_sync.zoho.failures import EffectUnknown
from tests.zoho.scripted import Say, scripted
from tests.zoho.support import Bench

CANDIDATES = "/recruit/v2/Candidates"


def person(number: int, **more: Any) -> dict[str, Any]:
    return {"First_Name": "Pat", "Last_Name": f"Boyle {number}", "Email": f"boyle.{number}@mail.example.org", **more}


def test_the_organisation_and_its_edition(bench: Bench) -> None:
    """ACC-2: the organisation, its edition and plan."""
    organisation = bench.client.organisation()
    assert organisation["company_name"] == "Zylker Talent"
    assert metadata.edition(organisation) == "Staffing agency, Enterprise"


def test_metadata_is_asked_for_once(bench: Bench) -> None:
    """LIM-5: modules and fields of one client cost one credit each."""
    for _ in range(2):
        assert "Candidates" in [module["api_name"] for module in bench.client.modules()]
        assert "Email" in [field["api_name"] for field in bench.client.fields("Candidates")]
        assert bench.client.change_field("Candidates") == "Updated_On"
    assert [(call.path, call.cost) for call in bench.calls] == [
        ("/recruit/v2/settings/modules", 1),
        ("/recruit/v2/settings/fields", 1),
    ]


@pytest.mark.parametrize("method", ["fields", "custom_views", "change_field"])
def test_a_module_that_is_not_offered(bench: Bench, method: str) -> None:
    """ACC-5: the error names the edition, the modules on offer and the close match."""
    with pytest.raises(ConfigError) as refused:
        getattr(bench.client, method)("Candidate")
    text = str(refused.value)
    assert "(Staffing agency, Enterprise) does not offer 'Candidate'" in text
    assert "Did you mean 'Candidates'?" in text
    assert "Allowed: Candidates." in text
    assert "Dashboards" not in text


def test_a_change_field_that_is_missing() -> None:
    """SRC-11: the change-time field is confirmed from metadata; without it no change could be noticed."""
    fields = [
        {"api_name": "Modified_Time", "data_type": "datetime"},
        {"api_name": "Email", "data_type": "email"},
    ]
    with pytest.raises(ConfigError, match=r"no field Updated_On.*date-time fields: Modified_Time"):
        metadata.confirmed_change_field(fields, "Candidates", "Updated_On")
    with scripted(Say(body={"fields": fields})) as server:
        client = Bench(server.url).with_token().client
        assert client.change_field("Contacts") == "Modified_Time"
        assert client.change_field("CustomModule1") == "Modified_Time"


@pytest.mark.parametrize("text", ["All Candidates", " all candidates ", "ALL CANDIDATES"])
def test_a_view_by_name(bench: Bench, text: str) -> None:
    """SRC-3: a view is found by its name."""
    view = bench.client.find_view("Candidates", text)
    assert (view["name"], view["system_name"]) == ("All Candidates", "ALLVIEWS")


def test_a_view_by_id(bench: Bench) -> None:
    """SRC-3: a view is found by its id, also one whose name is taken twice."""
    for view in bench.client.custom_views("Candidates"):
        assert bench.client.find_view("Candidates", view["id"])["id"] == view["id"]


def test_an_unknown_view(bench: Bench) -> None:
    """SRC-3: the error names the close match and the views on offer."""
    with pytest.raises(ConfigError) as refused:
        bench.client.find_view("Candidates", "Experienced engineer")
    assert "Did you mean 'Experienced engineers'?" in str(refused.value)
    assert "Allowed: All Candidates, Duplicated view" in str(refused.value)


def test_an_ambiguous_view(bench: Bench) -> None:
    """SRC-3: a name that two views have is refused with the ids to choose from."""
    ids = [view["id"] for view in bench.client.custom_views("Candidates") if view["name"] == "Duplicated view"]
    with pytest.raises(ConfigError) as refused:
        bench.client.find_view("Candidates", "duplicated view")
    assert len(ids) == 2
    assert all(each in str(refused.value) for each in ids)


def test_an_exact_name_wins_over_another_case() -> None:
    """SRC-3: two views whose names differ in case only are told apart."""
    views = [{"id": "1", "name": "Mine"}, {"id": "2", "name": "mine"}]
    assert metadata.pick_view(views, "Candidates", "mine")["id"] == "2"
    with pytest.raises(ConfigError, match="2 custom views"):
        metadata.pick_view(views, "Candidates", "MINE")


def test_a_listing_asks_for_everybody(bench: Bench) -> None:
    """SRC-8: converted and not yet approved records are asked for explicitly, by name of field."""
    listing = bench.client.records("Candidates", fields=["Email", "Updated_On", "Email", "$converted", "$approved"])
    rows = [row for page in listing for row in page.rows]
    assert {row["$converted"] for row in rows} == {True, False}
    assert {row["$approved"] for row in rows} == {True, False}
    assert set(rows[0]) == {"id", "Email", "Updated_On", "$converted", "$approved"}
    assert bench.seen(CANDIDATES)[0]["query"] == {
        "fields": "Email,Updated_On,$converted,$approved",
        "converted": "both",
        "approved": "both",
        "page": "1",
        "per_page": "200",
    }


def test_a_view_is_listed(bench: Bench) -> None:
    """SRC-3: the records of one view, as the sandbox itself counts them."""
    view = bench.client.find_view("Candidates", "Experienced engineers")
    truth = {row["id"] for row in bench.control("kinds/Candidates") if view["name"] in row["views"]}
    listing = bench.client.records("Candidates", fields=["Email"], view_id=view["id"])
    assert {row["id"] for page in listing for row in page.rows} == truth
    assert truth


def test_changes_since_an_instant_include_it(bench: Bench) -> None:
    """RET-2: what changed at or after the instant, in whole seconds, whatever zone it is given in."""
    times = sorted((row["updated_on"], row["id"]) for row in bench.control("kinds/Candidates"))
    moment = datetime.fromisoformat(times[-20][0])
    truth = {record for at, record in times if datetime.fromisoformat(at) >= moment}
    given = moment.astimezone(timezone(timedelta(hours=-5))) + timedelta(milliseconds=999)
    listing = bench.client.records("Candidates", fields=["Email"], modified_since=given)
    assert {row["id"] for page in listing for row in page.rows} == truth


def test_the_header_is_sent_as_documented() -> None:
    """RET-2: If-Modified-Since is ISO 8601 with offset."""
    with scripted(Say(304)) as server:
        client = Bench(server.url).with_token().client
        list(client.records("Candidates", fields=["Email"], modified_since=datetime(2026, 11, 22, 2, 0, 5, 999, UTC)))
        assert server.asked[0].headers["If-Modified-Since"] == "2026-11-22T02:00:05+00:00"


def test_a_time_without_a_zone_is_refused(bench: Bench) -> None:
    """RET-4: an instant without a zone could mean any hour."""
    naive = datetime(2026, 11, 22)  # noqa: DTZ001 - the mistake under test
    with pytest.raises(ValueError, match="without a zone"):
        bench.client.records("Candidates", fields=["Email"], modified_since=naive)


def test_deleted_records(bench: Bench) -> None:
    """SRC-12: records deleted since an instant, of both types, with the proof of any listing; 2 credits a page."""
    ids = [row["id"] for row in bench.control("kinds/Candidates")[:2]]
    bench.control("clock", {"now": "2026-11-23T00:00:00+00:00"})
    bench.control("records/Candidates/delete", {"ids": ids[:1], "type": "recycle"})
    bench.control("records/Candidates/delete", {"ids": ids[1:], "type": "permanent"})
    listing = bench.client.deleted("Candidates", datetime(2026, 11, 23, tzinfo=UTC))
    rows = [row for page in listing for row in page.rows]
    assert {(row["id"], row["type"]) for row in rows} == {(ids[0], "recycle"), (ids[1], "permanent")}
    assert listing.proof == "short_page"
    assert [call.cost for call in bench.calls] == [2]
    everything = bench.client.deleted("Candidates", None)
    assert sum(len(page.rows) for page in everything) > 2
    assert list(bench.client.deleted("Candidates", datetime(2099, 1, 1, tzinfo=UTC))) == []


def test_upsert_answers_pair_by_position(bench: Bench) -> None:
    """PUSH-5, PUSH-9: one answer for each record, in order: inserted, refused with its field, updated."""
    first = bench.client.upsert("Candidates", [person(1)], ["Email"])[0]
    records = [person(2), {"First_Name": "Nobody"}, person(1, City="Ulm"), person(3, Email="no address")]
    answers = bench.client.upsert("Candidates", records, ["Email"])
    assert [(each.status, each.code, each.action, each.field) for each in answers] == [
        ("success", "SUCCESS", "insert", None),
        ("error", "MANDATORY_NOT_FOUND", None, "Last_Name"),
        ("success", "SUCCESS", "update", None),
        ("error", "INVALID_DATA", None, "Email"),
    ]
    assert answers[2].record_id == first.record_id
    assert answers[1].record_id is None
    assert bench.control(f"records/Candidates?ids={first.record_id}")[0]["City"] == "Ulm"
    assert [call.cost for call in bench.calls] == [1, 1]


def test_update_answers_pair_by_position(bench: Bench) -> None:
    """CAMP-4: each by its id; one that is not there is refused, the others are changed."""
    first = bench.client.upsert("Candidates", [person(1)], ["Email"])[0].record_id
    answers = bench.client.update("Candidates", [{"id": "1", "City": "Ulm"}, {"id": first, "City": "Ulm"}])
    assert [(each.status, each.code, each.field) for each in answers] == [
        ("error", "INVALID_DATA", "id"),
        ("success", "SUCCESS", None),
    ]
    assert bench.control(f"records/Candidates?ids={first}")[0]["City"] == "Ulm"
    assert [call.cost for call in bench.calls] == [1, 3]
    with pytest.raises(ValueError, match="at most 100"):
        bench.client.update("Candidates", [{"id": first}] * 101)


@pytest.mark.parametrize("status", [200, 202, 400])
def test_an_upsert_that_is_refused_whole(bench: Bench, status: int) -> None:
    """PUSH-9: what status such a call has is not established, so the items are read whatever it is."""
    bench.control("settings", {"all_failed_status": status})
    answers = bench.client.upsert("Candidates", [{"First_Name": "Nobody"}], ["Email"])
    assert [each.code for each in answers] == ["MANDATORY_NOT_FOUND"]


@pytest.mark.parametrize(
    "body",
    [{"data": [{"code": "SUCCESS", "status": "success"}]}, {"data": []}, {"hello": 1}, {"data": ["a", "b"]}],
    ids=["one-of-two", "none", "no-data", "no-objects"],
)
def test_answers_that_cannot_be_paired(body: dict[str, Any]) -> None:
    """PUSH-9: fewer answers than records leave the fate of all unknown; they are not sent again."""
    with scripted(Say(body=body)) as server:
        with pytest.raises(EffectUnknown, match="look the records up"):
            Bench(server.url).with_token().client.upsert("Candidates", [person(1), person(2)], ["Email"])
        assert len(server.asked) == 1


def test_an_upsert_of_nothing_or_too_many(bench: Bench) -> None:
    """PUSH-9: at most 100 records a call; none, no call."""
    assert bench.client.upsert("Candidates", [], ["Email"]) == []
    with pytest.raises(ValueError, match="at most 100"):
        bench.client.upsert("Candidates", [person(number) for number in range(101)], ["Email"])
    assert bench.calls == []
    assert len(bench.client.upsert("Candidates", [person(number) for number in range(100)], ["Email"])) == 100


def test_an_upsert_says_what_it_means() -> None:
    """PUSH-5: key and automations are sent as given; a refused value is not repeated."""
    item = {"code": "INVALID_DATA", "status": "error", "message": "bad boyle.1@mail.example.org", "details": {}}
    with scripted(Say(body={"data": [item]})) as server:
        client = Bench(server.url).with_token().client
        (answer,) = client.upsert("Candidates", [{"Last_Name": "Boyle"}], ["Email"], trigger=[])
        assert answer.message == "bad [address]"
        sent = server.asked[0].body
    assert sent == b'{"data": [{"Last_Name": "Boyle"}], "duplicate_check_fields": ["Email"], "trigger": []}'


def test_a_module_unknown_to_an_upsert(bench: Bench) -> None:
    """ACC-5: a push to a module that is not offered names what is."""
    with pytest.raises(ConfigError, match="Did you mean 'Candidates'"):
        bench.client.upsert("Candidate", [person(1)], ["Email"])


def test_long_lists_of_metadata_are_read_whole() -> None:
    """SRC-3: an account with more views than one answer holds."""
    first = {"custom_views": [{"id": "1", "name": "One"}], "info": {"more_records": True}}
    second = {"custom_views": [{"id": "2", "name": "Two"}], "info": {"more_records": False}}
    with scripted(Say(body=first), Say(body=second)) as server:
        assert Bench(server.url).with_token().client.find_view("Candidates", "two")["id"] == "2"
        queries = [asked.target.partition("?")[2] for asked in server.asked]
        assert queries == ["module=Candidates", "module=Candidates&page=2"]


@pytest.mark.parametrize(
    ("say", "method", "arguments"),
    [
        (Say(204), "organisation", ()),
        (Say(body={"org": [1]}), "organisation", ()),
        (Say(body={"fields": {}}), "fields", ("Candidates",)),
        (Say(body={"modules": [{"api_name": "A"}], "info": {"more_records": True}}), "modules", ()),
    ],
)
def test_metadata_of_another_shape(say: Say, method: str, arguments: tuple[str, ...]) -> None:
    """An answer that the contract excludes is told as such, and never read for ever."""
    with scripted(say) as server, pytest.raises(ContractBroken):
        getattr(Bench(server.url).with_token().client, method)(*arguments)


def test_a_module_without_fields() -> None:
    """A module whose fields answer 204 has none."""
    with scripted(Say(204)) as server:
        assert Bench(server.url).with_token().client.fields("Approvals") == []


@pytest.mark.parametrize(
    ("say", "more"),
    [
        (Say(204), False),
        (Say(body={"data": [{"id": "1"}], "info": {"page": 11, "more_records": False}}), True),
        (Say(400, {"code": "LIMIT_REACHED", "status": "error", "message": "no page beyond 10"}), True),
    ],
    ids=["none", "more", "no telling"],
)
def test_whether_a_module_is_large(say: Say, more: bool) -> None:
    """SRC-12: a listing that is refused so far on tells of more than it gives, and is no failure of the read."""
    with scripted(say) as server:
        assert Bench(server.url).with_token().client.exceeds("Candidates", 2000) is more
        assert server.asked[-1].target.endswith("&page=11&per_page=200")
