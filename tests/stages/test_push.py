"""The push stage against the sandbox: openers of the list become candidates, everybody else has a reason."""

from datetime import timedelta

import pytest

from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import PushRejected
from contact_sync.stages.push import push
from tests.stages.world import World

SYNC = "candidates_daily"


@pytest.fixture
def loaded(world: World) -> RunInfo:
    """The daily sync has run once; its list is `Talent news`."""
    run = world.run_info(SYNC)
    world.extract(run)
    world.finish(run)
    return run


def add_member(world: World, address: str, first_name: str | None = "Ann", last_name: str | None = "Fields") -> int:
    """Somebody who joined the list otherwise, such as by a form on the web."""
    contact_id = world.one(
        "SELECT nextval('contacts.contact_contact_id_seq')",
    )
    world.execute(
        "INSERT INTO contacts.contact (contact_id, email, email_key, first_name, last_name, created_at, updated_at) "
        "VALUES (:id, :address, :address, :first, :last, now(), now())",
        id=contact_id,
        address=address,
        first=first_name,
        last=last_name,
    )
    world.execute(
        "INSERT INTO contacts.membership (list_id, contact_id, status, since) "
        "SELECT list_id, :id, 'subscribed', now() FROM contacts.mailing_list WHERE name = 'Talent news'",
        id=contact_id,
    )
    return int(contact_id)


def opened(world: World, contact_id: int, *, campaign: str = "news", to_list: bool = True, days_ago: float = 1) -> None:
    """The person opened a campaign."""
    world.execute(
        "INSERT INTO contacts.campaign (external_id, name, kind) VALUES (:c, :c, 'email_campaign') "
        "ON CONFLICT DO NOTHING",
        c=campaign,
    )
    if to_list:
        world.execute(
            "INSERT INTO contacts.campaign_list (campaign_id, list_id) SELECT campaign_id, list_id "
            "FROM contacts.campaign, contacts.mailing_list "
            "WHERE external_id = :c AND mailing_list.name = 'Talent news' ON CONFLICT DO NOTHING",
            c=campaign,
        )
    world.execute(
        "INSERT INTO contacts.response (campaign_id, contact_id, kind, happened_at, arrived_at) "
        "SELECT campaign_id, :id, 'opened', now() - :ago, clock_timestamp() FROM contacts.campaign "
        "WHERE external_id = :c",
        id=contact_id,
        c=campaign,
        ago=timedelta(days=days_ago),
    )


def do_push(world: World, run: RunInfo) -> dict[str, int]:
    """Push as the task does; the counts of its manifest."""
    return dict(push(run, world.client, world.warehouse, world.clock()).counts)


def standing(world: World, contact_id: int) -> tuple[str, str | None, str | None]:
    """The latest word of the push ledger about a person."""
    row = world.rows(
        "SELECT outcome, reason, detail FROM sync.push_ledger WHERE contact_id = :id ORDER BY push_id DESC LIMIT 1",
        id=contact_id,
    )[0]
    return row["outcome"], row["reason"], row["detail"]


def test_opener_becomes_a_candidate_with_status(world: World, loaded: RunInfo) -> None:
    """PUSH-1: who opened a campaign sent to the list is inserted in Recruit with the member status."""
    contact_id = add_member(world, "ann.fields@web.example.org")
    opened(world, contact_id)
    assert do_push(world, loaded) == {"pushed": 1, "not_pushed": 0}
    record_id = world.one("SELECT record_id FROM sync.push_ledger WHERE outcome = 'inserted'")
    record = world.control("GET", f"records/Candidates?ids={record_id}")
    record = (record["records"] if isinstance(record, dict) else record)[0]
    assert (record["Email"], record["Last_Name"]) == ("ann.fields@web.example.org", "Fields")
    assert record["Campaign_Response"] == "Opened"
    assert world.one("SELECT pushed FROM sync.import_history WHERE pushed IS NOT NULL") == 1


def test_second_push_sends_nothing(world: World, loaded: RunInfo) -> None:
    """PUSH-0, PUSH-9: repeating the task, or the next run, pushes nobody twice and repeats no ledger row."""
    opened(world, add_member(world, "ann.fields@web.example.org"))
    do_push(world, loaded)
    before = world.one("SELECT count(*) FROM sync.push_ledger")
    world.control("DELETE", "calls")
    assert do_push(world, loaded) == {"pushed": 0, "not_pushed": 0}
    assert world.one("SELECT count(*) FROM sync.push_ledger") == before
    assert not [call for call in world.control("GET", "calls") if call["method"] == "POST"]


def test_every_member_has_a_reason(world: World, loaded: RunInfo) -> None:
    """PUSH-2, PUSH-4: each member of the list who is not pushed has the first reason that holds."""
    idle = add_member(world, "idle@web.example.org")
    elsewhere = add_member(world, "elsewhere@web.example.org")
    opened(world, elsewhere, campaign="other", to_list=False)
    nameless = add_member(world, "nameless@web.example.org", last_name=None)
    opened(world, nameless)
    pushed = add_member(world, "pushed@web.example.org")
    opened(world, pushed)
    imported = world.one("SELECT min(contact_id) FROM contacts.source_link")
    opened(world, imported)
    do_push(world, loaded)
    assert standing(world, idle) == ("not_pushed", "no_activity", None)
    assert standing(world, elsewhere) == ("not_pushed", "campaign_not_sent_to_list", None)
    assert standing(world, nameless) == ("not_pushed", "missing_mandatory", "Last_Name")
    assert standing(world, imported) == ("not_pushed", "imported_from_recruit", None)
    assert standing(world, pushed)[0] == "inserted"
    members = world.one("SELECT count(*) FROM contacts.membership WHERE status <> 'removed'")
    assert world.one("SELECT count(DISTINCT contact_id) FROM sync.push_ledger") == members


