"""What the limits mean for a run or an act: its slot, its place of the day, its initiation of the month (LIM-2).

Previews, retries, cleared re-runs and backfills are never asked. Days and months are the organisation's. The answer to
a run past a limit is a skip that says the rule and what to do, or under `over_limit: next_day` the moment at which to
ask again; nobody's data is lost by either, because the next fetch reads from the watermark.
"""

from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.schedule import wall_moment
from contact_sync.errors import NextDay, SyncSkipped
from contact_sync.warehouse import limits
from contact_sync.warehouse.limits import Initiation, Place

JUST_AFTER_MIDNIGHT = time(0, 5)
"""When a run that waits for the next day asks again, in the organisation's zone."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a run or an act needs on its day: a place, and if `initiation` says so one of the month's initiations."""

    sync: ResolvedSync
    sync_no: int
    initiation: Initiation | None
    now: datetime

    @property
    def day(self) -> Day:
        """The day in the organisation's zone."""
        return day_of(self.sync, self.now)

    def refusal(self, connection: Connection) -> SyncSkipped | NextDay | None:
        """Why it cannot be had, None if it can; holds the limits until the transaction ends."""
        limits.hold(connection)
        return self._of_month(connection) or self._of_day(connection)

    def book(self, connection: Connection, place: Place, fetch_id: int | None = None) -> None:
        """Take the place and count the initiation; a run carries out whatever initiation waits."""
        limits.take(connection, self.sync_no, self.day, place, self.now)
        self.count(connection, fetch_id)

    def count(self, connection: Connection, fetch_id: int | None = None) -> None:
        """Count the initiation alone."""
        if self.initiation is not None:
            limits.initiate(connection, self.sync_no, self.day, self.initiation, self.now, fetch_id)
        elif fetch_id is not None:
            limits.carry_out(connection, self.sync_no, fetch_id)

    def _of_month(self, connection: Connection) -> SyncSkipped | None:
        most = self.sync.policies.per_month
        if most is None:
            return None
        if self.sync.policies.monthly_limit_counts == "initiations":
            if self.initiation is None:
                return None
            used = limits.initiations_of_month(connection, self.day)
            what = "initiations (first activations, one-time runs, initiate)"
        else:
            takers = limits.takers_of_month(connection, self.day)
            used = 0 if self.sync_no in {taker.sync_no for taker in takers} else len(takers)
            what = "syncs that are created, initiated or run"
        if used < most:
            return None
        return SyncSkipped("monthly_limit", self._wait_for_the_1st(f"{most} {what}"))

    def _wait_for_the_1st(self, what: str) -> str:
        sync, first = self.sync, limits.next_month(self.day)
        return (
            f"The organisation's limit of {what} a month is reached for {self.day:%Y-%m} (LIM-2). "
            f"{_again(sync, first, time(0, 0))}. Or raise per_month in organisation.yaml (null: no limit), and clear "
            "this run. See: contact-sync list --limits"
        )

    def _of_day(self, connection: Connection) -> SyncSkipped | NextDay | None:
        most = self.sync.policies.syncs_per_day
        takers = limits.takers_of_day(connection, self.day)
        if most is None or len(takers) < most or self.sync_no in {taker.sync_no for taker in takers}:
            return None
        others = ", ".join(taker.sync_id for taker in takers) or "none"
        rule = (
            f"the limit of distinct syncs created, initiated or run a day is {most} (LIM-2, syncs_per_day in "
            f"organisation.yaml), and on {self.day} ({self.sync.organisation_timezone}) these were: {others}."
        )
        tomorrow = wall_moment(_after(self.day), JUST_AFTER_MIDNIGHT, self.sync.organisation_timezone)
        if self.sync.policies.over_limit == "next_day":
            return NextDay(
                f"{self.sync.sync_id} waits: {rule} This run waits until {_clock(tomorrow, self.sync)} and counts "
                "on that day (over_limit: next_day).",
                retry_after=(tomorrow - self.now).total_seconds(),
            )
        return SyncSkipped(
            "daily_limit",
            f"{_again(self.sync, _after(self.day), time(0, 0))}. Or raise the limit (null: none), or let runs wait for "
            f"the next day (over_limit: next_day), and clear this run. The rule: {rule}",
        )


