"""One file of `include/syncs/`: what people write about one sync (RET-1..3, SRC-1..6, MAP-1..3).

The models check each file on its own. Given the organisation as validation context they also check what depends on
it: that the account exists and is of the source's kind, that the source is within its plan and modules, that
favourites exist, and that `retrieve.after` does not reach back too far.
"""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator

from contact_sync.config.base import Flag, IsoDate, Name, Share, Strict, ZonedMoment, close_match, refuse, shown
from contact_sync.config.fitting import check_source, default_zone
from contact_sync.config.mapping import Mapping, check_favourites
from contact_sync.config.options import Options, check_options
from contact_sync.config.organisation import Organisation
from contact_sync.config.schedule import Schedule
from contact_sync.config.source import RecruitSource, Source


class RetrieveAfter(Strict):
    """First fetch: records changed at or after a moment (RET-2)."""

    after: ZonedMoment = Field(description="Date, time and zone, such as 2026-11-01T00:00:00+01:00.")


def _retrieve_kind(value: Any) -> str:
    return "<after>" if isinstance(value, dict | RetrieveAfter) else "<all>"


Retrieve = Annotated[
    Annotated[Literal["all"], Tag("<all>")] | Annotated[RetrieveAfter, Tag("<after>")], Discriminator(_retrieve_kind)
]


class Validation(Strict):
    """When a staged batch is refused, and the suite of expectations that judges it."""

    max_invalid_share: Share = Field(0.5, description="Share of invalid addresses above which a batch is refused.")
    suite: Name | None = Field(
        None, description="A file of include/expectations; absent: candidates for Recruit, creator for Creator."
    )


class SyncConfig(Strict):
    """The whole file of one sync."""

    name: Name = Field(description="Name for people; changing it changes nothing else (SRC-0).")
    created: IsoDate = Field(
        description="Day the sync was made, year-month-day: start of the DAG, anchor of lookback (RET-3)."
    )
    description: str | None = Field(None, description="What the sync is for.")
    owner: Name | None = Field(None, description="Owner shown in Airflow.")
    tags: tuple[Name, ...] = Field((), description="Tags shown in Airflow.")
    account: Name = Field(description="An account of organisation.yaml (ACC-1).")
    source: Source = Field(
        RecruitSource(),
        validate_default=True,
        description="What is read: of Recruit a module, of Creator a report (SRC-1..6).",
    )
    list_name: Name = Field(alias="list", description="The mailing list that is filled.")
    schedule: Schedule = Field(description="When the sync runs (RET-1).")
    active_until: IsoDate | None = Field(
        None, description="Last day on which a periodic sync runs, in its zone; inactive after it (RET-9)."
    )
    retrieve: Retrieve = Field("all", description="First fetch: all, or records changed after a moment (RET-2).")
    each_fetch: Literal["changes", "all"] = Field("changes", description="What later fetches read (RET-2).")
    overlap_minutes: Annotated[int, Field(strict=True, ge=0, le=1440)] = Field(
        10, description="How far each fetch reaches back before the last one (RET-2)."
    )
    mapping: Mapping = Field(Mapping(), description="Source fields to contact fields (MAP-1).")
    source_priority: Annotated[int, Field(strict=True, ge=-1000, le=1000)] = Field(
        0, description="Of two syncs that supply one contact field the higher wins, then the latest change (MAP-8)."
    )
    options: Options = Field(
        Options(), description="People who opt out, unsubscribe, convert, or are deleted at the source (ADV)."
    )
    push: Flag = Field(
        True, description="Whether this sync's push task carries out the switches and campaigns of its list (PUSH-0)."
    )
    validation: Validation = Field(Validation(), description="When a staged batch is refused.")

    @field_validator("account", mode="after")
    @classmethod
    def _account_exists(cls, value: str, info: ValidationInfo) -> str:
        organisation = _organisation(info)
        if organisation is not None and value not in organisation.accounts:
            known = sorted(organisation.accounts)
            message = f"{shown(value)} is not an account of organisation.yaml."
            raise refuse(message, allowed=known, close=close_match(value, known))
        return value

    @field_validator("source", mode="after")
    @classmethod
    def _source_fits_account(cls, value: Any, info: ValidationInfo) -> Any:
        organisation, account = _organisation(info), info.data.get("account")
        if organisation is not None and account is not None:
            check_source(value, account, organisation)
        return value

    @field_validator("active_until", mode="after")
    @classmethod
    def _ends_after_it_began(cls, value: date | None, info: ValidationInfo) -> date | None:
        created, schedule = info.data.get("created"), info.data.get("schedule")
        if value is not None and schedule is not None and schedule.frequency == "once":
            raise refuse("belongs to periodic syncs; a one-time sync is inactive once it has run (RET-9).")
        if value is not None and created is not None and value < created:
            raise refuse(f"{value} lies before the day the sync was created, {created} (RET-9).")
        return value

    @field_validator("retrieve", mode="after")
    @classmethod
    def _not_too_far_back(cls, value: Any, info: ValidationInfo) -> Any:
        organisation, created = _organisation(info), info.data.get("created")
        if organisation is None or created is None or not isinstance(value, RetrieveAfter):
            return value
        schedule, source, account = (info.data.get(key) for key in ("schedule", "source", "account"))
        zone = (schedule.timezone if schedule else None) or default_zone(source, account, organisation)
        check_lookback(value.after, created, zone, organisation.policies.max_lookback_days)
        return value

    @field_validator("mapping", mode="after")
    @classmethod
    def _favourites_exist(cls, value: Mapping, info: ValidationInfo) -> Mapping:
        organisation = _organisation(info)
        if organisation is not None:
            check_favourites(value, organisation.favourites)
        return value

    @field_validator("options", mode="after")
    @classmethod
    def _options_fit_source(cls, value: Options, info: ValidationInfo) -> Options:
        source = info.data.get("source")
        if source is not None:
            check_options(value, source)
        return value


def _organisation(info: ValidationInfo) -> Organisation | None:
    return info.context.get("organisation") if info.context else None


def earliest_after(created: date, timezone: str, max_days: int | None) -> datetime | None:
    """The first moment that `after` may name (RET-3): midnight, `max_days` days before `created`; None: any."""
    if max_days is None:
        return None
    day = created - timedelta(days=max_days)
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone))


def check_lookback(after: datetime, created: date, timezone: str, max_days: int | None) -> None:
    """Refuse an `after` that lies before `earliest_after`; the message names the earliest date (RET-3)."""
    earliest = earliest_after(created, timezone, max_days)
    if earliest is not None and after < earliest:
        back = f"reaches back more than {max_days} days before the sync was created ({created})"
        rule = f"The earliest is {earliest.date()} ({timezone}). Policy: max_lookback_days."
        raise refuse(f"{after.isoformat()} {back}. {rule}", key="after")