def test_missing_name_is_made_up_for_later(world: World, loaded: RunInfo) -> None:
    """PUSH-4: who could not be pushed for a missing field is pushed once the field is there, by the same open."""
    nameless = add_member(world, "nameless@web.example.org", last_name=None)
    opened(world, nameless)
    opened(world, add_member(world, "pushed@web.example.org"))
    do_push(world, loaded)
    world.execute("UPDATE contacts.contact SET last_name = 'Found' WHERE contact_id = :id", id=nameless)
    assert do_push(world, loaded) == {"pushed": 1, "not_pushed": 0}
    assert standing(world, nameless)[0] == "inserted"


def test_first_push_looks_back_five_days(world: World, loaded: RunInfo) -> None:
    """PUSH-3: the first push takes opens of the last five days; a later one takes what arrived since, however old."""
    old = add_member(world, "old@web.example.org")
    opened(world, old, days_ago=6)
    do_push(world, loaded)
    assert standing(world, old) == ("not_pushed", "no_activity", None)
    opened(world, old, campaign="older", days_ago=90)
    assert do_push(world, loaded)["pushed"] == 1


def test_pushed_person_read_back_is_not_imported(world: World, loaded: RunInfo) -> None:
    """PUSH-4: a record that our own push created does not make the person `imported_from_recruit`."""
    contact_id = add_member(world, "ann.fields@web.example.org")
    opened(world, contact_id)
    do_push(world, loaded)
    world.fetch(SYNC)
    assert world.one("SELECT count(*) FROM contacts.source_link WHERE contact_id = :id", id=contact_id) == 1
    opened(world, contact_id, campaign="again")
    assert do_push(world, loaded)["pushed"] == 1
    assert standing(world, contact_id)[0] == "updated"


def test_erased_people_are_never_pushed(world: World, loaded: RunInfo) -> None:
    """PUSH-4: `suppressed` is a reason always for erased people, for others only under push_suppressed: skip."""
    erased, blocked = add_member(world, "erased@web.example.org"), add_member(world, "blocked@web.example.org")
    for contact_id, kind in ((erased, "erased"), (blocked, "blocked")):
        opened(world, contact_id)
        world.execute(
            "INSERT INTO contacts.suppression (kind, contact_id, origin, reason, created_by, created_at) "
            "VALUES (:kind, :id, 'test', 'test', 'test', now())",
            kind=kind,
            id=contact_id,
        )
    do_push(world, loaded)
    assert standing(world, erased) == ("not_pushed", "suppressed", None)
    assert standing(world, blocked)[0] == "inserted"


@pytest.mark.parametrize(
    ("run_type", "choice", "pushes"),
    [
        pytest.param(RunType.BACKFILL, "as_configured", False, id="PUSH-10-backfill-does-not-push"),
        pytest.param(RunType.BACKFILL, "on", True, id="PUSH-10-backfill-asked-to-push"),
        pytest.param(RunType.SCHEDULED, "off", False, id="RET-6-push-off"),
        pytest.param(RunType.SCHEDULED, "as_configured", True, id="PUSH-0-scheduled"),
    ],
)
def test_when_a_run_pushes(world: World, loaded: RunInfo, run_type: RunType, choice: str, pushes: bool) -> None:
    """PUSH-10: off in backfills unless asked for; the form decides otherwise."""
    opened(world, add_member(world, "ann.fields@web.example.org"))
    world.execute("UPDATE sync.fetch SET run_type = :type, push_choice = :choice", type=str(run_type), choice=choice)
    assert (do_push(world, loaded)["pushed"] == 1) is pushes


def test_everybody_rejected_fails_the_task(world: World, loaded: RunInfo) -> None:
    """PUSH-9: an all-rejected push fails, with each person's reason in the ledger; the import stays loaded."""
    contact_id = add_member(world, "ann.fields@web.example.org", last_name="x" * 300)
    opened(world, contact_id)
    with pytest.raises(PushRejected, match="none of 1 people"):
        do_push(world, loaded)
    assert standing(world, contact_id)[:2] == ("not_pushed", "invalid_value")
    assert world.one("SELECT loaded_at IS NOT NULL FROM sync.fetch") is True


def test_switch_turned_off_pushes_nobody(world: World, loaded: RunInfo) -> None:
    """PUSH-7: each switch can be turned off."""
    opened(world, add_member(world, "ann.fields@web.example.org"))
    sync = world.syncs[SYNC]
    off = sync.model_copy(
        update={"push_switches": tuple(each.model_copy(update={"enabled": False}) for each in sync.push_switches)}
    )
    run = world.run_info(SYNC)
    world.extract(run, off)
    world.finish(run)
    assert do_push(world, run) == {"pushed": 0, "not_pushed": 0}
