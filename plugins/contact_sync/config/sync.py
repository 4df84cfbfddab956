"""One file of `include/syncs/`: what people write about one sync (RET-1..3, SRC-1..3, MAP-1, MAP-2).

The models check each file on its own. Given the organisation as validation context they also check what depends
on it: that the account exists and that `retrieve.after` does not reach back too far.
"""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from contact_sync.config.base import (
    ApiName,
    ClockTime,
    ContactField,
    Flag,
    IdOrName,
    IsoDate,
    Name,
    Share,
    Strict,
    TimezoneName,
    ZonedMoment,
    close_match,
    refuse,
    shown,
)
from contact_sync.config.organisation import Organisation
from contact_sync.core.mapping_types import STANDARD_TARGETS, FieldType

Frequency = Literal["once", "daily", "weekly", "monthly"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Module = Literal["Candidates"]


class Source(Strict):
    """What the sync reads: a module of Recruit and how much of it (SRC-1..3)."""

    module: Module = Field("Candidates", description="Recruit module (SRC-1).")
    scope: Literal["all", "view"] = Field("all", description="all records, or those of a custom view (SRC-2, SRC-3).")
    view: IdOrName | None = Field(None, description="Name or id of the custom view, with scope: view (SRC-3).")
    unapproved: Literal["skip", "take"] = Field("skip", description="Records that wait for approval (SRC-8).")

    @model_validator(mode="after")
    def _view_fits_scope(self) -> Self:
        if self.scope == "view" and self.view is None:
            raise refuse("is missing: with scope 'view' give the custom view's name or id.", key="view")
        if self.scope == "all" and self.view is not None:
            hint = f"Set scope to 'view' to read only {shown(self.view)}, or remove the key."
            raise refuse(f"belongs to scope 'view', but scope is 'all'. {hint}", key="view")
        return self


class Schedule(Strict):
    """When the sync runs (RET-1). Days 29 to 31 mean the last day of shorter months."""

    frequency: Frequency = Field(description="How often.")
    at: ClockTime | None = Field(None, description='Time of day, such as "02:00".')
    weekday: Weekday | None = Field(None, description="Day of the week, with frequency: weekly.")
    day: Annotated[int, Field(strict=True, ge=1, le=31)] | None = Field(
        None, description="Day of the month, with frequency: monthly; 29-31: the last day of shorter months."
    )
    date_: IsoDate | None = Field(None, alias="date", description="Day of a one-time sync; absent: at once.")
    timezone: TimezoneName | None = Field(
        None, description="Time zone of the schedule by its IANA name; absent: the organisation's."
    )

    @model_validator(mode="after")
    def _keys_fit_frequency(self) -> Self:
        owners = {"weekday": "weekly", "day": "monthly", "date": "once"}
        for key, owner in owners.items():
            value = getattr(self, "date_" if key == "date" else key)
            if value is not None and self.frequency != owner:
                raise refuse(f"belongs to frequency '{owner}', but frequency is '{self.frequency}'.", key=key)
            if value is None and self.frequency == owner != "once":
                raise refuse(f"is missing: frequency '{owner}' needs it.", key=key)
        if self.at is None and self.frequency != "once":
            raise refuse(f"is missing: frequency '{self.frequency}' needs a time of day such as \"02:00\".", key="at")
        if self.at is not None and self.frequency == "once" and self.date_ is None:
            raise refuse("needs a date beside it for frequency 'once'; without both the sync runs at once.", key="at")
        return self


class RetrieveAfter(Strict):
    """First fetch: records changed at or after a moment (RET-2)."""

    after: ZonedMoment = Field(description="Date, time and zone, such as 2026-11-01T00:00:00+01:00.")


def _retrieve_kind(value: Any) -> str:
    return "<after>" if isinstance(value, dict | RetrieveAfter) else "<all>"


Retrieve = Annotated[
    Annotated[Literal["all"], Tag("<all>")] | Annotated[RetrieveAfter, Tag("<after>")], Discriminator(_retrieve_kind)
]


def _mapping_words(value: Any) -> Any:
    """`City` is short for `{source: City}`."""
    return {"source": value} if isinstance(value, str) else value


def _not_standard(value: str) -> str:
    if value in STANDARD_TARGETS:
        raise refuse(f"'{value}' is written directly under mapping, not under fields.")
    return value


ExtraField = Annotated[ContactField, AfterValidator(_not_standard)]


class EmailMapping(Strict):
    """Source of the e-mail address; may be changed, never removed (MAP-1)."""

    source: ApiName = Field(description="API name of the source field.")


class NameMapping(EmailMapping):
    """Source of the first or last name (MAP-1)."""

    required: Flag = Field(False, description="Records without a valid value are ignored: invalid_field (OUT-4).")
    clear_when_empty: Flag = Field(False, description="An empty source value empties the contact field (MAP-6).")


class FieldSpec(NameMapping):
    """Source and type of any other contact field; the field is made on demand (MAP-2)."""

    type: FieldType = Field("text", description="Type of the contact field.")


ShortEmail = Annotated[EmailMapping, BeforeValidator(_mapping_words, json_schema_input_type=str | EmailMapping)]
ShortName = Annotated[NameMapping, BeforeValidator(_mapping_words, json_schema_input_type=str | NameMapping)]
ShortField = Annotated[FieldSpec, BeforeValidator(_mapping_words, json_schema_input_type=str | FieldSpec)]


class Mapping(Strict):
    """Which source field fills which contact field (MAP-1)."""

    email: ShortEmail = Field(EmailMapping(source="Email"), description="Source of the e-mail address.")
    first_name: ShortName | None = Field(
        NameMapping(source="First_Name"), description="Source of the first name; null: not mapped."
    )
    last_name: ShortName | None = Field(
        NameMapping(source="Last_Name"), description="Source of the last name; null: not mapped."
    )
    fields: dict[ExtraField, ShortField] = Field({}, description="Further contact fields by name (MAP-2).")

    @field_validator("email", mode="before")
    @classmethod
    def _email_stays(cls, value: Any) -> Any:
        if value is None:
            raise refuse("may be changed, not removed: every sync needs the source of the e-mail address.")
        return value


class Validation(Strict):
    """When a staged batch is refused, and the suite of expectations that judges it."""

    max_invalid_share: Share = Field(0.5, description="Share of invalid addresses above which a batch is refused.")
    suite: Name | None = Field(None, description="A file of include/expectations; absent: the module's.")


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
    source: Source = Field(Source(), description="What is read (SRC-1..3).")
    list_name: Name = Field(alias="list", description="The mailing list that is filled.")
    schedule: Schedule = Field(description="When the sync runs (RET-1).")
    retrieve: Retrieve = Field("all", description="First fetch: all, or records changed after a moment (RET-2).")
    each_fetch: Literal["changes", "all"] = Field("changes", description="What later fetches read (RET-2).")
    overlap_minutes: Annotated[int, Field(strict=True, ge=0, le=1440)] = Field(
        10, description="How far each fetch reaches back before the last one (RET-2)."
    )
    mapping: Mapping = Field(Mapping(), description="Source fields to contact fields (MAP-1).")
    push: Flag = Field(True, description="Whether this sync's push task carries out the switches of its list (PUSH-0).")
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

    @field_validator("retrieve", mode="after")
    @classmethod
    def _not_too_far_back(cls, value: Any, info: ValidationInfo) -> Any:
        organisation, created = _organisation(info), info.data.get("created")
        if organisation is None or created is None or not isinstance(value, RetrieveAfter):
            return value
        schedule = info.data.get("schedule")
        zone = (schedule.timezone if schedule else None) or organisation.timezone
        check_lookback(value.after, created, zone, organisation.policies.max_lookback_days)
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
