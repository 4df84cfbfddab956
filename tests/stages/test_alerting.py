"""What people are told of a sync: each violation once, and its recovery, whatever repeats in between."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.alerting import KINDS, Message
from contact_sync.paths import include_folder
from contact_sync.stages.alerting import Ended, look, tell
from contact_sync.warehouse.database import Warehouse
from tests.seeds import sow

DUE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
"""When the example sync was due: 02:00 in Berlin."""
HOUR = timedelta(hours=1)
FETCH = """
INSERT INTO sync.fetch (sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, started_at, finished_at,
        loaded_at, window_end, first, moves_watermark, status, reason, total, read, new, warnings)
    VALUES (1, 1, 1, 1, 'candidates_daily', :run_id, :run_type, :at, :at, :loaded, :at, false, true, :status, :reason,
        :total, :total, 4, :warnings)
RETURNING fetch_id
"""


@dataclass
class Watch:
    """A sync's fetches, who looks at them, and what was told. taken: whether the notifier takes it."""

    warehouse: Warehouse
    sync: ResolvedSync
    told: list[Message] = field(default_factory=list)
    taken: bool = True
    runs: int = 0

    def fetch(self, status: str, at: datetime, *, total: int = 10, run_type: str = "scheduled", **reasons: int) -> str:
        """A fetch that ended so, with so many records ignored for each reason; its run."""
        self.runs += 1
        loaded = at if status in ("succeeded", "degraded", "partial") else None
        values = {
            "run_id": f"run_{self.runs}", "run_type": run_type, "at": at, "loaded": loaded, "status": status,
            "reason": "extract: CredentialsError" if status == "failed" else None, "total": total,
            "warnings": ["clocks"] if status == "degraded" else [],
        }  # fmt: skip
        with self.warehouse.transaction() as connection:
            fetch_id = connection.execute(text(FETCH), values).scalar_one()
            for reason, records in reasons.items():
                row = {"fetch_id": fetch_id, "reason": reason, "records": records}
                connection.execute(
                    text(
                        "INSERT INTO sync.fetch_reason (fetch_id, outcome, reason, records) "
                        "VALUES (:fetch_id, 'ignored', :reason, :records)"
                    ),
                    row,
                )
        return f"run_{self.runs}"

    def look(self, now: datetime, ended: Ended | None = None, kinds: tuple[str, ...] = KINDS) -> list[tuple[str, str]]:
        """Kind and state of what is told now."""
        before = len(self.told)
        look(self.warehouse, {self.sync.sync_id: self.sync}, now, ended=ended)
        self.left = tell(self.warehouse, self._send, "https://airflow.example.org/", kinds, now)
        return [(each.kind, each.state) for each in self.told[before:]]

    def over(self, run_id: str, now: datetime, *, failed: bool = False) -> list[tuple[str, str]]:
        """The same at the end of a run."""
        return self.look(now, Ended(run_id, failed))

    def execute(self, statement: str) -> None:
        with self.warehouse.transaction() as connection:
            connection.execute(text(statement))

    def _send(self, message: Message) -> bool:
        if self.taken:
            self.told.append(message)
        return self.taken


