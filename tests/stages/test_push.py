"""The push stage against the sandbox: openers of the list become candidates, everybody else has a reason."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from contact_sync.config.resolved_campaigns import ResolvedCampaigns, StatusTarget
from contact_sync.config.resolved_push import ResolvedSwitch
from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import CreditsExhausted, PushRejected, Superseded, Unavailable
from contact_sync.stages.push import push
from contact_sync.warehouse import accounts, statements
from contact_sync.zoho.recruit import RecruitClient, UpsertAnswer
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


def crowd_of_openers(world: World, size: int) -> None:
    """So many members of the list, each of whom opened two campaigns sent to it."""
    opened(world, add_member(world, "first@web.example.org"), campaign="news")
    opened(world, add_member(world, "second@web.example.org"), campaign="again")
    world.execute(
        "INSERT INTO contacts.contact (email, email_key, first_name, last_name, created_at, updated_at) "
        "SELECT a, a, 'Ann', 'Fields', now(), now() "
        "FROM (SELECT format('p%s@web.example.org', n) AS a FROM generate_series(3, :size) AS n)",
        size=size,
    )
    world.execute(
        "INSERT INTO contacts.membership (list_id, contact_id, status, since) "
        "SELECT list_id, contact_id, 'subscribed', now() FROM contacts.mailing_list, contacts.contact "
        "WHERE name = 'Talent news' AND email LIKE 'p%@web.example.org'"
    )
    world.execute(
        "INSERT INTO contacts.response (campaign_id, contact_id, kind, happened_at, arrived_at) "
        "SELECT campaign_id, contact_id, 'opened', now() - campaign_id * interval '1 hour', clock_timestamp() "
        "FROM contacts.campaign, contacts.contact WHERE email LIKE 'p%@web.example.org'"
    )


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> list[int]:
    """Let something happen while the first write is on its way to Recruit; the sizes of the writes."""
    upsert = RecruitClient.upsert
    sizes: list[int] = []

    def interrupted(client: RecruitClient, module: str, records: Any, keys: Any) -> list[UpsertAnswer]:
        sizes.append(len(records))
        answers = upsert(client, module, records, keys)
        if len(sizes) == 1:
            happens()
        return answers

    monkeypatch.setattr(RecruitClient, "upsert", interrupted)
    return sizes


def pushed_rows(world: World) -> int:
    """How many rows of the push ledger say that somebody was pushed."""
    return int(world.one("SELECT count(*) FROM sync.push_ledger WHERE outcome <> 'not_pushed'"))


def nested_loops(world: World, name: str, **values: Any) -> list[str]:
    """Join filters of the loops in the plan of a statement, when the planner takes loops for want of anything else."""
    with world.warehouse.transaction() as connection:
        for way in ("nestloop", "indexscan", "bitmapscan"):
            connection.execute(text(f"SET LOCAL enable_{way} = off"))
        statements.run(connection, "push/judged_table")
        plan = connection.execute(text(f"EXPLAIN (FORMAT JSON) {statements.statement(name).text}"), values).scalar_one()
    loops, waiting = [], [plan[0]["Plan"]]
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        if node["Node Type"] == "Nested Loop":
            loops.append(node.get("Join Filter", ""))
    return loops


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
    assert do_push(world, loaded) == {"pushed": 0, "not_pushed": 0}, "what was too old then is too old now"
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


def test_imported_after_our_push_by_another_record(world: World, loaded: RunInfo) -> None:
    """PUSH-4: what a sync brings only after our first push does not make the person `imported_from_recruit`."""
    contact_id = add_member(world, "ann.fields@web.example.org")
    opened(world, contact_id)
    do_push(world, loaded)
    values = {"Last_Name": "Other", "Email": "Ann.Fields@web.example.org", "City": "Ulm"}
    world.control("POST", "clock", {"advance_seconds": 60})
    (other,) = world.control("POST", "records/Candidates/add", {"records": [values]})["ids"]
    world.fetch(SYNC)
    assert world.one("SELECT record_id FROM contacts.source_link WHERE contact_id = :id", id=contact_id) == other
    opened(world, contact_id, campaign="again")
    assert do_push(world, loaded)["pushed"] == 1
    assert standing(world, contact_id)[0] == "updated"


def test_a_record_that_was_kept_out_brought_nobody(world: World, loaded: RunInfo) -> None:
    """PUSH-4, OUT-11: that a record under the person's address was ignored makes nobody `imported_from_recruit`."""
    contact_id = add_member(world, "ann.fields@web.example.org")
    opened(world, contact_id)
    world.execute(
        "INSERT INTO contacts.source_link (source_no, record_id, contact_id, email_key, linked_by_fetch) "
        "SELECT source_no, 'kept out', :id, 'ann.fields@web.example.org', fetch_id FROM sync.fetch LIMIT 1",
        id=contact_id,
    )
    assert do_push(world, loaded)["pushed"] == 1


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
    address = add_member(world, "address@web.example.org")
    opened(world, address)
    world.execute(
        "INSERT INTO contacts.suppression (kind, email_key, origin, reason, created_by, created_at) "
        "VALUES ('erased', 'address@web.example.org', 'test', 'test', 'test', now())"
    )
    do_push(world, loaded)
    assert standing(world, address) == ("not_pushed", "suppressed", None)
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


