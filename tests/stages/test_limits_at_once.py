"""Runs and acts that ask for slots and places at one moment: never more than there are, and no deadlock (LIM-2)."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from contact_sync.errors import ConfigError, SyncSkipped
from contact_sync.stages import states
from contact_sync.warehouse.database import open_warehouse
from tests.stages.office import NOON, Office, silent
from tests.stages.test_limits import places, under

AT_ONCE = 8


def together(works: Sequence[Callable[[], Any]]) -> list[str]:
    """Do all of it at one moment, each over a connection of its own; how each ended, in a word."""
    barrier = Barrier(len(works))

    def one(work: Callable[[], Any]) -> str:
        barrier.wait(timeout=30)
        try:
            work()
        except SyncSkipped as skip:
            return skip.reason
        except ConfigError as refused:
            return str(refused).partition(": ")[0].rpartition(", ")[2]
        return "ran"

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


@pytest.fixture
def offices(office: Office, warehouse_url: str) -> list[Office]:
    """As many processes would be: each with an engine of its own."""
    return [Office(open_warehouse(warehouse_url, None, f"office {n}"), office.sync) for n in range(AT_ONCE)]


def test_new_syncs_never_exceed_the_slots(office: Office, offices: list[Office]) -> None:
    """LIM-2: eight first runs at one moment, three slots: the three registered first have them."""
    for turn in range(3):
        syncs = under(office, *(f"t{turn}_{n}" for n in range(AT_ONCE)), active_syncs=3 * (turn + 1), per_month=None)
        syncs = [
            sync.model_copy(update={"list_name": f"List {turn} {n % 2}", "account": f"account_{turn}"})
            for n, sync in enumerate(syncs)
        ]
        ended = together([lambda o=o, s=s: o.opens(s) for o, s in zip(offices, syncs, strict=True)])
        assert sorted(ended) == ["over_limit"] * 5 + ["ran"] * 3
        office.warehouse.engine.dispose()
    assert list(office.stands().values()).count("active") == 9


def test_runs_never_exceed_the_places(office: Office, offices: list[Office]) -> None:
    """LIM-2: eight runs at one moment, three places and five initiations."""
    syncs = under(office, *(f"s{n}" for n in range(AT_ONCE)), syncs_per_day=3)
    ended = together([lambda o=o, s=s: o.opens(s) for o, s in zip(offices, syncs, strict=True)])
    assert sorted(ended) == ["daily_limit"] * 5 + ["ran"] * 3
    assert len(places(office)) == 3


def test_first_activations_never_exceed_the_month(office: Office, offices: list[Office]) -> None:
    """LIM-2: by hand and by runs, five initiations a month."""
    syncs = under(office, *(f"s{n}" for n in range(AT_ONCE)), per_month=5)
    works = [
        (lambda o=o, s=s: o.opens(s)) if n % 2 else (lambda o=o, s=s: o.activates(s))
        for n, (o, s) in enumerate(zip(offices, syncs, strict=True))
    ]
    ended = together(works)
    assert sorted(ended) == ["monthly_limit"] * 3 + ["ran"] * 5
    assert office.rows("SELECT count(*) AS n FROM sync.initiation") == [{"n": 5}]


def test_activating_never_exceeds_the_slots(office: Office, offices: list[Office]) -> None:
    """LIM-2: eight inactive syncs, two slots; one of each pair is initiated instead."""
    syncs = under(office, *(f"s{n}" for n in range(AT_ONCE)), active_syncs=2)
    for sync in syncs:
        states.deactivate(office.warehouse, sync.sync_id, "ann", "off", NOON, lambda sync=sync: sync)
    works = [
        (lambda o=o, s=s: o.activates(s))
        if n % 2
        else (lambda o=o, s=s: states.initiate(o.warehouse, s, "ann", NOON, silent))
        for n, (o, s) in enumerate(zip(offices, syncs, strict=True))
    ]
    assert sorted(together(works)) == ["over_limit"] * 6 + ["ran"] * 2
    assert sorted(office.stands().values()) == ["active"] * 2 + ["by_hand"] * 6
