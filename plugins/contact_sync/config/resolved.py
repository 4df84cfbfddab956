"""One sync with everything that bears on it: its file, the organisation's policies, its account's profile.

This is what tasks work with and what a fetch stores as JSON; nothing in it is looked up again later. It holds no
secrets. Fingerprints tell versions apart: the file's place on disk is no part of them, nor is the zone of limits, and a
key that this package learnt later is none while it has its default, so that an update of the package alone begins
nothing anew.
"""

import hashlib
import json
from datetime import date as Day
from datetime import datetime, timedelta
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel

from contact_sync.config.accounts import Kind
from contact_sync.config.base import Strict
from contact_sync.config.criteria import resolve_criteria
from contact_sync.config.fitting import application_zone, default_zone
from contact_sync.config.mapping import mapping_lines, names_by_metadata
from contact_sync.config.options import Options
from contact_sync.config.organisation import Organisation, Policies, RoleAddresses
from contact_sync.config.resolved_campaigns import ResolvedCampaigns, campaigns_of_list
from contact_sync.config.resolved_push import ResolvedSwitch, switches_of_list, without_later_keys
from contact_sync.config.resolved_schedule import ResolvedSchedule, resolve_schedule
from contact_sync.config.source import RecruitSource, Scope
from contact_sync.config.sync import RetrieveAfter, SyncConfig, earliest_after
from contact_sync.core.criteria.model import Criteria
from contact_sync.core.mapping_types import FieldMapping

__all__ = ["ResolvedReport", "ResolvedSchedule", "ResolvedSwitch", "ResolvedSync"]

_LATER_KEYS = (
    "kind", "criteria", "report", "active_until", "source_priority", "daily_credits", "email_by_metadata",
    "name_by_metadata", "after_by_policy", "options", "campaigns",
)  # fmt: skip
_LATER_POLICIES = (
    "on_credential_change", "contacts_module", "on_source_rename", "custom_fields", "contact_job_path",
    "api_overmatch_warn", "search_ignores_case", "search_in", "backfill_beyond_lookback", "creator_all", "bulk_from",
    "shared_contacts", "unsubscribe_scope", "deletion_retention_days", "active_syncs", "syncs_per_day", "per_month",
    "monthly_limit_counts", "over_limit",
)  # fmt: skip
"""What fingerprints leave out while it has its default: configurations were registered before these existed."""


class ResolvedReport(Strict):
    """A report of Zoho Creator by link names, and how its dates are written (SRC-6)."""

    owner: str
    application: str
    report: str
    date_format: str
    timezone: str


class ResolvedSync(Strict):
    """A sync ready to run. Times are UTC, `mapping` starts with the standard contact fields.

    module: of Recruit; `application/report` of Creator. retrieve_after: start of the first fetch, None for all data;
    after_by_policy: it is `all` on Creator, read as policy creator_all says (RET-3). email_by_metadata,
    name_by_metadata: the mapping lacks them, and the source's own fields tell (MAP-1). daily_credits: the account's
    ceiling, None for none (LIM-5). organisation_timezone: of the days and months of limits (LIM-2).
    """

    sync_id: str
    file: str
    name: str
    created: Day
    description: str | None
    owner: str | None
    tags: tuple[str, ...]
    account: str
    kind: Kind = "recruit"
    pool: str | None
    warehouse: str
    load_pool: str | None
    module: str
    scope: Scope
    view: str | None
    criteria: Criteria | None = None
    report: ResolvedReport | None = None
    unapproved: Literal["skip", "take"]
    list_name: str
    schedule: ResolvedSchedule
    active_until: Day | None = None
    retrieve_after: AwareDatetime | None
    after_by_policy: bool = False
    each_fetch: Literal["changes", "all"]
    overlap_minutes: int
    mapping: tuple[FieldMapping, ...]
    email_by_metadata: bool = False
    name_by_metadata: bool = False
    source_priority: int = 0
    options: Options = Options()
    policies: Policies
    role_addresses: RoleAddresses
    daily_credits: int | None = None
    organisation_timezone: str = "Etc/UTC"
    push: bool
    push_switches: tuple[ResolvedSwitch, ...]
    campaigns: tuple[ResolvedCampaigns, ...] = ()
    max_invalid_share: float
    suite: str

    @property
    def overlap(self) -> timedelta:
        """How far a fetch reaches back before the watermark."""
        return timedelta(minutes=self.overlap_minutes)

    def earliest_after(self) -> datetime | None:
        """The first moment that `after` may name for this sync, in its zone; None for any (RET-3)."""
        return earliest_after(self.created, self.schedule.timezone, self.policies.max_lookback_days)

    def was_due(self, latest: datetime) -> datetime | None:
        """The last moment up to `latest` at which it was due; None if there is none, or it lies after the last day."""
        due = self.schedule.last_due(latest)
        if due is None or self.active_until is None:
            return due
        return due if due.astimezone(self.schedule.zone).date() <= self.active_until else None

    def fingerprint(self) -> str:
        """SHA-256 of all that the sync holds: one configuration version (CFG-1)."""
        held = self.model_dump(mode="json", exclude={"file", "organisation_timezone"})
        held["push_switches"] = without_later_keys(held["push_switches"])
        held["policies"] = _without_defaults(held["policies"], Policies, _LATER_POLICIES)
        return _digest(_without_defaults(held, ResolvedSync, _LATER_KEYS))

    def mapping_fingerprint(self) -> str:
        """SHA-256 of the mapping: one mapping version (MAP-4). The order of the fields does not matter."""
        lines = self.model_dump(mode="json", include={"mapping"})["mapping"]
        return _digest(sorted(lines, key=lambda line: line["target"]))

    def source_fingerprint(self) -> str:
        """SHA-256 of what makes the next fetch a first fetch when it changes (RET-11), and of the account.

        Of `after` what the file says: a start that a policy set moves with policies and zones, which are no change.
        """
        return _digest(_without_defaults(self.source_settings(), ResolvedSync, _LATER_KEYS))

    def source_settings(self) -> dict[str, Any]:
        """What `source_fingerprint` is made of, as JSON."""
        keys = {"account", "list_name", "module", "scope", "view", "criteria", "report", "retrieve_after"}
        held = self.model_dump(mode="json", include=keys)
        if self.after_by_policy:
            held["retrieve_after"] = None
        return held

    @classmethod
    def of(cls, sync_id: str, file: str, sync: SyncConfig, organisation: Organisation) -> Self:
        """Put a checked file and the organisation together; `sync.account` must be one of its accounts."""
        profile = organisation.accounts[sync.account]
        schedule = resolve_schedule(sync.schedule, default_zone(sync.source, sync.account, organisation))
        return cls(
            sync_id=sync_id,
            file=file,
            name=sync.name,
            created=sync.created,
            description=sync.description,
            owner=sync.owner,
            tags=sync.tags,
            account=sync.account,
            kind=profile.kind,
            pool=profile.pool,
            warehouse=organisation.warehouse,
            load_pool=organisation.load_pool,
            list_name=sync.list_name,
            schedule=schedule,
            active_until=sync.active_until,
            each_fetch=sync.each_fetch,
            overlap_minutes=sync.overlap_minutes,
            source_priority=sync.source_priority,
            options=sync.options,
            policies=organisation.policies,
            role_addresses=organisation.role_addresses,
            daily_credits=profile.credits_a_day,
            organisation_timezone=organisation.timezone,
            push=sync.push,
            push_switches=tuple(switches_of_list(sync.list_name, organisation)),
            campaigns=tuple(campaigns_of_list(sync.list_name, organisation)),
            max_invalid_share=sync.validation.max_invalid_share,
            suite=sync.validation.suite or _SUITES[profile.kind],
            **_source(sync, organisation),
            **_start(sync, organisation, schedule.timezone),
            **_mapping(sync, organisation),
        )


