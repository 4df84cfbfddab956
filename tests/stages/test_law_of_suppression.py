"""OUT-11 over random histories: nobody suppressed or unsubscribed becomes mailable by anything but `unsuppress`.

What must hold is kept by the events themselves, whom they name and what they say, never read from what the product made
of them. Six people, three syncs, two lists; everything that may happen to people, at any moment, in any order.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress as unless
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from contact_sync.config.loader import load_syncs
from contact_sync.config.options import RemovalGuard
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import ConfigError, SyncSkipped
from contact_sync.paths import include_folder
from contact_sync.stages import approving, options
from contact_sync.warehouse import erasure, removals, reverts, suppressions
from contact_sync.warehouse.database import Warehouse
from tests.stages.desk import record
from tests.stages.options_desk import NO_GUARD, SENT_IN, OptionsDesk, deleted

A, B, C, D, E, F = (f"{name}@mail.example.org" for name in "abcdef")
SYNCS = ["daily", "second", "contacts"]
LISTS = {"daily": "Talent news", "second": "Second", "contacts": "Talent news"}
FORCED = {"complaint", "erased"}
REMOVING = {"opt_out": "remove_from_list", "deleted": "remove_from_list", "unsubscribed": "remove_from_list"}
CHOICES: list[dict[str, Any]] = [
    {},
    {**REMOVING, "guard": NO_GUARD},
    {**dict.fromkeys(REMOVING, "remove_from_org"), "guard": NO_GUARD},
    {**REMOVING, "guard": RemovalGuard(memberships=0, share=0)},
]
EMPTY = (
    "TRUNCATE contacts.contact, contacts.bounce, contacts.suppression, contacts.source_link, sync.fetch, sync.act, "
    "sync.taken_record, sync.erased, sync.conversion, sync.watermark CASCADE"
)
Step = tuple[Any, ...]

RECORDS = st.builds(
    record,
    st.sampled_from(["1", "2", "3", "4"]),
    st.sampled_from([A, B, C, D, E, F]),
    modified=st.integers(0, 3),
    Email_Opt_Out=st.sampled_from([False, False, True]),
)
BATCHES = st.lists(RECORDS, max_size=4)
GONE = st.lists(st.sampled_from(["1", "2", "3", "4"]), max_size=2, unique=True)
ADDRESS = st.sampled_from([A, B, C, D])
WHICH, SYNC = st.integers(0, 3), st.sampled_from(SYNCS)
KINDS: dict[str, tuple[int, tuple[st.SearchStrategy[Any], ...]]] = {
    "fetch": (6, (SYNC, WHICH, BATCHES, GONE)),
    "backfill": (1, (SYNC, WHICH, BATCHES, st.just(()))),
    "replay": (2, (WHICH,)),
    "revert": (2, (WHICH,)),
    "apply options": (2, (SYNC, WHICH)),
    "undo options": (2, (WHICH,)),
    "approve": (1, (SYNC,)),
    "withhold": (1, (SYNC,)),
    "suppress": (2, (ADDRESS, st.sampled_from(["blocked", "registry"]))),
    "complain": (1, (ADDRESS,)),
    "unsubscribe": (3, (ADDRESS,)),
    "bounce": (1, (ADDRESS,)),
    "erase": (1, (ADDRESS,)),
    "unsuppress": (1, (ADDRESS,)),
    "remove": (3, (ADDRESS, st.sampled_from(["Talent news", None]))),
    "restore": (2, (WHICH,)),
}
"""What may happen: how often, and to whom or what."""
NAMES = [name for name, (often, _) in KINDS.items() for _ in range(often)]
STEPS = st.lists(
    st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), *KINDS[name][1])), min_size=4, max_size=12
)


@dataclass
class Held:
    """One event that keeps somebody from being mailed: the address that it named, and who had it then; with the records
    of the module that have come with it since, as nobody's or as that person's: whoever they become is meant.
    """

    kind: str
    address: str
    person: int | None
    records: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class History(OptionsDesk):
    """Plays steps, and remembers of each event whom it concerns. done: steps that did something, by name."""

    held: list[Held] = field(default_factory=list)
    unsubscribed: set[tuple[int, int]] = field(default_factory=set)
    unsubscribed_records: set[tuple[int, tuple[str, str]]] = field(default_factory=set)
    came: dict[tuple[str, str], str] = field(default_factory=dict)
    fetches: list[tuple[RunInfo, ResolvedSync, Any, Any]] = field(default_factory=list)
    acts: list[tuple[str, int]] = field(default_factory=list)
    removed: list[tuple[str, str | None]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    run_type: RunType = RunType.MANUAL
    cleared: RunInfo | None = None

    def begin(self) -> None:
        self.execute(EMPTY)
        self.runs = 0
        for each in (self.held, self.unsubscribed, self.unsubscribed_records, self.came, self.fetches, self.acts,
                     self.removed):  # fmt: skip
            each.clear()

    def next_run(self, sync: ResolvedSync) -> RunInfo:
        run = super().next_run(sync)
        if self.cleared is not None:
            return replace(self.cleared, started_at=run.started_at)
        if self.run_type == RunType.MANUAL:
            return run
        at = run.started_at
        return RunInfo(sync.sync_id, f"backfill__{self.runs}", self.run_type, at, at, at - timedelta(days=1), at)

    def settings_of(self, name: str, choice: int) -> ResolvedSync:
        module = "Contacts" if name == "contacts" else "Candidates"
        return self.named(name, LISTS[name], module, **CHOICES[choice])

    def play(self, step: Step) -> None:
        """One step; what is refused does nothing."""
        name, *details = step
        act: Callable[..., None] = getattr(self, f"_{name.replace(' ', '_')}")
        with unless(ConfigError, SyncSkipped):
            act(*details)
            self.done[name] += 1

    def _fetch(self, name: str, choice: int, batch: Any, gone: Any) -> None:
        sync, beside = self.settings_of(name, choice), [deleted(each, 90) for each in gone]
        self._load(sync, batch, beside)

    def _backfill(self, *details: Any) -> None:
        self.run_type = RunType.BACKFILL
        try:
            self._fetch(*details)
        finally:
            self.run_type = RunType.MANUAL

    def _load(self, sync: ResolvedSync, batch: Any, beside: list[SENT_IN]) -> None:
        run = self.stage(batch, sync, beside)
        known, owners = self._linked("Candidates") | self._linked("Contacts"), self._owners()
        self.classify_and_load(run)
        self.fetches.append((run, sync, batch, beside))
        linked = self._linked(sync.module)
        latest: dict[str, str] = {}  # of a repeated record (OUT-8)
        for row in sorted(batch, key=lambda row: str(row["Updated_On"]), reverse=True):
            latest.setdefault(row["id"], row["Email"])
        self.came |= {(sync.module, record_id): address for record_id, address in latest.items()}
        for each in self.held:
            came = {(sync.module, record_id) for record_id, address in latest.items() if address == each.address}
            each.records |= {name for name in came if each.person is None and name not in linked}
        for record_id, address in latest.items():
            name = (sync.module, record_id)
            if name not in known:
                self._meet(name, self._named(address, known, owners))

    def _named(self, address: str, known: dict[tuple[str, str], int], owners: dict[str, int]) -> int | None:
        """Whom an address named when a record came with it: who had it, and still has it; of an address that nobody
        had the one person kept out whose record came with it last.
        """
        if address in owners:
            return owners[address] if self._owners().get(address) == owners[address] else None
        kept_out = {each.person for each in self.held} | {contact_id for _, contact_id in self.unsubscribed}
        carrying = {known[name] for name, last in self.came.items() if last == address and name in known} & kept_out
        return carrying.pop() if len(carrying) == 1 else None  # type: ignore[return-value]

    def _meet(self, name: tuple[str, str], person: int | None) -> None:
        """A record that nobody knew came as that of a person: what keeps the person out holds for it."""
        for each in self.held:
            each.records |= {name} if person is not None and each.person == person else set()
        self.unsubscribed_records |= {(list_id, name) for list_id, each in self.unsubscribed if each == person}

    def _owners(self) -> dict[str, int]:
        """Contact by address."""
        found = self.rows("SELECT email_key, contact_id FROM contacts.contact WHERE email_key IS NOT NULL")
        return {row["email_key"]: row["contact_id"] for row in found}

    def _linked(self, module: str) -> dict[tuple[str, str], int]:
        """Contact by record."""
        found = self.rows(
            "SELECT record_id, contact_id FROM contacts.source_link JOIN sync.source USING (source_no) "
            "WHERE module = :module",
            module=module,
        )
        return {(module, row["record_id"]): row["contact_id"] for row in found}

    def _replay(self, which: int) -> None:
        """A run that had ended is cleared, and reads the same again."""
        self.cleared, *rest = self.fetches[which % len(self.fetches)] if self.fetches else (None,)
        try:
            if self.cleared is not None:
                self._load(*rest)  # type: ignore[arg-type]
        finally:
            self.cleared = None

    def _revert(self, which: int) -> None:
        found = self.rows("SELECT fetch_id FROM sync.fetch ORDER BY fetch_id DESC")
        if found:
            reverts.revert(self.warehouse, found[which % len(found)]["fetch_id"], "mistake", "tests")

    def _apply_options(self, name: str, choice: int) -> None:
        done = options.apply(self.warehouse, self.settings_of(name, choice), "asked", "tests")
        if done.act_id is not None:
            self.acts.append((name, done.act_id))

    def _undo_options(self, which: int) -> None:
        if self.acts:
            options.undo(self.warehouse, *self.acts[which % len(self.acts)], "mistake", "tests")

    def _approve(self, name: str) -> None:
        approving.approve(self.warehouse, name, "tests", "asked")

    def _withhold(self, name: str) -> None:
        approving.withhold(self.warehouse, name, "tests", "asked")

    def _remove(self, address: str, name: str | None) -> None:
        if name is None:
            removals.remove_from_organisation(self.warehouse, address, "asked", "tests")
        else:
            removals.remove_from_list(self.warehouse, address, name, "asked", "tests")
        self.removed.append((address, name))

    def _restore(self, which: int) -> None:
        address, name = self.removed[-1 - which % len(self.removed)] if self.removed else (A, None)
        if name is None:
            removals.restore_to_organisation(self.warehouse, address, "asked", "tests")
        else:
            removals.restore_to_list(self.warehouse, address, name, "asked", "tests")

    def _bounce(self, address: str) -> None:
        self.execute("INSERT INTO contacts.bounce VALUES (:key, now(), 0, now()) ON CONFLICT DO NOTHING", key=address)

    # ── what keeps people from being mailed, and the one thing that lifts it ──────────────────────────────────────

    def _hold(self, kind: str, address: str) -> None:
        person = self.contact(address)
        self.held.append(Held(kind, address, person and person["contact_id"]))

    def _suppress(self, address: str, kind: str) -> None:
        self._hold(kind, address)
        suppressions.suppress(self.warehouse, [address], kind, "asked", "tests")

    def _complain(self, address: str) -> None:
        self._hold("complaint", address)
        self.execute(
            "INSERT INTO contacts.suppression (kind, contact_id, email_key, origin, reason, created_by, created_at) "
            "SELECT 'complaint', (SELECT contact_id FROM contacts.contact WHERE email_key = :key), :key, "
            "'event', 'complaint', 'mailer', now()",
            key=address,
        )

    def _erase(self, address: str) -> None:
        person = self.contact(address)
        if erasure.erase(self.warehouse, address, "asked by letter", "tests").applied:
            self.held.append(Held("erased", address, person and person["contact_id"]))

    def _unsubscribe(self, address: str) -> None:
        found = self.rows(
            "SELECT list_id, contact_id FROM contacts.membership JOIN contacts.contact USING (contact_id) "
            "WHERE email_key = :key AND status = 'subscribed'",
            key=address,
        )
        self.unsubscribe(address)
        self.unsubscribed |= {(row["list_id"], row["contact_id"]) for row in found}

    def _unsuppress(self, address: str) -> None:
        """Lifts what holds for the address and whoever has it; not what needs to be forced. Unsubscribed stays so."""
        person = self.contact(address)
        lifted = {address} | {each.address for each in self.held if person and each.person == person["contact_id"]}
        linked = self._linked("Candidates") | self._linked("Contacts")
        theirs = {name for name, contact_id in linked.items() if person and contact_id == person["contact_id"]}
        suppressions.unsuppress(self.warehouse, [address], "mistake", "tests")
        self.held[:] = [
            each
            for each in self.held
            if each.kind in FORCED or not (each.address in lifted or (person and each.person == person["contact_id"]))
        ]
        for each in self.held:
            each.records -= theirs if each.kind not in FORCED else set()

    def wrongly_mailed(self) -> list[Any]:
        """Rows of the view to mail from that must not be there."""
        people = {each.person for each in self.held} - {None}
        unsubscribed = set(self.unsubscribed)
        met = set().union(*(each.records for each in self.held))
        if met or self.unsubscribed_records:
            linked = self._linked("Candidates") | self._linked("Contacts")
            people |= {linked[name] for name in met if name in linked}
            unsubscribed |= {(list_id, linked[name]) for list_id, name in self.unsubscribed_records if name in linked}
        addresses = {each.address for each in self.held}
        return [
            dict(row)
            for row in self.rows(
                "SELECT list_id, contact_id, email_key FROM contacts.mailable_members "
                "JOIN contacts.contact USING (contact_id)"
            )
            if row["contact_id"] in people
            or row["email_key"] in addresses
            or (row["list_id"], row["contact_id"]) in unsubscribed
        ]


def opened(warehouse: Warehouse) -> History:
    """An empty history in a warehouse."""
    return History(warehouse, load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"])


@pytest.fixture
def history(warehouse: Warehouse) -> History:
    return opened(warehouse)


def holds(history: History, steps: list[Step]) -> None:
    """Play the steps after a first fetch; after each of them nobody is mailed who must not be."""
    history.begin()
    history.play(fetch(ANN, BOB))
    for number, step in enumerate(steps):
        history.play(step)
        assert history.wrongly_mailed() == [], f"after step {number}: {step[0]}"


def fetch(*rows: Any, sync: str = "daily", choice: int = 0, gone: Any = ()) -> Step:
    return ("fetch", sync, choice, list(rows), list(gone))


ANN, BOB = record("1", A), record("2", B)
UNSUBSCRIBED_AND_BACK = [
    fetch(ANN, sync="second"), ("unsubscribe", A), ("apply options", "daily", 1), ("undo options", 0),
    ("remove", A, "Talent news"), ("restore", 0), ("remove", A, None), fetch(ANN, BOB),
    fetch(ANN, sync="contacts", choice=3), ("apply options", "second", 3), ("replay", 0), ("revert", 0),
    fetch(ANN, BOB),
]  # fmt: skip
SUPPRESSED_AND_BACK = [
    ("suppress", A, "blocked"), ("complain", B), ("remove", A, None), fetch(ANN, BOB),
    fetch(record("1", C, modified=1), record("3", A)), ("restore", 0),
    ("backfill", "second", 0, [ANN, BOB], ()), ("unsuppress", A), ("suppress", A, "registry"), ("remove", A, None),
    ("unsuppress", B), fetch(ANN, BOB, record("1", B)),
]  # fmt: skip
NOBODY_S_AND_BACK = [
    ("suppress", C, "blocked"), fetch(record("3", C)), ("erase", D), fetch(record("4", D), sync="second"),
    fetch(record("3", E, modified=1), record("4", F, modified=1)), ("revert", 0), ("replay", 2),
    fetch(record("3", B, modified=2), sync="second"), fetch(record("2", F, modified=3)),
]  # fmt: skip
ERASED_AND_BACK = [
    ("erase", A), fetch(record("1", D, modified=1), BOB), ("unsuppress", A), ("replay", 0),
    ("revert", 1), fetch(ANN, record("2", A, modified=2)), ("unsuppress", D), fetch(record("4", A), sync="contacts"),
]  # fmt: skip
IGNORED_AND_BACK = [
    ("bounce", A), ("unsubscribe", B), ("suppress", A, "registry"), fetch(record("3", A), BOB, record("4", B)),
    ("revert", 0), fetch(record("3", C, modified=1), record("4", D, modified=1)),
    fetch(record("1", E, modified=2), choice=1), fetch(record("2", F, modified=2), choice=1),
    fetch(record("1", E), record("2", F), sync="contacts"),
]  # fmt: skip
LAW = settings(
    max_examples=6,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@LAW
@given(steps=STEPS)
@example(steps=UNSUBSCRIBED_AND_BACK)
@example(steps=SUPPRESSED_AND_BACK)
@example(steps=ERASED_AND_BACK)
@example(steps=NOBODY_S_AND_BACK)
@example(steps=IGNORED_AND_BACK)
def test_nobody_suppressed_or_unsubscribed_becomes_mailable(history: History, steps: list[Step]) -> None:
    """OUT-11, OUT-13, OUT-17, OUT-18, ADV-3, ADV-6, ADV-8, OPS-6, OPS-12, RET-5: whatever happens; `unsuppress` alone
    makes one mailable again.
    """
    holds(history, steps)
