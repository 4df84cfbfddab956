"""The key `source` of a sync: a module of Zoho Recruit and how much of it, or a report of Zoho Creator (SRC-1..6).

The two are told apart by their keys: `application` or `report` make it Creator's. Refuses keys of one beside keys of
the other, and a date format that cannot be read back.
"""

import re
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from contact_sync.config.base import IdOrName, ModuleName, Name, Strict, TimezoneName, refuse, shown
from contact_sync.config.criteria import CriteriaSpec, check_related
from contact_sync.errors import ConfigError

Scope = Literal["all", "view", "criteria"]
RECRUIT_KEYS = ("module", "scope", "view", "criteria", "unapproved")
CREATOR_KEYS = ("application", "report", "owner", "date_format", "timezone")

_LINK_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}")


def _link_name(value: Any) -> Any:
    if not isinstance(value, str) or not _LINK_NAME.fullmatch(value):
        hint = "Copy it from the address of the page in Creator: letters, digits, - and _."
        raise refuse(f"{shown(value)} is not a link name. {hint}")
    return value


def _date_format(value: Any) -> Any:
    from contact_sync.core.date_style import DateStyle

    if not isinstance(value, str) or not value:
        raise refuse(f"{shown(value)} is not a date format. Copy it from the application's settings: dd-MMM-yyyy.")
    try:
        DateStyle(value, ZoneInfo("UTC"))
    except ConfigError as error:
        raise refuse(str(error)) from None
    return value


LinkName = Annotated[str, BeforeValidator(_link_name)]
DateFormat = Annotated[str, BeforeValidator(_date_format)]


class RecruitSource(Strict):
    """What the sync reads: a module of Recruit and how much of it (SRC-1..4)."""

    module: ModuleName = Field(
        "Candidates", description="Recruit module: Candidates, Contacts, or the API name of a custom one (SRC-1)."
    )
    scope: Scope = Field(
        "all", description="all records, those of a custom view, or those that meet criteria (SRC-2, SRC-3, SRC-4)."
    )
    view: IdOrName | None = Field(None, description="Name or id of the custom view, with scope: view (SRC-3).")
    criteria: CriteriaSpec | None = Field(None, description="Conditions, with scope: criteria (SRC-4).")
    unapproved: Literal["skip", "take"] = Field("skip", description="Records that wait for approval (SRC-8).")

    @model_validator(mode="before")
    @classmethod
    def _no_keys_of_creator(cls, value: Any) -> Any:
        _refuse_keys(value, CREATOR_KEYS, "a Creator source, which has application and report; remove it here.")
        return value

    @model_validator(mode="after")
    def _keys_fit_scope(self) -> Self:
        if self.scope == "view" and self.view is None:
            raise refuse("is missing: with scope 'view' give the custom view's name or id.", key="view")
        if self.scope == "criteria" and self.criteria is None:
            raise refuse("is missing: with scope 'criteria' give numbered conditions (SRC-4).", key="criteria")
        if self.scope != "view" and self.view is not None:
            hint = f"Set scope to 'view' to read only {shown(self.view)}, or remove the key."
            raise refuse(f"belongs to scope 'view', but scope is '{self.scope}'. {hint}", key="view")
        if self.scope != "criteria" and self.criteria is not None:
            hint = "Set scope to 'criteria' to read only what meets them, or remove the key."
            raise refuse(f"belongs to scope 'criteria', but scope is '{self.scope}'. {hint}", key="criteria")
        if self.criteria is not None:
            check_related(self.criteria, self.module)
        return self


class CreatorSource(Strict):
    """What the sync reads: a report of an application of Zoho Creator (SRC-6)."""

    application: LinkName = Field(description="Link name of the application (SRC-6).")
    report: LinkName = Field(description="Link name of the report (SRC-6).")
    owner: Name | None = Field(None, description="Owner of the application; absent: the account's owner (SRC-6).")
    date_format: DateFormat = Field(
        "dd-MMM-yyyy",
        description="Date format of the application's settings; a time part, such as HH:mm:ss, may follow (SRC-6).",
    )
    timezone: TimezoneName | None = Field(
        None, description="Time zone of the application's settings; absent: the account's (SRC-6, RET-8)."
    )

    @model_validator(mode="before")
    @classmethod
    def _no_keys_of_recruit(cls, value: Any) -> Any:
        _refuse_keys(value, RECRUIT_KEYS, "a Recruit source; application and report make this one Creator's.")
        return value


def _refuse_keys(value: Any, foreign: tuple[str, ...], whose: str) -> None:
    for key in foreign:
        if isinstance(value, dict) and key in value:
            raise refuse(f"belongs to {whose}", key=key)


def _which(value: Any) -> str:
    creator = isinstance(value, CreatorSource) or (isinstance(value, dict) and {"application", "report"} & set(value))
    return "<CreatorSource>" if creator else "<RecruitSource>"


Source = Annotated[
    Annotated[RecruitSource, Tag("<RecruitSource>")] | Annotated[CreatorSource, Tag("<CreatorSource>")],
    Discriminator(_which),
]
"""Tags are the models' names: messages about unknown keys list those of the model that is meant."""