_SUITES: dict[Kind, str] = {"recruit": "candidates", "creator": "creator"}


def _source(sync: SyncConfig, organisation: Organisation) -> dict[str, Any]:
    source = sync.source
    if isinstance(source, RecruitSource):
        criteria = resolve_criteria(source.criteria, source.module) if source.criteria else None
        same = {key: getattr(source, key) for key in ("module", "scope", "view", "unapproved")}
        return {**same, "criteria": criteria}
    report = ResolvedReport(
        owner=source.owner or organisation.accounts[sync.account].owner or "",
        application=source.application,
        report=source.report,
        date_format=source.date_format,
        timezone=application_zone(source, sync.account, organisation),
    )
    module = f"{source.application}/{source.report}"
    return {"module": module, "scope": "all", "view": None, "unapproved": "take", "report": report}


def _start(sync: SyncConfig, organisation: Organisation, timezone: str) -> dict[str, Any]:
    """Where the first fetch begins: as the file says, and `all` on Creator as the policy says (RET-3)."""
    policies = organisation.policies
    if isinstance(sync.retrieve, RetrieveAfter):
        return {"retrieve_after": sync.retrieve.after.astimezone(ZoneInfo("UTC"))}
    if isinstance(sync.source, RecruitSource) or policies.creator_all == "unbounded":
        return {"retrieve_after": None}
    earliest = earliest_after(sync.created, timezone, policies.max_lookback_days)
    after = earliest.astimezone(ZoneInfo("UTC")) if earliest else None
    return {"retrieve_after": after, "after_by_policy": after is not None}


def _mapping(sync: SyncConfig, organisation: Organisation) -> dict[str, Any]:
    favourites = [organisation.favourites[name] for name in sync.mapping.favourites]
    module = sync.source.module if isinstance(sync.source, RecruitSource) else ""
    lines = mapping_lines(sync.mapping, favourites, module)
    return {
        "mapping": lines,
        "email_by_metadata": not any(line.target == "email" for line in lines),
        "name_by_metadata": names_by_metadata(sync.mapping, favourites, module),
    }


def _without_defaults(held: dict[str, Any], model: type[BaseModel], names: tuple[str, ...]) -> dict[str, Any]:
    dull = {name for name in names if name in held and held[name] == _plain(model.model_fields[name].default)}
    return {name: value for name, value in held.items() if name not in dull}


def _plain(default: Any) -> Any:
    """A default as a dump has it."""
    if isinstance(default, tuple):
        return list(default)
    return default.model_dump(mode="json") if isinstance(default, BaseModel) else default


def _digest(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
