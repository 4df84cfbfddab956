"""What organisation.yaml says of campaigns and their member statuses in an account (CAMP-2 to CAMP-5).

Refuses work on campaigns without a list that tells which, and one field that two entries would fill.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contact_sync.config.base import ApiName, Flag, ModuleName, Name, Strict, refuse

CampaignKind = Literal["email_campaign", "autoresponder"]


class StatusField(Strict):
    """A field of Recruit that takes the member status of everybody in a list who has a record there (CAMP-4, 5)."""

    list_name: Name = Field(alias="list", description="The mailing list whose people are told of.")
    module: ModuleName = Field(description="API name of the module; custom modules, too (CAMP-4).")
    field: ApiName = Field(description="Field of the module that takes the member status, such as Opened.")
    kinds: Annotated[tuple[CampaignKind, ...], Field(min_length=1)] = Field(
        ("email_campaign",),
        description="Of the latest e-mail campaign (CAMP-4), of the latest autoresponder (CAMP-5), or of either.",
    )


class CampaignSettings(Strict):
    """Campaigns of an account: our own made in Recruit, Recruit's own read, member statuses written."""

    lists: tuple[Name, ...] = Field((), description="Lists whose campaigns `create` and `member_status` are about.")
    create: Flag = Field(False, description="Make the campaigns of these lists in Recruit's Campaigns (CAMP-2).")
    read: Flag = Field(False, description="Read Recruit's own campaigns daily: name, type, status (CAMP-2).")
    member_status: Flag = Field(
        False,
        description="Write each member's status into the campaign in Recruit, of people who were synced from there. "
        "Zoho documents no such call for Recruit: try it before you rely on it (CAMP-3).",
    )
    status_fields: tuple[StatusField, ...] = Field(
        (), description="Fields of Recruit that take the member status (CAMP-4, CAMP-5)."
    )

    @model_validator(mode="after")
    def _lists_are_named(self) -> Self:
        for key in ("create", "member_status"):
            if getattr(self, key) and not self.lists:
                raise refuse("is on, but `lists` names no list whose campaigns are meant.", key=key)
        seen: dict[tuple[str, str], int] = {}
        for position, each in enumerate(self.status_fields):
            first = seen.setdefault((each.module, each.field), position)
            if first != position:
                raise refuse(
                    f"{each.module}.{each.field} is filled by status_fields[{first}] already: a person in both lists "
                    "would have two values.",
                    key=("status_fields", position, "field"),
                )
        return self

    @property
    def wanted(self) -> bool:
        """Whether anything is asked for."""
        return self.create or self.read or self.member_status or bool(self.status_fields)
