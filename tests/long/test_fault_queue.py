"""Whatever the sandbox can do to a call: a fetch survives it with the same batch, or fails clearly and changes nothing.

Later stages read nothing but the sealed batch, so two reads with the same batch end alike; one is carried to its end.
"""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from contact_sync.config.loader import load_syncs
from contact_sync.core.api import ApiCall
from contact_sync.core.run import RunInfo
from contact_sync.errors import ContactSyncError
from contact_sync.paths import include_folder
from contact_sync.stages.failures import record_failure
from contact_sync.warehouse.credits import record_calls
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.tokens import WarehouseTokenStore
from contact_sync.zoho.auth import Credentials
from contact_sync.zoho.recruit import RecruitClient
from contact_sync.zoho.retrying import RetryPolicy
from contact_sync.zoho.transport import Transport
from include.sandbox.faults import KINDS
from include.sandbox.server import running
from tests.faults.conftest import MOMENT
from tests.stages.snapshot import snapshot
from tests.stages.world import World, utc_now

DAILY = "candidates_daily"
PEOPLE = 230
CALLS = {
    "token": "/oauth/v2/token",
    "fields": "/recruit/v2/settings/fields",
    "page 1": "&page=1&",
    "page 2": "&page=2&",
}
"""The calls of one fetch, by a piece of path and query."""
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "status": [
        {"status": 400},
        {"status": 500},
        {"status": 401, "code": "INVALID_TOKEN"},
        {"status": 403, "code": "NO_PERMISSION"},
        {"status": 429, "retry_after": 0},
        {"status": 429, "retry_after": 3_600},
    ],
    "slow": [{"seconds": 0.1}],
    "page_shift": [{"by": 1}, {"by": -1}],
}
HURRY = RetryPolicy(attempts=3, first_wait=0.01, most_wait=0.01, jitter=0.0)
SURVIVES = {"slow", "cut_before", "cut_after", "cut_middle", "page_shift"}
"""Once only, these must not fail a read: it has no effect that could not be asked for again."""


class Hasty(World):
    """A world whose clients wait hardly between attempts; `after` is told of every call."""

    def after(self, call: ApiCall) -> None:
        """Nothing, unless a test says so."""

    def client(self, account: str, fetch_id: int) -> RecruitClient:
        credentials = Credentials("sandbox-client", "sandbox-secret-0000", "sandbox-refresh-0000", self.url)
        tokens = WarehouseTokenStore(self.warehouse.engine, account, self.warehouse.fernet, utc_now)
        book = record_calls(self.warehouse.engine, account, fetch_id)

        def record(call: ApiCall) -> None:
            book(call)
            self.after(call)

        session = requests.Session()
        return RecruitClient(Transport(session, self.url, credentials, tokens, record, utc_now, policy=HURRY))


@pytest.fixture
def world(warehouse: Warehouse) -> Iterator[Hasty]:
    """Two pages of people, and a clock that stands."""
    with running(candidates=PEOPLE, anchor=MOMENT - timedelta(hours=1), max_tokens=100_000) as sandbox:
        found = Hasty(sandbox.url, warehouse, load_syncs(include_folder()).syncs)
        found.control("POST", "clock", {"now": MOMENT.isoformat()})
        yield found


def batch_of(world: World, fetch_id: int) -> str:
    """What is staged, whatever the order, as one word."""
    rows = world.rows(f"SELECT to_jsonb(batch) - 'record_no' AS row FROM staging.fetch_{fetch_id} AS batch")
    return hashlib.sha256("\n".join(sorted(repr(row["row"]) for row in rows)).encode()).hexdigest()


def read(world: World, run: RunInfo) -> str:
    """The batch that a read seals."""
    world.execute("DELETE FROM sync.token")
    world.execute("DELETE FROM sync.token_request")
    return batch_of(world, world.extract(run).fetch_id)


def cases() -> list[Any]:
    """Every kind of fault, in its variants, at every call of a fetch, once and for good."""
    found = []
    for kind in KINDS:
        for values in VARIANTS.get(kind, [{}]):
            for call, path in CALLS.items():
                # pages shift and end only where there are pages, and the first one shifts against nothing
                if kind in ("page_shift", "early_more_records_false") and (
                    not call.startswith("page") or (kind, call) == ("page_shift", "page 1")
                ):
                    continue
                found.append((kind, {"kind": kind, **values, "path": path}, call))
    return found


def test_the_whole_fault_queue_is_survived_or_fails_clearly(world: Hasty) -> None:
    """SRC-12, OPS-1: each fault at each call of a fetch, once and for ever: the same batch, or an error of our own."""
    undisturbed = world.run_info(DAILY, at=MOMENT)
    expected = read(world, undisturbed)
    before = snapshot(world.warehouse)["contacts.contact"]
    wrong, survived, failed = [], 0, 0
    for kind, fault, call in cases():
        for times in (1, None):
            record_failure(undisturbed, world.warehouse, "extract", ContactSyncError("given up"))
            undisturbed = world.run_info(DAILY, at=MOMENT)
            world.control("POST", "faults", {**fault, "times": times})
            try:
                outcome = "survived" if read(world, undisturbed) == expected else "ANOTHER BATCH"
                survived += 1
            except ContactSyncError as error:
                outcome = "failed" if len(str(error)) > 20 else f"UNCLEAR {error!r}"
                failed += 1
            except Exception as error:
                outcome = f"CRASHED {error!r}"
            used = world.control("GET", "faults") == [] or times is None
            world.control("DELETE", "faults")
            expected_end = outcome == "survived" or (outcome == "failed" and (times is None or kind not in SURVIVES))
            if not used or not expected_end:
                wrong.append((call, {**fault, "times": times}, outcome, "used" if used else "NEVER USED"))
    assert wrong == []
    assert survived > 20
    assert failed > 30
    assert snapshot(world.warehouse)["contacts.contact"] == before
    assert world.one("SELECT count(*) FROM sync.watermark") == 0
    world.extract(undisturbed)
    assert world.finish(undisturbed).counts["read"] > 0


def test_nobody_is_lost_when_a_record_of_page_1_is_deleted_while_page_2_is_read(world: Hasty) -> None:
    """SRC-12: the listing moves by one under the read; everybody who lives is in the ledger, once."""
    gone = world.kinds()[7]["id"]
    pages = 0

    def delete_after_page_1(call: ApiCall) -> None:
        nonlocal pages
        if call.path == "/recruit/v2/Candidates":
            pages += 1
            if pages == 1:
                world.control("POST", "records/Candidates/delete", {"ids": [gone], "type": "permanent"})

    world.after = delete_after_page_1  # type: ignore[method-assign]
    run = world.run_info(DAILY, at=MOMENT)
    world.extract(run)
    assert world.finish(run).counts["read"] == len(world.kinds()) + 1
    ledger = [row["record_id"] for row in world.rows("SELECT record_id FROM sync.ledger")]
    assert len(ledger) == len(set(ledger))
    assert {kind["id"] for kind in world.kinds()} | {gone} == set(ledger)


def test_an_undisturbed_read_asks_no_more_than_it_must(world: Hasty) -> None:
    """LIM-5: two pages for 230 people: pages that meet cost no call more at this size."""
    calls: list[str] = []
    world.after = lambda call: calls.append(call.path)  # type: ignore[method-assign]
    run = world.run_info(DAILY, at=MOMENT)
    world.extract(run)
    assert calls.count("/recruit/v2/Candidates") == 2
