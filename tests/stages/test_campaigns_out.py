"""Campaigns made in Recruit, and Recruit's own read from there (CAMP-2, CAMP-6, PUSH-9)."""

from datetime import timedelta
from typing import Any

import pytest

from contact_sync.errors import Unavailable
from contact_sync.stages import campaigns
from tests.stages.campaigning import Mailer, wanted
from tests.stages.world import World

MAKE = wanted(create=True)


@pytest.fixture
def mailer(empty_source_url: str, warehouse: Any) -> Mailer:
    """An account with two campaigns of its own."""
    world = World(empty_source_url, warehouse, {})
    modules = ["Candidates", "Contacts", "Campaigns"]
    world.control("POST", "reset", {"modules": modules, "campaigns": 2, "max_tokens": 1000})
    return Mailer(world)


def made(mailer: Mailer) -> list[tuple[Any, ...]]:
    """Name, state, whether there is a record, and detail of our campaigns."""
    rows = mailer.world.rows(
        "SELECT name, status, record_id IS NOT NULL AS there, detail FROM contacts.campaigns_everywhere "
        "WHERE campaign_id IS NOT NULL ORDER BY campaign_id"
    )
    return [tuple(row.values()) for row in rows]


def names(mailer: Mailer) -> list[str]:
    return sorted(row["Campaign_Name"] for row in mailer.everything("Campaigns"))


def test_made_once(mailer: Mailer) -> None:
    """CAMP-2: with its days; a second push makes none, nor one of a list that is not asked for."""
    mailer.campaign("winter")
    mailer.campaign("spring")
    mailer.world.execute("INSERT INTO contacts.campaign (external_id, name, kind) VALUES ('x', 'X', 'email_campaign')")
    own = names(mailer)
    done = mailer.tell(MAKE)
    assert (done.status, done.counts["campaigns"]) == ("succeeded", 2)
    ours = [("Winter", "answered", True, None), ("Spring", "answered", True, None)]
    assert made(mailer) == [*ours, ("X", None, False, None)]
    assert names(mailer) == sorted([*own, "Winter", "Spring"])
    assert [row["Start_Date"] for row in mailer.everything("Campaigns") if row["Campaign_Name"] == "Winter"] == [
        str((mailer.now() - timedelta(days=1)).date())
    ]
    assert mailer.tell(MAKE).counts == {"pushed": 0, "not_pushed": 0}
    assert [write["did"] for write in mailer.writes_to("Campaigns")] == ["insert", "update"] * 2


def test_recruits_own_that_no_search_finds_yet(mailer: Mailer) -> None:
    """CAMP-2: a recruiter has just made one of that name: the upsert meets it, and changes nothing of it."""
    mailer.world.control("POST", "settings", {"search_lag_seconds": 3600})
    mailer.add("Campaigns", Campaign_Name="Winter", Type="Conference", Start_Date="2026-01-01")
    mailer.campaign("winter")
    assert mailer.tell(MAKE).status == "degraded"
    assert made(mailer) == [("Winter", "refused", False, "name_taken")]
    (theirs,) = (row for row in mailer.everything("Campaigns") if row["Campaign_Name"] == "Winter")
    assert (theirs["Type"], theirs["Start_Date"]) == ("Conference", "2026-01-01")


def test_recruits_own_of_the_same_name_is_left_alone(mailer: Mailer) -> None:
    """CAMP-2: an upsert by name would overwrite it. It is told; with another name the campaign is made."""
    taken = names(mailer)[0]
    before = mailer.everything("Campaigns")
    mailer.campaign("winter", name=taken.upper())
    done = mailer.tell(MAKE)
    assert (done.status, made(mailer)) == ("degraded", [(taken.upper(), "refused", False, "name_taken")])
    assert "another one there has its name" in done.warnings[0]
    assert mailer.everything("Campaigns") == before
    assert mailer.tell(MAKE).status == "succeeded"  # said once
    mailer.world.execute("UPDATE contacts.campaign SET name = 'Winter news'")
    assert mailer.tell(MAKE).counts["campaigns"] == 1
    assert made(mailer) == [("Winter news", "answered", True, None)]


