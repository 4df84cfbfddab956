"""One sync with everything that bears on it: its file, the organisation's policies, its account's profile.

This is what tasks work with and what a fetch stores as JSON; nothing in it is looked up again later. It holds no
secrets. Fingerprints tell versions apart: the file's place on disk is no part of them.
"""

import hashlib
import json
from datetime import date as Day
from datetime import datetime, time, timedelta
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from contact_sync.config.base import Strict
from contact_sync.config.organisation import Organisation, Policies, PushSwitch, RoleAddresses
from contact_sync.config.sync import Frequency, Mapping, Module, RetrieveAfter, SyncConfig, Weekday, earliest_after
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.core.schedule import Rule, make_rule, next_due, wall_moment


class ResolvedSchedule(Strict):
    """When a sync runs. `at` is HH:MM, None only for a one-time sync that runs at once."""

    frequency: Frequency
    at: str | None
    timezone: str
    weekday: Weekday | None = None
    day: int | None = None
    date: Day | None = None

    @property
    def hour(self) -> int:
        """Hour of the day, 0 if no time is given."""
        return int(self.at[:2]) if self.at else 0

    @property
    def minute(self) -> int:
        """Minute of the hour, 0 if no time is given."""
        return int(self.at[3:]) if self.at else 0

    @property
    def zone(self) -> ZoneInfo:
        """The named time zone."""
        return ZoneInfo(self.timezone)

    def once_at(self) -> datetime | None:
        """The moment of a one-time sync; None if it runs at once, or periodically."""
        if self.frequency != "once" or self.date is None:
            return None
        return wall_moment(self.date, time(self.hour, self.minute), self.timezone)

    def rule(self) -> Rule | None:
        """The periodic rule of this schedule; None for a one-time sync."""
        if self.frequency == "once":
            return None
        return make_rule(self.frequency, self.at or "00:00", self.timezone, self.weekday, self.day)

    def next_due(self, after: datetime) -> datetime | None:
        """The first due moment after `after`; None for a one-time sync that is past or runs at once."""
        rule = self.rule()
        if rule is not None:
            return next_due(rule, after)
        once = self.once_at()
        return once if once is not None and once > after else None

    def in_words(self) -> str:
        """Such as `weekly on Monday at 06:00 (Europe/Berlin)`."""
        if self.frequency == "once":
            return f"once, on {self.date} at {self.at} ({self.timezone})" if self.date else "once, at once"
        days = {
            "daily": "daily",
            "weekly": f"weekly on {(self.weekday or '').capitalize()}",
            "monthly": f"monthly on day {self.day}" + (" or the month's last" if (self.day or 0) > 28 else ""),
        }
        return f"{days[self.frequency]} at {self.at} ({self.timezone})"


class ResolvedSwitch(Strict):
    """A push switch of the sync's account whose list is the sync's list."""

    account: str
    module: Literal["Candidates"]
    event: Literal["opened"]
    list_name: str
    enabled: bool
    mapping: dict[str, str]
    status_field: str | None


