"""Whatever the sandbox can do to a call of a run: it is survived, or fails clearly, and the next try makes it good.

The run is a second one that makes every kind of call: token, fields, views, two pages, records by id, a write. A read
that survives has staged the same batch as an undisturbed one, and later stages read nothing else. One that fails has
changed nothing but the history, and the same run, tried again, stages that batch.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.api import ApiCall
from contact_sync.core.run import RunInfo
from contact_sync.errors import ContactSyncError
from contact_sync.paths import include_folder
from contact_sync.stages.failures import record_failure
from contact_sync.stages.push import push
from contact_sync.warehouse.credits import record_calls
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.tokens import WarehouseTokenStore
from contact_sync.zoho import auth
from contact_sync.zoho.auth import Credentials
from contact_sync.zoho.recruit import RecruitClient
from contact_sync.zoho.retrying import RetryPolicy
from contact_sync.zoho.transport import Transport
from include.sandbox.faults import KINDS
from include.sandbox.server import running
from tests.faults.conftest import MOMENT
from tests.stages.snapshot import differences, snapshot
from tests.stages.test_plan_limit import limited
from tests.stages.test_push import add_member, opened
from tests.stages.world import World, utc_now

DAILY = "candidates_daily"
PEOPLE = 230
WAITING = 2
LATER = MOMENT + timedelta(hours=2)
READS = {
    "token": "/oauth/v2/token",
    "fields": "/recruit/v2/settings/fields",
    "views": "/recruit/v2/settings/custom_views",
    "page 1": "&page=1&",
    "page 2": "&page=2&",
    "record by id": "/recruit/v2/Candidates/2",
}
WRITES = {"token": READS["token"], "upsert": "/recruit/v2/Candidates/upsert"}
"""The calls of a run, by a piece of path and query."""
STATUS = {"method": "PUT", "path": "/recruit/v2/Candidates"}
"""The call that writes member statuses; others have its path, too."""
TIMEOUT = (5.0, 1.5)
LONG_AGO, FAR_AHEAD = "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2099 07:28:00 GMT"
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "status": [
        {"status": 400},
        {"status": 404},
        {"status": 500},
        {"status": 503, "html": False, "retry_after": FAR_AHEAD},
        {"status": 401, "code": "INVALID_TOKEN"},
        {"status": 401, "code": "OAUTH_SCOPE_MISMATCH"},
        {"status": 403, "code": "NO_PERMISSION"},
        {"status": 429},
        {"status": 429, "retry_after": LONG_AGO},
        {"status": 429, "retry_after": 3_600},
    ],
    "status_after": [{"status": 500}, {"status": 502}],  # a 429 says that nothing was done
    "slow": [{"seconds": 0.1}, {"seconds": TIMEOUT[1] + 0.5}],
    "ok_with_error_body": [{}, {"code": "INVALID_TOKEN"}, {"code": "NO_PERMISSION"}, {"code": "LIMIT_EXCEEDED"}],
    "page_shift": [{"by": 1}, {"by": -1}],
}
OF_PAGES = {"page_shift", "early_more_records_false"}
HURRY = RetryPolicy(attempts=3, first_wait=0.01, most_wait=0.01, jitter=0.0)
PASSING: list[dict[str, Any]] = [
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 429, "retry_after": 0},
    {"kind": "status", "status": 401, "code": "INVALID_TOKEN"},
    {"kind": "cut_before"},
    {"kind": "cut_after"},
    {"kind": "cut_middle"},
    {"kind": "ok_with_error_body"},
]
"""Once only, these must not fail a read, nor may any two of them: nothing has happened that cannot be asked again."""
SURVIVED = "survived"


@dataclass
class Hasty(World):
    """A world whose clients wait hardly, neither for answers nor between attempts; `after` is told of every call."""

    after: Callable[[ApiCall], None] = field(default=lambda call: None)

    def client(self, account: str, fetch_id: int) -> RecruitClient:
        credentials = Credentials("sandbox-client", "sandbox-secret-0000", "sandbox-refresh-0000", self.url)
        tokens = WarehouseTokenStore(self.warehouse.engine, account, self.warehouse.fernet, utc_now)
        book = record_calls(self.warehouse.engine, account, fetch_id)

        def record(call: ApiCall) -> None:
            book(call)
            self.after(call)

        transport = Transport(
            requests.Session(), self.url, credentials, tokens, record, utc_now, policy=HURRY, timeout=TIMEOUT
        )
        return RecruitClient(transport)

    def ask_for_a_token(self) -> None:
        """The next call needs a new access token, whatever was asked for before."""
        self.execute("DELETE FROM sync.token")
        self.execute("DELETE FROM sync.token_request")


@pytest.fixture
def world(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hasty]:
    """Two pages of people, and a clock that stands."""
    monkeypatch.setattr(auth, "TIMEOUT", TIMEOUT)
    with running(candidates=PEOPLE, anchor=MOMENT - timedelta(hours=1), max_tokens=100_000) as sandbox:
        found = Hasty(sandbox.url, warehouse, load_syncs(include_folder()).syncs)
        found.control("POST", "clock", {"now": MOMENT.isoformat()})
        yield found


@pytest.fixture
def sync(world: Hasty) -> ResolvedSync:
    """The sync of all runs, by a view; after its first run two records wait for room and all others have changed.

    It reads page by page whatever the end of a listing looks like; for bulk see tests/stages/test_bulk_read.py.
    """
    found = by_pages(world).model_copy(update={"view": "All Candidates"})
    new = world.fetch(DAILY, found, at=MOMENT, conf={"preview": True}).counts["new"]
    world.fetch(DAILY, limited(found, new - WAITING), at=MOMENT)
    waiting = {row["record_id"] for row in world.rows("SELECT record_id FROM sync.withheld")}
    assert len(waiting) == WAITING
    world.control("POST", "clock", {"now": (LATER - timedelta(minutes=30)).isoformat()})
    edits = [{"id": kind["id"], "City": "Atlantis"} for kind in world.kinds() if kind["id"] not in waiting]
    world.control("POST", "records/Candidates", {"edits": edits})
    world.control("POST", "clock", {"now": LATER.isoformat()})
    return found


def by_pages(world: World) -> ResolvedSync:
    """The daily sync without a question about bulk."""
    sync = world.syncs[DAILY]
    return sync.model_copy(update={"policies": sync.policies.model_copy(update={"bulk_from": None})})


def batch_of(world: World, fetch_id: int) -> str:
    """What is staged, whatever the order, as one word."""
    rows = world.rows(f"SELECT to_jsonb(batch) - 'record_no' AS row FROM staging.fetch_{fetch_id} AS batch")
    return hashlib.sha256("\n".join(sorted(repr(row["row"]) for row in rows)).encode()).hexdigest()


def cases(calls: dict[str, str]) -> list[dict[str, Any]]:
    """Every kind of fault, in its variants, at every one of the calls, once and for good."""
    found = []
    for kind, (call, path) in product(KINDS, calls.items()):
        # pages shift and end only where there are pages, and the first one shifts against nothing
        if kind in OF_PAGES and (not call.startswith("page") or (kind, call) == ("page_shift", "page 1")):
            continue
        for values, times in product(VARIANTS.get(kind, [{}]), (1, None)):
            found.append({"kind": kind, **values, "path": path, "times": times})
    return found


def passes(fault: dict[str, Any]) -> bool:
    """Whether a read must survive the fault: it acts once, and is among PASSING or only slow or a shifted page."""
    once = {key: value for key, value in fault.items() if key not in ("path", "times")}
    if fault["path"] == READS["token"] and fault.get("status") == 401:
        return False  # there it is the refresh token that is refused
    return fault["times"] == 1 and (once in PASSING or fault["kind"] in ("slow", "page_shift"))


def tried(action: Callable[[], Any]) -> str:
    """SURVIVED; the class of an error of ours that tells something; or, in capitals, what must not be."""
    try:
        action()
    except ContactSyncError as error:
        return type(error).__name__ if len(str(error)) > 40 else f"UNCLEAR {error!r}"
    except Exception as error:
        return f"CRASHED {error!r}"
    return SURVIVED


def play(world: Hasty, action: Callable[[], Any], faults: list[dict[str, Any]]) -> str:
    """What becomes of an action under these faults; all of those that do not act for ever must have acted."""
    world.control("POST", "faults", faults)
    told = tried(action)
    left = [fault for fault in world.control("GET", "faults") if fault["left"] is not None or not fault["done"]]
    world.control("DELETE", "faults")
    return f"{told}, FAULT NEVER USED" if left and told == SURVIVED else told


@dataclass
class Reader:
    """Reads the source again and again, each time as a run of its own, and compares what is staged and what is not."""

    world: Hasty
    sync: ResolvedSync
    expected: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)

    def begin(self) -> "Reader":
        """The undisturbed read that all others have to equal."""
        run = self._run()
        self.expected = self._read(run)
        record_failure(run, self.world.warehouse, "extract", ContactSyncError("given up"))
        self.before = snapshot(self.world.warehouse)
        return self

    def under(self, *faults: dict[str, Any]) -> str:
        """SURVIVED or the class of the error; anything else is wrong."""
        run, staged = self._run(), [""]
        told = play(self.world, lambda: staged.append(self._read(run)), list(faults))
        if told == SURVIVED:
            told = told if staged[-1] == self.expected else "ANOTHER BATCH"
        else:
            told = self._made_good(run, told)
        record_failure(run, self.world.warehouse, "extract", ContactSyncError("given up"))
        self.counted[told] = self.counted.get(told, 0) + 1
        return told

    def _made_good(self, run: RunInfo, told: str) -> str:
        record_failure(run, self.world.warehouse, "extract", ContactSyncError(told))
        written = set(differences(self.before, snapshot(self.world.warehouse)))
        if not written <= {"sync.fetch"}:
            return f"{told}, HALF WRITTEN {written}"
        return told if self._read(run) == self.expected else f"{told}, NOT MADE GOOD"

    def _run(self) -> RunInfo:
        return self.world.run_info(DAILY, at=LATER)

    def _read(self, run: RunInfo) -> str:
        self.world.ask_for_a_token()
        return batch_of(self.world, self.world.extract(run, self.sync).fetch_id)


def test_the_calls_that_are_played_are_all_that_a_run_makes(world: Hasty, sync: ResolvedSync) -> None:
    """OPS-1: a call that a run makes and this module does not know fails here."""
    world.control("DELETE", "calls")
    world.ask_for_a_token()
    run = world.run_info(DAILY, at=LATER)
    assert world.extract(run, sync).counts["read"] > 200
    assert world.finish(run).status == "succeeded"
    opened(world, add_member(world, "somebody@opened.example.org"))
    assert push(run, world.client, world.warehouse, LATER).counts["pushed"] == 1
    calls = world.control("GET", "calls")
    made = [f"{call['method']} {call['path']}?{urlencode(call['query'], safe=',$')}" for call in calls]
    pieces = {**READS, **WRITES, "status": "{method} {path}?".format_map(STATUS)}
    assert {name for name, piece in pieces.items() if not any(piece in call for call in made)} == set()
    assert [call for call in made if not any(piece in call for piece in pieces.values())] == []


@pytest.mark.timeout(900)
@pytest.mark.parametrize("call", READS)
def test_every_fault_at_every_call_of_a_read(world: Hasty, sync: ResolvedSync, call: str) -> None:
    """SRC-12, OPS-1, OPS-4: each fault, once and for ever: the same batch, or an error of our own, then the batch."""
    reader = Reader(world, sync).begin()
    wrong = []
    for fault in cases({call: READS[call]}):
        told = reader.under(fault)
        if told != SURVIVED and (passes(fault) or not told.isidentifier()):
            wrong.append((fault, told))
    assert wrong == []
    assert reader.counted[SURVIVED] > 8
    assert len(reader.counted) > 3, reader.counted
    assert world.one("SELECT count(*) FROM sync.watermark") == 1
    run = world.run_info(DAILY, at=LATER)
    world.extract(run, sync)
    assert world.finish(run).counts["read"] > 200


@pytest.mark.timeout(900)
def test_two_faults_in_a_row_at_one_call(world: Hasty, sync: ResolvedSync) -> None:
    """SRC-12: any two passing faults are survived; only a token that is refused twice is refused."""
    reader = Reader(world, sync).begin()
    page = {"path": READS["page 2"]}
    for one, other in product(PASSING, PASSING):
        twice_refused = one.get("status") == other.get("status") == 401
        expected = "CredentialsError" if twice_refused else SURVIVED
        assert reader.under({**one, **page}, {**other, **page}) == expected, (one, other)


@pytest.mark.parametrize(
    "fault", PASSING[:2] + PASSING[3:6], ids=lambda fault: f"{fault['kind']}{fault.get('status', '')}"
)
def test_a_token_that_ends_while_the_accounts_server_stumbles(
    world: Hasty, sync: ResolvedSync, fault: dict[str, Any]
) -> None:
    """ACC-3: the token ends amid the read, and the first request for another one fails in passing: no false alarm."""
    reader = Reader(world, sync).begin()
    world.after = lambda call: world.control("POST", "token/expire", {}) if call.path.endswith("custom_views") else None
    assert reader.under({**fault, "path": READS["token"], "nth": 2}) == SURVIVED


@pytest.mark.timeout(900)
@pytest.mark.parametrize("call", WRITES)
def test_every_fault_at_every_call_of_a_push(world: Hasty, sync: ResolvedSync, call: str) -> None:
    """PUSH-9: survived, or an error of our own; pushed again, everybody is in Recruit and in the ledger once; or, if
    the call was lost on its way there, nowhere and shown as unknown; or Recruit has refused the person, and is not
    asked again.
    """
    run = world.run_info(DAILY, at=LATER)
    world.extract(run, sync)
    world.finish(run)
    counted: dict[str, int] = {}
    wrong = []
    for number, fault in enumerate(cases({call: WRITES[call]})):
        address = f"opener{number}@opened.example.org"
        contact_id = add_member(world, address)
        opened(world, contact_id)
        world.ask_for_a_token()
        told = play(world, lambda: push(run, world.client, world.warehouse, LATER), [fault])
        counted[told] = counted.get(told, 0) + 1
        world.ask_for_a_token()
        again = tried(lambda: push(run, world.client, world.warehouse, LATER))
        in_recruit = sum((kind["email"] or "") == address for kind in world.kinds())
        in_ledger = world.one(
            "SELECT string_agg(outcome, ' ' ORDER BY push_id) FROM sync.push_ledger "
            "WHERE contact_id = :id AND outcome <> 'not_pushed'",
            id=contact_id,
        )
        found = (told == SURVIVED or told.isidentifier(), again, in_recruit, in_ledger)
        refused = (True, SURVIVED, 0, None) if told == "PushRejected" else None
        if found != refused and found not in ((True, SURVIVED, 1, "inserted"), (True, SURVIVED, 0, "unknown")):
            wrong.append((fault, told, *found[1:]))
    assert wrong == []
    assert counted[SURVIVED] > 3
    assert len(counted) > 3, counted


@pytest.mark.timeout(900)
def test_every_fault_at_the_write_of_a_status(world: Hasty, sync: ResolvedSync) -> None:
    """PUSH-9, CAMP-4: survived, or an error of our own; the next push leaves the status in Recruit. What Recruit itself
    refused is not sent again until it is another.
    """
    run = world.run_info(DAILY, at=LATER)
    world.extract(run, sync)
    world.finish(run)
    counted: dict[str, int] = {}
    wrong = []
    for number, fault in enumerate(cases({"status": STATUS["path"]})):
        address = f"opener{number}@opened.example.org"
        opened(world, contact_id := add_member(world, address))
        world.ask_for_a_token()
        told = play(world, lambda: push(run, world.client, world.warehouse, LATER), [{**fault, **STATUS}])
        counted[told] = counted.get(told, 0) + 1
        world.ask_for_a_token()
        again = tried(lambda: push(run, world.client, world.warehouse, LATER))
        (record_id,) = (kind["id"] for kind in world.kinds() if kind["email"] == address)
        (record,) = world.control("GET", f"records/Candidates?ids={record_id}")
        last = world.one(
            "SELECT outcome FROM sync.status_push WHERE contact_id = :id ORDER BY status_push_id DESC LIMIT 1",
            id=contact_id,
        )
        found = (told == SURVIVED or told.isidentifier(), again, record["Last_Campaign_Status"], last)
        refused = (True, SURVIVED, None, "refused") if fault.get("status") in (400, 404) else None
        if found != refused and found != (True, SURVIVED, "Opened", "sent"):
            wrong.append((fault, told, *found[1:]))
    assert wrong == []
    assert counted[SURVIVED] > 3
    assert len(counted) > 2, counted


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

    world.after = delete_after_page_1
    run = world.run_info(DAILY, at=MOMENT)
    world.extract(run, by_pages(world))
    assert world.finish(run).counts["read"] == len(world.kinds()) + 1
    ledger = [row["record_id"] for row in world.rows("SELECT record_id FROM sync.ledger")]
    assert len(ledger) == len(set(ledger))
    assert {kind["id"] for kind in world.kinds()} | {gone} == set(ledger)


def test_an_undisturbed_read_asks_no_more_than_it_must(world: Hasty) -> None:
    """LIM-5: two pages for 230 people: pages that meet cost no call more at this size."""
    calls: list[str] = []
    world.after = lambda call: calls.append(call.path)
    run = world.run_info(DAILY, at=MOMENT)
    world.extract(run, by_pages(world))
    assert calls.count("/recruit/v2/Candidates") == 2