def test_recruits_own_gives_its_name_up(mailer: Mailer) -> None:
    """CAMP-2: a day later the name is looked up again, and ours is made."""
    (theirs, *_) = mailer.everything("Campaigns")
    mailer.campaign("winter", name=theirs["Campaign_Name"])
    assert mailer.tell(MAKE).status == "degraded"
    edit = {"id": theirs["id"], "Campaign_Name": "Another"}
    mailer.world.control("POST", "records/Campaigns", {"edits": [edit]})
    assert mailer.tell(MAKE).counts == {"pushed": 0, "not_pushed": 0}
    mailer.world.execute("UPDATE sync.outbox SET changed_at = changed_at - interval '1 day'")
    assert mailer.tell(MAKE).counts["campaigns"] == 1
    assert made(mailer) == [(theirs["Campaign_Name"], "answered", True, None)]


def test_two_of_ours_of_one_name(mailer: Mailer) -> None:
    """CAMP-2: the first is made, and not overwritten by the second."""
    mailer.campaign("one", name="News")
    mailer.campaign("two", name="news")
    assert mailer.tell(MAKE).counts["campaigns"] == 1
    assert [row[1:] for row in made(mailer)] == [("answered", True, None), ("refused", False, "name_taken")]


@pytest.mark.parametrize("lag", [0, 3600], ids=["PUSH-9-found", "PUSH-9-index-lag"])
def test_cut_after_the_effect(mailer: Mailer, lag: int) -> None:
    """PUSH-9: looked up by name by the next push; not sent again, found or not."""
    mailer.campaign("winter")
    mailer.world.control("POST", "settings", {"search_lag_seconds": lag})
    mailer.fault("cut_after")
    with pytest.raises(Unavailable):
        mailer.tell(MAKE)
    done = mailer.tell(MAKE)
    state = "unknown" if lag else "answered"
    assert (done.status, made(mailer)) == ("degraded" if lag else "succeeded", [("Winter", state, not lag, None)])
    assert names(mailer).count("Winter") == 1
    if lag:
        assert "unknown" in done.warnings[0]
        mailer.world.control("POST", "settings", {"search_lag_seconds": 0})
        assert mailer.tell(MAKE).status == "succeeded"
    assert made(mailer) == [("Winter", "answered", True, None)]
    assert [write["did"] for write in mailer.writes_to("Campaigns")] == ["insert"]


def test_stopped_between_answer_and_record(mailer: Mailer, monkeypatch: pytest.MonkeyPatch) -> None:
    """PUSH-9: what Recruit has made is found, and not made again."""
    mailer.campaign("winter")
    real = campaigns._note

    def dies(account: str, settled: Any, work: Any) -> None:
        if any(each.state == "answered" for each in settled):
            raise KeyboardInterrupt
        real(account, settled, work)

    monkeypatch.setattr(campaigns, "_note", dies)
    with pytest.raises(KeyboardInterrupt):
        mailer.tell(MAKE)
    monkeypatch.undo()
    assert made(mailer) == [("Winter", "sending", False, None)]
    assert mailer.tell(MAKE).status == "succeeded"
    assert made(mailer) == [("Winter", "answered", True, None)]
    assert names(mailer).count("Winter") == 1


@pytest.mark.parametrize("code", ["RECORD_LOCKED", "INVALID_DATA"])
def test_a_refusal(mailer: Mailer, code: str) -> None:
    """CAMP-2, PUSH-9: what passes is tried by the next push, what does not is told; the others are made."""
    mailer.campaign("winter")
    mailer.campaign("spring")
    whole = code == "INVALID_DATA"
    fault = {"code": code, "field": "Campaign_Name", "value": "Winter", "whole": whole, "times": None if whole else 1}
    mailer.world.control("POST", "item_faults", fault)
    assert mailer.tell(MAKE).counts["campaigns"] == 1
    assert made(mailer)[0][1] == ("refused" if whole else "waiting")
    assert mailer.tell(MAKE).counts.get("campaigns", 0) == (not whole)