@pytest.fixture
def watch(warehouse: Warehouse) -> Watch:
    """The daily example sync, registered on the day before."""
    sow(warehouse.engine)
    made = Watch(warehouse, load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"])
    made.execute("UPDATE sync.sync SET registered_at = '2026-11-19 12:00+00', state_changed_at = '2026-11-01'")
    return made


def test_a_failure_is_told_once_and_its_recovery(watch: Watch) -> None:
    """OPS-7: at the first of several failed runs, with counts and the page of the run; then when a run succeeds."""
    run = watch.fetch("failed", DUE)
    assert watch.over(run, DUE, failed=True) == [("failed", "began")]
    (message,) = watch.told
    assert message.text == (
        "All candidates (candidates_daily): failed. extract: CredentialsError. "
        "Counts: read 10, total 10, new 4. Fetch 1. https://airflow.example.org/dags/candidates_daily/runs/run_1"
    )
    assert (message.title, message.counts["read"]) == ("candidates_daily: failed", 10)
    assert watch.look(DUE + HOUR) == []
    assert watch.over(watch.fetch("failed", DUE + HOUR), DUE + HOUR, failed=True) == []
    assert watch.over(watch.fetch("succeeded", DUE + 1.5 * HOUR), DUE + 1.5 * HOUR) == [("failed", "ended")]
    assert (watch.told[-1].title, watch.told[-1].fetch_id) == ("candidates_daily: over: failed", 3)
    assert "It is well again; it was so since 2026-11-20 01:00 UTC." in watch.told[-1].text
    assert watch.look(DUE + 3 * HOUR) == []
    assert watch.over(watch.fetch("failed", DUE + 3 * HOUR), DUE + 3 * HOUR, failed=True) == [("failed", "began")]


def test_a_fetch_that_may_be_tried_again_is_no_failure_yet(watch: Watch) -> None:
    """OPS-7: between two tries the history says failed; who looks by the clock waits until tries are over."""
    watch.fetch("failed", DUE)
    assert watch.look(DUE + 0.9 * HOUR) == []
    assert watch.look(DUE + 1.1 * HOUR) == [("failed", "began")]


def test_a_run_whose_push_failed_is_red_though_its_fetch_is_loaded(watch: Watch) -> None:
    """OPS-7: told as failed; only that run, cleared, or a later fetch makes up for it. One that began no fetch, too."""
    run = watch.fetch("succeeded", DUE)
    assert watch.over(run, DUE + HOUR / 2, failed=True) == [("failed", "began")]
    assert watch.look(DUE + HOUR) == []
    assert watch.over(run, DUE + HOUR) == [("failed", "ended")]
    assert watch.over("manual__refused", DUE + HOUR, failed=True) == [("failed", "began")]
    assert (watch.told[-1].fetch_id, watch.told[-1].link.endswith("/runs/manual__refused")) == (None, True)
    assert watch.look(DUE + 1.5 * HOUR) == []
    watch.fetch("succeeded", DUE + 1.6 * HOUR)
    assert watch.look(DUE + 1.7 * HOUR) == [("failed", "ended")]


def test_warnings_and_work_left_are_told(watch: Watch) -> None:
    """OPS-7, OPS-1: degraded, and partial that follows it, are one violation; a failed fetch between ends nothing."""
    assert watch.over(watch.fetch("degraded", DUE), DUE) == [("degraded", "began")]
    assert "Everything was done; warnings: 1 (contact-sync history)." in watch.told[0].text
    assert watch.over(watch.fetch("partial", DUE + HOUR / 4), DUE + HOUR / 4) == []
    assert watch.over(watch.fetch("failed", DUE + HOUR / 2), DUE + HOUR / 2, failed=True) == [("failed", "began")]
    watch.fetch("preview", DUE + HOUR)
    watch.fetch("skipped", DUE + HOUR)
    assert watch.look(DUE + HOUR) == []
    assert watch.over(watch.fetch("succeeded", DUE + HOUR), DUE + HOUR) == [("degraded", "ended"), ("failed", "ended")]


def test_no_success_two_hours_after_it_was_due(watch: Watch) -> None:
    """OPS-7: a minute before the two hours nothing; after them the due moment; over once that moment is read."""
    watch.fetch("succeeded", DUE - timedelta(days=1))
    assert watch.look(DUE + 1.99 * HOUR) == []
    assert watch.look(DUE + 2.01 * HOUR) == [("missed", "began")]
    assert watch.told[0].text == (
        "All candidates (candidates_daily): no success 2 hours after it was due. "
        "It was due at 2026-11-20T01:00:00+00:00. Nothing was loaded since. https://airflow.example.org/dags/candidates_daily"
    )
    watch.fetch("succeeded", DUE + 2.1 * HOUR, run_type="backfill")
    assert watch.look(DUE + 26.5 * HOUR) == []
    assert watch.over(watch.fetch("succeeded", DUE + 27 * HOUR), DUE + 27 * HOUR) == [("missed", "ended")]


def test_who_is_inactive_on_purpose_is_not_missed(watch: Watch) -> None:
    """OPS-7, LIM-1: what holds ends without a word; a sync that its credentials stopped is missed, and says why."""
    later = DUE + 3 * HOUR
    assert watch.look(later) == [("missed", "began")]
    watch.execute("UPDATE sync.sync SET state = 'inactive', inactive_reason = 'by_hand'")
    assert watch.look(later) == []
    watch.execute("UPDATE sync.sync SET inactive_reason = 'credentials_changed'")
    assert watch.look(later) == [("missed", "began")]
    assert "The sync is inactive: credentials_changed." in watch.told[-1].text
    watch.execute(
        "UPDATE sync.sync SET state = 'active', inactive_reason = NULL, state_changed_at = '2026-11-20 03:00+00'"
    )
    assert watch.look(later) == [("missed", "ended")]  # from now on the next due moment counts
    watch.sync = watch.sync.model_copy(update={"active_until": DUE.date()})
    assert watch.look(DUE + 27 * HOUR) == []


def test_a_one_time_sync_is_due_once(watch: Watch) -> None:
    """OPS-7, RET-1: at its moment; one that runs at once is never missed."""
    once = watch.sync.schedule.model_copy(update={"frequency": "once", "date": DUE.date()})
    at_set_time = watch.sync.model_copy(update={"schedule": once})
    assert at_set_time.schedule.last_due(DUE - 0.1 * HOUR) is None
    assert at_set_time.schedule.last_due(DUE + 0.1 * HOUR) == DUE
    at_once = watch.sync.model_copy(update={"schedule": once.model_copy(update={"date": None, "at": None})})
    assert at_once.schedule.last_due(DUE + 0.1 * HOUR) is None


def test_another_mix_of_reasons(watch: Watch) -> None:
    """OPS-7: more than ten points against the median of the last ten of fifty records and more; others say nothing."""
    for day, shares in enumerate([0, 0, 40, 10, 10, 10, 10, 10, 10, 12, 8, 10]):  # the first two are too old to count
        at = DUE - timedelta(days=20 - day)
        watch.fetch("succeeded", at, total=100, empty_email=shares, bounced=5)
    watch.fetch("succeeded", DUE, total=49, empty_email=49)
    assert watch.look(DUE) == []
    assert watch.over(watch.fetch("succeeded", DUE, total=100, empty_email=20, bounced=15), DUE) == []
    assert watch.over(watch.fetch("succeeded", DUE, total=200, empty_email=41, group_email=2), DUE) == [
        ("reasons", "began")
    ]
    assert "empty_email 10 % → 20.5 % (median of 10 fetches → now)" in watch.told[-1].text
    assert watch.over(watch.fetch("succeeded", DUE, total=10, empty_email=0), DUE) == []
    assert watch.over(watch.fetch("succeeded", DUE, total=50, empty_email=10), DUE) == [("reasons", "ended")]


def test_too_few_fetches_have_no_usual_mix(watch: Watch) -> None:
    """OPS-7: against fewer than five nobody can tell; a reason that was never there counts as none."""
    for number in range(5):
        run = watch.fetch("succeeded", DUE + number * HOUR / 60, total=60)
    assert watch.over(run, DUE) == []
    watch.fetch("succeeded", DUE + HOUR / 2, total=60, bounced=7)
    assert watch.look(DUE + HOUR) == [("reasons", "began")]


def test_what_nobody_took_is_told_later(watch: Watch) -> None:
    """OPS-7: kept until a notifier takes it; nobody hears of what is over by then, nor of kinds not asked for."""
    watch.taken = False
    run = watch.fetch("failed", DUE)
    assert (watch.over(run, DUE, failed=True), watch.left) == ([], 1)
    watch.taken = True
    assert (watch.look(DUE + HOUR / 60), watch.left) == ([("failed", "began")], 0)
    watch.taken = False
    watch.over(watch.fetch("succeeded", DUE + HOUR), DUE + HOUR)
    watch.over(watch.fetch("degraded", DUE + HOUR), DUE + HOUR)
    watch.over(watch.fetch("succeeded", DUE + 1.5 * HOUR), DUE + 1.5 * HOUR)
    watch.taken = True
    assert watch.look(DUE + 1.6 * HOUR) == [("failed", "ended")]
    watch.fetch("degraded", DUE + 1.7 * HOUR)
    assert watch.look(DUE + 1.8 * HOUR, kinds=("failed", "missed")) == []
    assert watch.look(DUE + 1.9 * HOUR) == []


def test_two_who_tell_at_once_tell_once(watch: Watch) -> None:
    """OPS-7: the end of a run and the hourly look meet; what one is telling the other leaves alone."""
    watch.fetch("failed", DUE)
    heard: list[str] = []

    def send(message: Message) -> bool:
        heard.append(message.title)
        assert tell(watch.warehouse, send, "", KINDS, DUE) == 0
        return True

    look(watch.warehouse, {}, DUE + 2 * HOUR)
    assert tell(watch.warehouse, send, "", KINDS, DUE) == 0
    assert heard == ["candidates_daily: failed"]
