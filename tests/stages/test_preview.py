"""A manual run that only looks ahead (RET-6): the same decisions, and nothing of them written."""

from pathlib import Path

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved_campaigns import ResolvedCampaigns, StatusTarget
from contact_sync.core.run import RunType
from contact_sync.errors import ConfigError
from contact_sync.operators.load import preview_in_words
from contact_sync.stages.load import load
from contact_sync.stages.plan_pushes import TAKES
from contact_sync.stages.push import push
from tests.stages.snapshot import differences, everything, snapshot
from tests.stages.test_plan_rows import ids, optioned, plan
from tests.stages.test_push import add_member, opened
from tests.stages.world import World

DAILY, ONCE = "candidates_daily", "welcome_once"
SYNCED = load_syncs(Path(__file__).parents[2] / "include", DAILY).syncs[DAILY]
TARGET = StatusTarget(module="Candidates", field="Mail_Status", kinds=("email_campaign",))
ASKED = ResolvedCampaigns(
    account=SYNCED.account, list_name=SYNCED.list_name, create=True, member_status=True, fields=(TARGET,)
)
PLANNED = optioned(SYNCED, deleted="remove_from_list").model_copy(update={"campaigns": (ASKED,)})
REGISTERED = {"sync.config_version", "sync.source", "sync.sync", "contacts.mailing_list"}


def test_preview_counts_and_writes_nothing(world: World) -> None:
    """RET-6, OPS-2: compared before and after: nothing but the history row of the preview."""
    world.fetch("experienced_engineers_weekly")
    before = snapshot(world.warehouse)
    run = world.run_info(DAILY, conf={"preview": True})
    world.extract(run)
    shown = world.finish(run)
    assert push(run, world.client, world.warehouse, world.clock()).counts == {"pushed": 0}
    assert set(differences(before, snapshot(world.warehouse))) <= {"sync.fetch", "sync.fetch_reason"} | REGISTERED
    row = world.rows("SELECT * FROM sync.import_history ORDER BY fetch_id DESC")[0]
    assert row["status"] == "preview"
    assert (row["new"], row["ignored"]) == (shown.counts["new"], shown.counts["ignored"])
    assert shown.changed is False
    run = world.run_info(DAILY)
    world.extract(run)
    real = world.finish(run).counts | push(run, world.client, world.warehouse, world.clock()).counts
    assert {name: real[name] for name in shown.counts if name != "credits"} == {
        name: number for name, number in shown.counts.items() if name != "credits"
    }


def test_a_preview_is_a_plan_and_leaves_one_row(world: World) -> None:
    """OPS-2, RET-6: joins, updates, removals, pushes, campaigns, credits; of all tables only its row and reasons."""
    first = world.fetch(DAILY, PLANNED)
    assert first.counts["new"] > 0
    opened(world, add_member(world, "web@example.org"))
    changed, gone, fresh, wrong, *sent = ids(world, "plain", 6)
    world.edit(changed, City="Atlantis")
    world.edit(fresh, Email="fresh@example.org")
    world.edit(wrong, Email="nobody")
    world.control("POST", "records/Candidates/delete", {"ids": [gone], "type": "recycle"})
    world.execute(
        "INSERT INTO contacts.send (campaign_id, contact_id, sent_at) SELECT campaign_id, contact_id, now() "
        "FROM contacts.campaign, contacts.source_link WHERE record_id = ANY(:sent)",
        sent=sent,
    )
    before = everything(world.warehouse)

    run = world.run_info(DAILY, conf={"preview": True})
    world.extract(run, PLANNED)
    shown = world.finish(run)

    after = everything(world.warehouse)
    assert {name for name in before if before[name] != after[name]} <= {"sync.fetch", "sync.fetch_reason"}
    assert after.keys() == before.keys()
    assert set(before["sync.fetch"]) < set(after["sync.fetch"])
    assert (shown.counts["removed"], shown.counts["deleted"], shown.counts["pushed"]) == (1, 1, 1)
    told = plan(world, PLANNED)
    assert {name: shown.counts[name] for name in told.counts} == told.counts
    (tells,) = told.campaigns or ()
    statuses = (("Candidates.Mail_Status", 2), ("Candidates as members", 0), ("Contacts as members", 0))
    assert (tells.to_make, tells.credits, tells.statuses) == (1, 10, statuses)
    lines = world.one("SELECT warnings FROM sync.import_history WHERE fetch_id = :id", id=shown.fetch_id)
    due = "1 campaigns, 2 member statuses (Candidates.Mail_Status), for 10 credits."
    assert {line for line in lines if line.startswith("Preview: ")} == {
        f"Preview: Candidates, opened: 1 would be pushed, for 4 credits. {TAKES}",
        f"Preview: {PLANNED.account} would get {due} {TAKES}",
    }
    row = world.rows("SELECT status, pushed, credits FROM sync.import_history ORDER BY fetch_id DESC LIMIT 1")[0]
    assert (row["status"], row["pushed"], row["credits"]) == ("preview", 1, shown.counts["credits"])
    words = preview_in_words(shown)
    assert "1 memberships would end. 1 would be pushed to Recruit, if it takes them." in words
    assert words.endswith(f"It cost {row['credits']} API credits.")


def test_a_preview_counts_whom_it_would_suppress(world: World) -> None:
    """OPS-2, ADV-3: people unsubscribed elsewhere, whom a load suppresses first; load again changes nothing."""
    policies = PLANNED.policies.model_copy(update={"unsubscribe_scope": "organisation"})
    sync = PLANNED.model_copy(update={"policies": policies, "each_fetch": "all"})
    world.fetch(DAILY, sync)
    world.execute(
        "UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = now() "
        "WHERE contact_id = (SELECT min(contact_id) FROM contacts.source_link)"
    )
    run = world.run_info(DAILY, conf={"preview": True})
    world.extract(run, sync)
    shown = world.finish(run)
    assert load(run, world.warehouse).counts == shown.counts
    assert world.one("SELECT count(*) FROM contacts.suppression") == 0
    real = world.fetch(DAILY, sync).counts
    assert world.one("SELECT count(*) FROM contacts.suppression") == 1
    assert {name: real[name] for name in real} == {name: shown.counts[name] for name in real}


def test_preview_completes_and_restarts_nothing(world: World) -> None:
    """RET-1, RET-10: a preview neither completes a one-time sync nor uses up an initiate."""
    world.fetch(ONCE, conf={"preview": True})
    assert world.fetch(ONCE).status == "succeeded"
    world.initiate(ONCE)
    world.fetch(ONCE, conf={"preview": True})
    assert world.one("SELECT restart_pending FROM sync.sync WHERE sync_id = :id", id=ONCE) is True


def test_preview_is_for_runs_by_hand(world: World) -> None:
    """RET-6: refused at once, with the reason, in a scheduled run."""
    run = world.run_info(DAILY, RunType.SCHEDULED, conf={"preview": True})
    with pytest.raises(ConfigError, match="preview is for manual runs only"):
        world.extract(run)


def test_preview_takes_true_or_false(world: World) -> None:
    """RET-6: bad input is refused with the reason."""
    run = world.run_info(DAILY, conf={"preview": "yes"})
    with pytest.raises(ConfigError, match="'yes' is not true or false"):
        world.extract(run)
