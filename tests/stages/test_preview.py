"""A manual run that only looks ahead (RET-6): the same decisions, and nothing of them written."""

import pytest

from contact_sync.core.run import RunType
from contact_sync.errors import ConfigError
from contact_sync.stages.push import push
from tests.stages.snapshot import differences, snapshot
from tests.stages.world import World

DAILY, ONCE = "candidates_daily", "welcome_once"
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
    real = world.fetch(DAILY)
    assert {name: real.counts[name] for name in shown.counts} == shown.counts


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