@pytest.mark.parametrize("after", [True, False], ids=["made", "not-made"])
def test_an_answer_that_does_not_tell(mailer: Mailer, after: bool) -> None:
    """PUSH-9: after an internal error it may have been made: it is looked for, and not sent again."""
    mailer.campaign("winter")
    mailer.world.control("POST", "item_faults", {"code": "INTERNAL_ERROR", "module": "Campaigns", "after": after})
    assert mailer.tell(MAKE).status == "degraded"
    assert made(mailer) == [("Winter", "unknown", False, None)]
    mailer.tell(MAKE)
    assert made(mailer) == [("Winter", "answered" if after else "unknown", after, None)]
    assert names(mailer).count("Winter") == after


@pytest.mark.parametrize(
    ("without", "given"),
    [
        pytest.param({"denied_writes": ["Campaigns"]}, {"denied_writes": []}, id="CAMP-2-no-permission"),
        pytest.param({"modules": ["Candidates"]}, {"modules": ["Candidates", "Campaigns"]}, id="ACC-5-no-module"),
    ],
)
def test_where_campaigns_cannot_be_made(mailer: Mailer, without: dict[str, Any], given: dict[str, Any]) -> None:
    """CAMP-2: told, and no failure of the run; once it is given, it is made."""
    mailer.campaign("winter")
    mailer.world.control("POST", "settings", without)
    done = mailer.tell(MAKE)
    assert done.status == "degraded"
    assert "Campaigns are not made in recruit_demo" in done.warnings[0]
    mailer.world.control("POST", "settings", given)
    assert mailer.tell(MAKE).counts["campaigns"] == 1


def test_recruits_own_are_read_daily(mailer: Mailer) -> None:
    """CAMP-2, CAMP-6: both origins are listed, each campaign once; once a day, and what is gone is gone."""
    mailer.campaign("winter")
    mailer.tell(MAKE, read=True)
    rows = mailer.world.rows("SELECT name, type, status, origin, account FROM contacts.campaigns_everywhere ORDER BY 1")
    assert [(row["name"], row["origin"], row["account"]) for row in rows] == sorted(
        (name, "here" if name == "Winter" else "recruit", "recruit_demo") for name in names(mailer)
    )
    assert all(row["type"] and row["status"] for row in rows)
    calls = mailer.world.control("GET", "calls")
    mailer.tell(read=True)
    assert mailer.world.control("GET", "calls") == calls
    (gone, *_) = (row["id"] for row in mailer.everything("Campaigns") if row["Campaign_Name"] != "Winter")
    mailer.world.control("POST", "records/Campaigns/delete", {"ids": [gone], "type": "recycle"})
    mailer.world.execute("UPDATE sync.campaign_reading SET tried_at = tried_at - interval '1 day'")
    mailer.tell(read=True)
    assert mailer.world.one("SELECT count(*) FROM contacts.campaigns_everywhere WHERE origin = 'recruit'") == 1


def test_without_the_permission_to_read(mailer: Mailer) -> None:
    """CAMP-2: whoever looks is told why; it is tried again the next day, and not each hour."""
    mailer.world.control("POST", "settings", {"denied_modules": ["Campaigns"]})
    assert mailer.tell(read=True).status == "degraded"
    (row,) = mailer.world.rows("SELECT read_at, error, campaigns FROM sync.campaign_readings")
    assert (row["read_at"], row["campaigns"]) == (None, 0)
    assert "give its profile the right" in row["error"]
    assert mailer.tell(read=True).status == "succeeded"


def test_days_that_are_refused(mailer: Mailer) -> None:
    """CAMP-2: the campaign is made all the same, and what it lacks is told."""
    mailer.campaign("winter")
    fault = {"code": "INVALID_DATA", "module": "Campaigns", "action": "update", "whole": True}
    mailer.world.control("POST", "item_faults", fault)
    done = mailer.tell(MAKE)
    assert (done.status, made(mailer)) == ("degraded", [("Winter", "answered", True, None)])
    assert "refused their days" in done.warnings[0]
