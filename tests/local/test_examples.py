"""The example syncs through the stages: every number of their history is that of the independent count.

The demo shows the same through a whole Airflow and with a past; here it is a matter of seconds.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from contact_sync.cli.history import read_history
from contact_sync.config.loader import load_syncs
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.erasure import erase
from contact_sync.warehouse.removals import remove_from_list, remove_from_organisation
from contact_sync.warehouse.suppressions import suppress
from include.local import day_two, past
from include.local.comparing import compare, counters, is_complete
from include.local.expected import count, differences
from include.local.include_folder import IncludeFolder
from include.local.organisation import Organisation, organisation_before
from include.local.services import MODULES
from include.local.sync_files import Sync, moment, read_syncs
from include.local.witness import read_records
from include.sandbox.server import running
from tests.stages.world import World

SIZES = {"candidates": 600, "contacts": 200, "clients": 30, "job_openings": 60, "applications": 20, "alumni": 200}


def test_both_days_of_the_demo_agree_with_the_independent_count(
    warehouse: Warehouse, warehouse_url: str, tmp_path: Path
) -> None:
    """OUT-1 to OUT-15, ADV-1 to ADV-3, SRC-1 to SRC-8, RET-2, RET-3: all examples, then day two; nothing is missing."""
    include = IncludeFolder(tmp_path)
    with running(modules=MODULES.split(","), **SIZES) as sandbox:
        known = past.seed_past(warehouse_url, sandbox.url)
        for kind in past.BY_COMMAND:
            suppress(warehouse, known.people[kind], kind, "by telephone", "tests")
        demo = Demo(World(sandbox.url, warehouse, {}), organisation_before(known))
        demo.organisation.openers = {}  # the push is a task of its own
        syncs = {sync.sync_id: sync for sync in read_syncs(include.path)}
        for sync in syncs.values():
            demo.fetch(include, sync, "succeeded")
        alumni = syncs[day_two.SYNC_ID]
        people = day_two.choose(read_records(sandbox.url, alumni), demo.organisation.members(alumni.list_name))
        day_two.change_the_source(sandbox.url, alumni.module, people)
        ids = day_two.unsubscribe(warehouse_url, alumni.list_name, people)
        remove_from_list(warehouse, ids["taken_out"], alumni.list_name, "asked", "tests")
        remove_from_organisation(warehouse, ids["leaves"], "left", "tests")
        erase(warehouse, ids["erased"], "asked", "tests")
        day_two.tell(demo.organisation, alumni.list_name, people)
        include.limit(day_two.limit_for(read_records(sandbox.url, alumni), alumni, demo.organisation))
        (limited,) = (sync for sync in read_syncs(include.path) if sync.sync_id == day_two.SYNC_ID)
        told = demo.fetch(include, limited, "partial")
        assert (told["re_added"], told["deleted"], told["ignored.plan_limit"]) == (1, 1, day_two.WAITING)
        assert told["new"] == day_two.JOINING - day_two.WAITING
        include.as_it_is()
        assert demo.fetch(include, alumni, "succeeded")["new"] == told["ignored.plan_limit"]
    history = read_history(warehouse, None, 20)
    assert is_complete(history)
    assert not is_complete([fetch for fetch in history if fetch["status"] == "succeeded"])


@dataclass
class Demo:
    """What demo.py does through a whole Airflow, by the stages."""

    world: World
    organisation: Organisation

    def fetch(self, include: IncludeFolder, sync: Sync, status: str) -> dict[str, int]:
        """One more fetch of a sync; its history must be what the independent count expects."""
        self.world.syncs = load_syncs(include.path).syncs
        manifest = self.world.fetch(sync.sync_id)
        records = read_records(self.world.url, sync)
        expected = count(records, sync, moment(manifest.window_end), self.organisation)
        (fetch,) = read_history(self.world.warehouse, sync.sync_id, 1)
        told = counters(fetch)
        assert (sync.sync_id, differences(expected, told)) == (sync.sync_id, [])
        assert (fetch["status"], fetch["warnings"]) == (status, [])
        return Counter(told)


@pytest.mark.parametrize(
    ("changed", "agreed", "said"),
    [
        ({}, True, "as the independent count says (5 read, 1 out of scope, 3 new, 0 duplicate, 1 ignored)"),
        ({"new": 4}, False, "new: the history says 4, the independent count 3"),
        ({"status": "degraded", "warnings": ["of [late] rows"]}, False, "status: degraded (of [late] rows)"),
        ({"run_id": "other"}, False, "the history does not have it"),
        ({"out_of_scope_by_cause": []}, False, "out_of_scope.pattern: the history says 0, the independent count 1"),
    ],
)
def test_what_differs_is_said(
    capsys: pytest.CaptureFixture[str], changed: dict[str, object], agreed: bool, said: str
) -> None:
    names = ("re_added", "duplicate", "deleted", "pushed", "duplicate_in_list", "duplicate_other_list")
    fetch = {"run_id": "run", "sync_id": "one", "fetch_id": 7, "status": "succeeded", "reason": None, "warnings": []}
    fetch |= {"read": 5, "total": 4, "out_of_scope": 1, "new": 3, "ignored": 1, **dict.fromkeys(names)}
    fetch |= {
        "duplicate_no_list": None,
        "ignored_by_reason": [{"reason": "bounced", "sub_code": "soft", "records": 1}],
        "out_of_scope_by_cause": [{"reason": "pattern", "sub_code": None, "records": 1}],
    }
    expected = {"read": 5, "total": 4, "out_of_scope": 1, "out_of_scope.pattern": 1, "new": 3}
    expected |= {"ignored": 1, "ignored.bounced": 1, "ignored.bounced.soft": 1}
    assert compare({"runone": expected}, [fetch | changed]) is agreed
    assert said in " ".join(capsys.readouterr().out.split())