class ResolvedSync(Strict):
    """A sync ready to run. Times are UTC, `mapping` starts with the standard contact fields."""

    sync_id: str
    file: str
    name: str
    created: Day
    description: str | None
    owner: str | None
    tags: tuple[str, ...]
    account: str
    pool: str | None
    warehouse: str
    load_pool: str | None
    module: Module
    scope: Literal["all", "view"]
    view: str | None
    unapproved: Literal["skip", "take"]
    list_name: str
    schedule: ResolvedSchedule
    retrieve_after: AwareDatetime | None
    each_fetch: Literal["changes", "all"]
    overlap_minutes: int
    mapping: tuple[FieldMapping, ...]
    policies: Policies
    role_addresses: RoleAddresses
    push: bool
    push_switches: tuple[ResolvedSwitch, ...]
    max_invalid_share: float
    suite: str

    @property
    def overlap(self) -> timedelta:
        """How far a fetch reaches back before the watermark."""
        return timedelta(minutes=self.overlap_minutes)

    def earliest_after(self) -> datetime | None:
        """The first moment that `after` may name for this sync, in its zone; None for any (RET-3)."""
        return earliest_after(self.created, self.schedule.timezone, self.policies.max_lookback_days)

    def fingerprint(self) -> str:
        """SHA-256 of all that the sync holds: one configuration version (CFG-1)."""
        return _digest(self.model_dump(mode="json", exclude={"file"}))

    def mapping_fingerprint(self) -> str:
        """SHA-256 of the mapping: one mapping version (MAP-4). The order of the fields does not matter."""
        lines = self.model_dump(mode="json", include={"mapping"})["mapping"]
        return _digest(sorted(lines, key=lambda line: line["target"]))

    def source_fingerprint(self) -> str:
        """SHA-256 of what makes the next fetch a first fetch when it changes (RET-11), and of the account."""
        keys = {"account", "list_name", "module", "scope", "view", "retrieve_after"}
        return _digest(self.model_dump(mode="json", include=keys))

    @classmethod
    def of(cls, sync_id: str, file: str, sync: SyncConfig, organisation: Organisation) -> Self:
        """Put a checked file and the organisation together; `sync.account` must be one of its accounts."""
        profile = organisation.accounts[sync.account]
        after = sync.retrieve.after if isinstance(sync.retrieve, RetrieveAfter) else None
        return cls(
            sync_id=sync_id,
            file=file,
            name=sync.name,
            created=sync.created,
            description=sync.description,
            owner=sync.owner,
            tags=sync.tags,
            account=sync.account,
            pool=profile.pool,
            warehouse=organisation.warehouse,
            load_pool=organisation.load_pool,
            module=sync.source.module,
            scope=sync.source.scope,
            view=sync.source.view,
            unapproved=sync.source.unapproved,
            list_name=sync.list_name,
            schedule=_schedule(sync, organisation),
            retrieve_after=after.astimezone(ZoneInfo("UTC")) if after else None,
            each_fetch=sync.each_fetch,
            overlap_minutes=sync.overlap_minutes,
            mapping=tuple(_mapping_lines(sync.mapping)),
            policies=organisation.policies,
            role_addresses=organisation.role_addresses,
            push=sync.push,
            push_switches=tuple(_switches(sync, organisation)),
            max_invalid_share=sync.validation.max_invalid_share,
            suite=sync.validation.suite or sync.source.module.lower(),
        )


def _schedule(sync: SyncConfig, organisation: Organisation) -> ResolvedSchedule:
    given = sync.schedule
    at = given.at or ("00:00" if given.date_ else None)
    return ResolvedSchedule(
        frequency=given.frequency,
        at=at,
        timezone=given.timezone or organisation.timezone,
        weekday=given.weekday,
        day=given.day,
        date=given.date_,
    )


def _mapping_lines(mapping: Mapping) -> list[FieldMapping]:
    lines = [FieldMapping("email", mapping.email.source)]
    for target, given in (("first_name", mapping.first_name), ("last_name", mapping.last_name)):
        if given is not None:
            lines.append(FieldMapping(target, given.source, "text", given.required, given.clear_when_empty))
    for target, spec in mapping.fields.items():
        lines.append(FieldMapping(target, spec.source, spec.type, spec.required, spec.clear_when_empty))
    return lines


def _switches(sync: SyncConfig, organisation: Organisation) -> list[ResolvedSwitch]:
    opened: PushSwitch | None = organisation.accounts[sync.account].push.candidates.opened
    if opened is None or opened.list_name != sync.list_name:
        return []
    return [
        ResolvedSwitch(
            account=sync.account,
            module="Candidates",
            event="opened",
            list_name=opened.list_name,
            enabled=opened.enabled,
            mapping=dict(opened.mapping),
            status_field=opened.status_field,
        )
    ]


def _digest(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