@pytest.mark.parametrize(("run_type", "told"), [(RunType.MANUAL, 1), (RunType.BACKFILL, None)])
def test_campaigns_of_the_list_go_with_the_push(
    world: World, loaded: RunInfo, run_type: RunType, told: int | None
) -> None:
    """PUSH-0, PUSH-10, CAMP-4: the push task of the sync that feeds the list writes statuses; not in a backfill."""
    (contact_id, record_id) = next(
        (row["contact_id"], row["record_id"])
        for row in world.rows("SELECT contact_id, record_id FROM contacts.source_link ORDER BY 1 LIMIT 1")
    )
    opened(world, contact_id)
    wanted = ResolvedCampaigns(
        account="recruit_demo",
        list_name="Talent news",
        create=False,
        member_status=False,
        fields=(StatusTarget(module="Candidates", field="Campaign_Response", kinds=("email_campaign",)),),
    )
    sync = world.syncs[SYNC].model_copy(update={"campaigns": (wanted,), "push_switches": ()})
    run = world.run_info(SYNC)
    world.extract(run, sync)
    world.finish(run)
    world.execute("UPDATE sync.fetch SET run_type = :type WHERE run_id = :run", type=str(run_type), run=run.run_id)
    assert do_push(world, run).get("statuses") == told
    (shown,) = world.control("GET", f"records/Candidates?ids={record_id}")
    assert shown["Campaign_Response"] == ("Opened" if told else None)


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


def test_missing_name_alone_is_no_failure(world: World, loaded: RunInfo) -> None:
    """PUSH-9: a person we did not send, for want of a last name, was not rejected: neither red nor degraded."""
    nameless = add_member(world, "nameless@web.example.org", last_name=None)
    opened(world, nameless)
    before = world.one("SELECT status FROM sync.import_history")
    for _ in range(2):
        assert do_push(world, loaded) == {"pushed": 0, "not_pushed": 1}
    assert standing(world, nameless) == ("not_pushed", "missing_mandatory", "Last_Name")
    assert world.one("SELECT status FROM sync.import_history") == before
    assert not world.one("SELECT EXISTS (SELECT FROM sync.fetch WHERE 'Recruit' ~ ANY (warnings))")


def test_missing_name_does_not_hide_a_rejection(world: World, loaded: RunInfo) -> None:
    """PUSH-9: all whom Recruit was asked for are refused, so the task fails, whoever else was not sent."""
    opened(world, add_member(world, "nameless@web.example.org", last_name=None))
    opened(world, add_member(world, "ann.fields@web.example.org", last_name="x" * 300))
    with pytest.raises(PushRejected, match="none of 1 people"):
        do_push(world, loaded)


def test_retry_after_a_cut_call_sends_nobody_twice(world: World, loaded: RunInfo) -> None:
    """PUSH-0, PUSH-9: whose answers were written is not sent again, though the cursor has not moved; of the others the
    retry finds who is there. A call that never got through leaves its people unknown, and the run degraded.
    """
    crowd_of_openers(world, 230)
    fault = {"kind": "cut_after", "method": "POST", "path": "upsert", "nth": 2}
    world.control("POST", "faults", [fault, {**fault, "kind": "cut_before", "nth": 3}])
    with pytest.raises(Unavailable):
        do_push(world, loaded)
    assert pushed_rows(world) == 100
    with pytest.raises(Unavailable):
        do_push(world, loaded)
    assert pushed_rows(world) == 200
    assert do_push(world, loaded) == {"pushed": 0, "not_pushed": 30}
    assert world.one("SELECT count(DISTINCT record_id) FROM sync.push_ledger") == 200
    assert world.rows("SELECT pushed, status FROM sync.import_history") == [{"pushed": 200, "status": "degraded"}]


