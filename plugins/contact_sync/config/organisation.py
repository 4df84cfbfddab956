"""`include/organisation.yaml`: the organisation's policies and the profiles of its accounts.

An account's key is the id of its Airflow connection; secrets live there and never here. Every policy has the
default that the contract names, so a file with `name` and `accounts` is complete.
"""

from typing import Annotated, Literal

from pydantic import Field

from contact_sync.config.base import ApiName, ContactField, Flag, Name, Share, Strict, TimezoneName


def _default_push_mapping() -> dict[str, str]:
    return {"first_name": "First_Name", "last_name": "Last_Name", "email": "Email"}


class Policies(Strict):
    """Named choices where the rules allow more than one reading."""

    plus_addresses: Literal["allow", "ignore"] = Field("allow", description="Addresses with a + tag (OUT-6).")
    group_emails: Literal["ignore", "allow"] = Field("ignore", description="Role addresses such as info@ (OUT-7).")
    contact_limit: Annotated[int, Field(strict=True, ge=0)] | None = Field(
        None, description="Most contacts that the plan allows, deleted ones not counted; null: no limit (OUT-15)."
    )
    soft_bounces: Annotated[int, Field(strict=True, ge=1, le=100)] = Field(
        3, description="Soft bounces in a row after which an address counts as bounced (OUT-9)."
    )
    max_lookback_days: Annotated[int, Field(strict=True, ge=0, le=36500)] | None = Field(
        30, description="How many days before `created` retrieve.after may reach; null for no limit (RET-3)."
    )
    push_lookback_days: Annotated[int, Field(strict=True, ge=0, le=365)] = Field(
        5, description="Days before a switch was first on whose events its first push takes (PUSH-3)."
    )
    push_suppressed: Literal["push", "skip"] = Field(
        "push", description="Whether suppressed people are pushed to Recruit; erased ones never are (PUSH-4)."
    )
    push_reject_threshold: Share = Field(
        0.05, description="Share of rejected records above which a push marks the run degraded (PUSH-9)."
    )


class RoleAddresses(Strict):
    """Local parts that are added to, or taken out of, the list of role addresses (OUT-7)."""

    add: tuple[Name, ...] = ()
    remove: tuple[Name, ...] = ()


class PushSwitch(Strict):
    """One switch of PUSH-0: people of `list` who opened a campaign go to the module with their member status."""

    list_name: Name = Field(alias="list", description="The mailing list whose people are pushed.")
    enabled: Flag = Field(True, description="false turns the switch off (PUSH-7).")
    mapping: dict[ContactField, ApiName] = Field(
        default_factory=_default_push_mapping, description="Contact field to field of the Recruit module."
    )
    status_field: ApiName | None = Field(None, description="Recruit field that takes the member status.")


class CandidateSwitches(Strict):
    """Switches that push to the module Candidates."""

    opened: PushSwitch | None = Field(None, description="People who opened a campaign.")


class PushSettings(Strict):
    """Push settings of an account, by module."""

    candidates: CandidateSwitches = CandidateSwitches()


class AccountProfile(Strict):
    """What is declared of one account. Its key is the id of the Airflow connection that holds its secrets."""

    kind: Literal["recruit"] = Field(description="Which product of Zoho the account is.")
    edition: Literal["free", "standard", "professional", "enterprise", "zoho_one", "people_plus"] | None = Field(
        None, description="The edition the account is on."
    )
    pool: Name | None = Field(None, description="Airflow pool of the account's tasks; absent: default_pool.")
    push: PushSettings = PushSettings()


class Organisation(Strict):
    """The whole file."""

    name: Name = Field(description="Name of the organisation for people.")
    timezone: TimezoneName = Field("Etc/UTC", description="Default time zone of schedules; zone of daily limits.")
    warehouse: Name = Field("contacts_warehouse", description="Airflow connection of the contacts warehouse.")
    load_pool: Name | None = Field(
        None, description="Airflow pool of one slot in which loads queue; absent: default_pool, and Postgres's lock."
    )
    policies: Policies = Policies()
    role_addresses: RoleAddresses = RoleAddresses()
    accounts: dict[Name, AccountProfile] = Field(
        min_length=1, description="Accounts by the id of their Airflow connection."
    )