def day_of(sync: ResolvedSync, now: datetime) -> Day:
    """The day on which something counts that happens now: the organisation's."""
    return now.astimezone(ZoneInfo(sync.organisation_timezone)).date()


def claim_of_run(connection: Connection, sync: ResolvedSync, sync_no: int, now: datetime) -> Claim:
    """What a run needs. The run that an initiation waits for is not counted again."""
    initiation: Initiation | None = None
    if not limits.waits(connection, sync_no):
        if sync.schedule.frequency == "once":
            initiation = "one_time_run"
        elif not limits.was_initiated(connection, sync_no):
            initiation = "first_activation"
    return Claim(sync, sync_no, initiation, now)


def claim_act(
    connection: Connection, sync: ResolvedSync, sync_no: int, initiation: Initiation, now: datetime
) -> datetime | None:
    """Count an initiation by hand. Returns None, or the moment until which its run will wait (over_limit: next_day).

    Raises SyncSkipped where a run would be skipped.
    """
    claim = Claim(sync, sync_no, initiation, now)
    stop = claim.refusal(connection)
    if isinstance(stop, SyncSkipped):
        raise stop
    if stop is None:
        claim.book(connection, "initiated")
        return None
    claim.count(connection)  # its run takes a place of the day on which it comes to work
    return wall_moment(_after(claim.day), JUST_AFTER_MIDNIGHT, sync.organisation_timezone)


def note_created(connection: Connection, sync: ResolvedSync, sync_no: int, now: datetime) -> None:
    """A sync registered on the day of its `created` takes a place of that day, if it could have one, without a run."""
    claim = Claim(sync, sync_no, None, now)
    if sync.created == claim.day and claim.refusal(connection) is None:
        limits.take(connection, sync_no, claim.day, "created", now)


def has_too_many(connection: Connection, sync: ResolvedSync, now: datetime) -> bool:
    """Whether more syncs are active than there are slots: asked after one was made active, and before the commit."""
    limits.hold(connection)
    slots = sync.policies.active_syncs
    return slots is not None and len(limits.holders(connection, now)) > slots


def is_beyond(connection: Connection, sync: ResolvedSync, now: datetime) -> bool:
    """Whether an active sync lies beyond the slots by first registration: somebody has lowered their number."""
    slots = sync.policies.active_syncs
    return slots is not None and sync.sync_id not in limits.holders(connection, now)[:slots]


def slot_remedy(connection: Connection, sync: ResolvedSync, now: datetime) -> str:
    """Who holds the slots, and what a person can do about it."""
    slots = sync.policies.active_syncs
    others = [each for each in limits.holders(connection, now) if each != sync.sync_id]
    if slots is None or len(others) < slots:
        free = "any number may be active" if slots is None else f"slots free now: {slots - len(others)} of {slots}"
        return f"There was no slot for it (LIM-2); {free}. To let it run: contact-sync activate {sync.sync_id}"
    return (
        f"The limit of active syncs is {slots} (LIM-2, active_syncs in organisation.yaml), and these hold the slots: "
        f"{', '.join(others)}. Deactivate or delete one of them (contact-sync deactivate SYNC --reason …), or raise "
        f"the limit (null: none); then: contact-sync activate {sync.sync_id}"
    )


def _again(sync: ResolvedSync, day: Day, at: time) -> str:
    """When and how a run works again."""
    moment = _clock(wall_moment(day, at, sync.organisation_timezone), sync)
    how = f"airflow dags trigger {sync.sync_id}"
    if sync.schedule.frequency == "once":
        return f"It is a one-time sync: run it from {moment} on with: {how}"
    return f"Its scheduled runs work again from {moment} on and miss nothing; or then by hand: {how}"


def _clock(moment: datetime, sync: ResolvedSync) -> str:
    zone = sync.organisation_timezone
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"


def _after(day: Day) -> Day:
    return Day.fromordinal(day.toordinal() + 1)