def test_a_killed_push_read_back_is_not_imported(world: World, loaded: RunInfo) -> None:
    """PUSH-4, PUSH-9: a sync reads the record before anybody knows that our push made it: still ours."""
    contact_id = add_member(world, "ann.fields@web.example.org")
    opened(world, contact_id)
    world.control("POST", "faults", {"kind": "cut_after", "method": "POST", "path": "upsert"})
    with pytest.raises(Unavailable):
        do_push(world, loaded)
    world.fetch(SYNC)
    assert world.one("SELECT count(*) FROM contacts.source_link WHERE contact_id = :id", id=contact_id) == 1
    assert do_push(world, loaded) == {"pushed": 1, "not_pushed": 0}
    opened(world, contact_id, campaign="again")
    assert do_push(world, loaded) == {"pushed": 1, "not_pushed": 0}
    assert standing(world, contact_id)[0] == "updated"


def test_a_sync_carries_out_the_switches_of_other_accounts(world: World, loaded: RunInfo) -> None:
    """PUSH-0, ACC-4: whose list it feeds; not while that account's credentials are in doubt, which the history says."""
    opened(world, add_member(world, "ann.fields@web.example.org"))
    (own,) = world.syncs[SYNC].push_switches
    sync = world.syncs[SYNC].model_copy(update={"push_switches": (own.model_copy(update={"account": "recruit_two"}),)})
    run = world.run_info(SYNC)
    world.extract(run, sync)
    world.finish(run)
    with world.warehouse.transaction() as connection:
        accounts.see(connection, "recruit_two", "0" * 80, deactivate=True, now=world.clock())
    changed = {"recruit_two": "0" * 79 + "1"}
    done = push(run, world.client, world.warehouse, world.clock(), changed.get)
    assert (done.counts["pushed"], done.status) == (0, "partial")
    assert "Nobody was pushed to recruit_two: credentials_changed." in " ".join(done.warnings)
    assert push(run, world.client, world.warehouse, world.clock(), changed.get).counts["pushed"] == 1


