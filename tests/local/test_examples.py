"""The example syncs through the stages: every number of their history is that of the independent count.

The demo shows the same through a whole Airflow and with a past; here it is a matter of seconds.
"""

import pytest

from contact_sync.cli.history import read_history
from contact_sync.config.loader import load_syncs
from contact_sync.paths import PROJECT
from contact_sync.warehouse.database import Warehouse
from include.local.comparing import compare, counters
from include.local.expected import Organisation, count, differences
from include.local.services import MODULES
from include.local.sync_files import moment, read_syncs
from include.local.witness import read_records
from include.sandbox.server import running
from tests.stages.world import World

SIZES = {"candidates": 600, "contacts": 200, "clients": 30, "job_openings": 60, "applications": 20, "alumni": 200}


def test_the_history_of_the_examples_agrees_with_the_independent_count(warehouse: Warehouse) -> None:
    """SRC-1, SRC-3, SRC-5, SRC-6, SRC-8, CRIT-4, RET-2, RET-3: all examples, one after the other."""
    include = PROJECT / "include"
    organisation, seen = Organisation(), set()
    with running(modules=MODULES.split(","), **SIZES) as sandbox:
        world = World(sandbox.url, warehouse, load_syncs(include).syncs)
        for sync in read_syncs(include):
            manifest = world.fetch(sync.sync_id)
            end = moment(manifest.window_end)
            expected = count(read_records(sandbox.url, sync), sync, end, organisation)
            (fetch,) = read_history(warehouse, sync.sync_id, 1)
            assert (sync.sync_id, differences(expected, counters(fetch))) == (sync.sync_id, [])
            assert (fetch["status"], fetch["warnings"]) == ("succeeded", [])
            seen |= {name for name, number in expected.items() if number}
    assert {"out_of_scope.pattern", "duplicate_in_list", "duplicate_other_list", "ignored.converted"} <= seen


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
    fetch = {"run_id": "run", "sync_id": "one", "status": "succeeded", "reason": None, "warnings": []}
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
