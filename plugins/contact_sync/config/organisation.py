"""`include/organisation.yaml`: the organisation's policies and the profiles of its accounts.

An account's key is the id of its Airflow connection; secrets live there and never here. Every policy has the
default that the contract names, so a file with `name` and `accounts` is complete.
"""

from typing import Annotated, Literal

from pydantic import Field

from contact_sync.config.base import ApiName, ContactField, Flag, Name, Share, Strict, TimezoneName

_PUSH_MAPPING = {"first_name": "First_Name", "last_name": "Last_Name", "email": "Email"}


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

    add: tuple[Name, ...] = Field((), description="Also role addresses: the part before the @.")
    remove: tuple[Name, ...] = Field((), description="No role addresses after all.")


class PushSwitch(Strict):
    """One switch of PUSH-0: people of `list` who opened a campaign go to the module with their member status."""

    list_name: Name = Field(alias="list", description="The mailing list whose people are pushed.")
    enabled: Flag = Field(True, description="false turns the switch off (PUSH-7).")
    mapping: dict[ContactField, ApiName] = Field(
        _PUSH_MAPPING, description="Contact field to field of the Recruit module (PUSH-2)."
    )
    status_field: ApiName | None = Field(None, description="Recruit field that takes the member status (PUSH-1).")


class CandidateSwitches(Strict):
    """Switches that push to the module Candidates (PUSH-0)."""

    opened: PushSwitch | None = Field(None, description="People who opened a campaign (PUSH-1).")


class PushSettings(Strict):
    """Push settings of an account, by module (PUSH-0)."""

    candidates: CandidateSwitches = Field(CandidateSwitches(), description="Switches of the module Candidates.")


class AccountProfile(Strict):
    """What is declared of one account. Its key is the id of the Airflow connection that holds its secrets."""

    kind: Literal["recruit"] = Field(description="Which product of Zoho the account is (ACC-1).")
    edition: Literal["free", "standard", "professional", "enterprise", "zoho_one", "people_plus"] | None = Field(
        None, description="The edition the account is on (ACC-5)."
    )
    pool: Name | None = Field(None, description="Airflow pool of the account's tasks; absent: default_pool.")
    push: PushSettings = Field(PushSettings(), description="What is pushed to the account, by module (PUSH-0).")


class Retention(Strict):
    """How long things are kept; housekeeping takes them away, counters stay (OPS-11)."""

    staging_days: Annotated[int, Field(strict=True, ge=1, le=3650)] = Field(
        7, description="Days after its end that what a fetch read is kept in schema staging; personal data (OPS-11)."
    )
    raw_value_days: Annotated[int, Field(strict=True, ge=1, le=3650)] = Field(
        90, description="Days that the ledger keeps raw values that did not fit their field (OPS-11)."
    )
    ledger_months: Annotated[int, Field(strict=True, ge=1, le=1200)] = Field(
        24, description="Months that the ledger, and former values for a revert, are kept (OPS-11)."
    )


class Organisation(Strict):
    """The whole file."""

    name: Name = Field(description="Name of the organisation for people.")
    timezone: TimezoneName = Field(
        "Etc/UTC", description="Default time zone of schedules (RET-1); zone of daily limits (LIM-2)."
    )
    warehouse: Name = Field("contacts_warehouse", description="Airflow connection of the contacts warehouse.")
    load_pool: Name | None = Field(
        None, description="Airflow pool of one slot in which loads queue; absent: default_pool, and Postgres's lock."
    )
    policies: Policies = Field(Policies(), description="Choices where the rules allow more than one reading.")
    role_addresses: RoleAddresses = Field(RoleAddresses(), description="Changes to the list of role addresses (OUT-7).")
    retention: Retention = Field(Retention(), description="How long things are kept (OPS-11).")
    accounts: dict[Name, AccountProfile] = Field(
        min_length=1, description="Accounts by the id of their Airflow connection (ACC-1)."
    )
