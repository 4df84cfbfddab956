"""What organisation.yaml declares of an account of Zoho Recruit or Zoho Creator (ACC-1, ACC-5, ACC-6, LIM-5).

The key of an account is the id of the Airflow connection that holds its secrets. Refuses keys that belong to the
other of the two products.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contact_sync.config.base import Flag, ModuleName, Name, Strict, TimezoneName, refuse
from contact_sync.config.campaigns import CampaignSettings
from contact_sync.config.push import PushSettings
from contact_sync.core.daily_credits import documented_credits

_ONLY: dict[str, tuple[str, ...]] = {
    "recruit": ("type", "paid", "modules", "push", "campaigns"),
    "creator": ("owner", "timezone"),
}
"""Keys that mean something for one kind of account only."""

Kind = Literal["recruit", "creator"]


class AccountProfile(Strict):
    """What is declared of one account. Its key is the id of the Airflow connection that holds its secrets."""

    kind: Kind = Field(description="Which product of Zoho the account is (ACC-1).")
    edition: Literal["free", "standard", "professional", "enterprise", "zoho_one", "people_plus"] | None = Field(
        None, description="The edition the account is on (ACC-5)."
    )
    type: Literal["staffing_agency", "corporate_hr"] | None = Field(
        None, description="Which Recruit it is, as its organisation's settings say; policy contacts_module (ACC-5)."
    )
    paid: Flag | None = Field(
        None, description="Whether Recruit's plan is paid, as criteria need; absent: unless edition: free (ACC-6)."
    )
    modules: tuple[ModuleName, ...] | None = Field(
        None, description="API names of the modules on offer; absent: only the account's metadata knows (ACC-5)."
    )
    users: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = Field(
        None, description="Number of users, from which Zoho reckons the daily credits (LIM-5)."
    )
    daily_credits: Annotated[int, Field(strict=True, ge=0)] | None = Field(
        None, description="Most API credits a day; absent: as documented for edition and users, else none (LIM-5)."
    )
    owner: Name | None = Field(None, description="Creator: owner of the applications, unless a sync says so (SRC-6).")
    timezone: TimezoneName | None = Field(
        None,
        description="Creator: zone of the super admin, in which days of credits begin, and of the applications that "
        "name none (RET-8, LIM-5).",
    )
    pool: Name | None = Field(None, description="Airflow pool of the account's tasks; absent: default_pool.")
    push: PushSettings = Field(PushSettings(), description="What is pushed to the account, by module (PUSH-0).")
    campaigns: CampaignSettings = Field(
        CampaignSettings(), description="Campaigns and member statuses in the account (CAMP-2 to CAMP-5)."
    )

    @model_validator(mode="after")
    def _keys_fit_kind(self) -> Self:
        for kind, keys in _ONLY.items():
            for key in keys:
                if kind != self.kind and key in self.model_fields_set:
                    raise refuse(f"belongs to accounts of kind '{kind}', but this one is '{self.kind}'.", key=key)
        return self

    @property
    def on_paid_plan(self) -> bool:
        """Whether criteria are within the account's plan (ACC-6)."""
        return self.paid is not False and self.edition != "free"

    @property
    def credits_a_day(self) -> int | None:
        """The ceiling of the account's API credits; None where neither file nor documentation names one (LIM-5)."""
        if self.daily_credits is not None:
            return self.daily_credits
        return documented_credits(self.kind, self.edition, self.users)