def test_one_accounts_spent_credits_stop_no_other(
    world: World, loaded: RunInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LIM-5: the ceiling is an account's own; its people are left for a later run, those of another are pushed."""
    (own,) = world.syncs[SYNC].push_switches
    both = (own, own.model_copy(update={"account": "recruit_two"}))
    run = world.run_info(SYNC)
    world.extract(run, world.syncs[SYNC].model_copy(update={"push_switches": both}))
    world.finish(run)
    carried: list[str] = []

    def carry_out(switch: ResolvedSwitch, *_: Any) -> None:
        carried.append(switch.account)
        if switch.account == own.account:
            raise CreditsExhausted("Nothing is left of the day.")

    monkeypatch.setattr("contact_sync.stages.push.carry_out", carry_out)
    do_push(world, run)
    assert carried == ["recruit_demo", "recruit_two"]
    row = world.rows("SELECT status, warnings FROM sync.fetch ORDER BY fetch_id DESC LIMIT 1")[0]
    assert (row["status"], row["warnings"][-1]) == (
        "partial",
        "Nothing is left of the day. A later run pushes those who are left.",
    )


def test_open_committed_late_is_pushed(world: World, loaded: RunInfo) -> None:
    """PUSH-3: an open that arrived before the last push and was committed after it is pushed by the next one."""
    late, other = add_member(world, "late@web.example.org"), add_member(world, "other@web.example.org")
    opened(world, other)
    with world.warehouse.engine.connect() as importing:
        importing.execute(
            text(
                "INSERT INTO contacts.response (campaign_id, contact_id, kind, happened_at, arrived_at) "
                "SELECT campaign_id, :id, 'opened', now(), clock_timestamp() FROM contacts.campaign"
            ),
            {"id": late},
        )
        opened(world, other, campaign="again")
        assert do_push(world, loaded) == {"pushed": 1, "not_pushed": 0}
        importing.commit()
    assert do_push(world, loaded) == {"pushed": 1, "not_pushed": 0}
    assert standing(world, late)[0] == "inserted"
    assert do_push(world, loaded) == {"pushed": 0, "not_pushed": 0}


def test_first_push_without_any_open_counts(world: World, loaded: RunInfo) -> None:
    """PUSH-3: after a first push that found nothing, what arrives is taken however old it is."""
    late = add_member(world, "late@web.example.org")
    assert do_push(world, loaded) == {"pushed": 0, "not_pushed": 0}
    opened(world, late, days_ago=9)
    assert do_push(world, loaded) == {"pushed": 1, "not_pushed": 0}


def test_nobody_waits_in_the_warehouse_for_recruit(
    world: World, loaded: RunInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PUSH-0: during a call the switch is locked, but people are not: whoever loads or unsubscribes goes on."""
    add_member(world, "idle@web.example.org")
    opened(world, add_member(world, "ann.fields@web.example.org"))
    seen: dict[str, Any] = {}

    def look() -> None:
        world.execute("SELECT FROM sync.organisation, contacts.contact, sync.fetch FOR UPDATE NOWAIT")
        seen["open"] = world.one(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name LIKE '% push' AND xact_start IS NOT NULL"
        )
        seen["free"] = world.one(
            "SELECT pg_try_advisory_lock(hashtextextended('contact_sync.push', switch_no)) FROM sync.push_switch"
        )

    meanwhile(monkeypatch, look)
    assert do_push(world, loaded)["pushed"] == 1
    assert seen == {"open": 0, "free": False}


@pytest.mark.parametrize(
    ("happening", "error"),
    [
        pytest.param("UPDATE sync.fetch SET attempt = attempt + 1", Superseded, id="PUSH-9-overtaken"),
        pytest.param(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE locktype = 'advisory' AND granted AND datname = current_database()",
            Unavailable,
            id="PUSH-0-lock-lost",
        ),
    ],
)
def test_who_lost_the_push_sends_no_more(
    world: World, loaded: RunInfo, monkeypatch: pytest.MonkeyPatch, happening: str, error: type[Exception]
) -> None:
    """PUSH-0, PUSH-9: answers of the call already made are kept; no other call is made, and nothing else written."""
    crowd_of_openers(world, 101)
    sizes = meanwhile(monkeypatch, lambda: world.execute(happening))
    with pytest.raises(error):
        do_push(world, loaded)
    assert sizes == [100]
    assert pushed_rows(world) == 100
    assert world.one("SELECT arrived_until FROM sync.push_switch") is None
    assert do_push(world, loaded) == {"pushed": 1, "not_pushed": 0}


def test_an_attempt_overtakes_the_one_before(world: World, loaded: RunInfo) -> None:
    """PUSH-9: each try of the task is an attempt of its own, although the fetch is loaded."""
    before = world.one("SELECT attempt FROM sync.fetch")
    do_push(world, loaded)
    assert world.one("SELECT attempt FROM sync.fetch") == before + 1
    assert world.one("SELECT status FROM sync.fetch") != "running"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        pytest.param(
            "push/judged",
            {
                "switch_no": 1,
                "kinds": ["opened"],
                "happened_since": "2026-11-01",
                "overlap": "1 day",
                "push_suppressed": "push",
            },
            id="PUSH-4-judging",
        ),
        pytest.param("suppression/held", {"keys": ["a@web.example.org"], "hashes": [b"x"]}, id="OUT-10-lifting"),
    ],
)
def test_suppressions_are_not_compared_with_everybody(world: World, name: str, values: dict[str, Any]) -> None:
    """A suppression is found by person or by address, each by an equality; not by trying every pair of the two."""
    assert [each for each in nested_loops(world, name, **values) if "email_key" in each] == []


def test_suppressions_that_hold_for_an_address(world: World, loaded: RunInfo) -> None:
    """OUT-10: those of the address and those of the person who has it, each once; not lifted ones, nor another's."""
    address = "ann.fields@web.example.org"
    person, other = add_member(world, address), add_member(world, "other@web.example.org")
    for number, (contact_id, key, lifted) in enumerate(
        [
            (person, None, None),
            (None, address, None),
            (person, address, None),
            (person, address, "x"),
            (other, None, None),
        ]
    ):
        world.execute(
            "INSERT INTO contacts.suppression (suppression_id, kind, contact_id, email_key, origin, reason, "
            "created_by, created_at, lifted_by, lifted_reason, lifted_at) VALUES (:number, 'blocked', :id, :key, "
            "'test', 'test', 'test', now(), :lifted, :lifted, "
            "CASE WHEN CAST(:lifted AS text) IS NOT NULL THEN now() END)",
            number=1000 + number,
            id=contact_id,
            key=key,
            lifted=lifted,
        )
    with world.warehouse.transaction() as connection:
        asked = {"keys": [address, "nobody@web.example.org"], "hashes": [None, None]}
        held = statements.run(connection, "suppression/held", **asked).all()
    assert sorted(tuple(row) for row in held) == [(address, 1000 + number, "blocked") for number in range(3)]
