"""`include/organisation.yaml`: the organisation's policies, favourites and the profiles of its accounts.

An account's key is the id of its Airflow connection; secrets live there and never here. Every policy has the
default that the contract names, so a file with `name` and `accounts` is complete.
"""

from typing import Annotated, Literal

from pydantic import Field

from contact_sync.config.accounts import AccountProfile
from contact_sync.config.alerts import Alerts
from contact_sync.config.base import Flag, Name, Share, Strict, TimezoneName
from contact_sync.config.mapping import Favourite

Count = Annotated[int, Field(strict=True, ge=0)]


class Policies(Strict):
    """Named choices where the rules allow more than one reading."""

    plus_addresses: Literal["allow", "ignore"] = Field("allow", description="Addresses with a + tag (OUT-6).")
    group_emails: Literal["ignore", "allow"] = Field("ignore", description="Role addresses such as info@ (OUT-7).")
    contact_limit: Count | None = Field(
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
    on_credential_change: Literal["deactivate", "continue"] = Field(
        "deactivate", description="What becomes of an account's syncs when its credentials change (ACC-4)."
    )
    contacts_module: Literal["corporate_hr_only", "as_metadata"] = Field(
        "as_metadata",
        description="Which accounts may read Contacts: those of type: corporate_hr, or whoever is offered it (ACC-5).",
    )
    on_source_rename: Literal["final", "revivable"] = Field(
        "final", description="Whether a sync may be activated again once its renamed Creator source answers (SRC-7)."
    )
    custom_fields: Literal["always", "criteria_only"] = Field(
        "always", description="Where custom fields may be mapped: anywhere, or only with scope: criteria (SRC-9)."
    )
    contact_job_path: Literal["contact", "client"] = Field(
        "contact",
        description="Which job openings count for a contact: its own, or if it has none its client's; or only its "
        "client's (SRC-5).",
    )
    api_overmatch_warn: Count = Field(
        0, description="Records against a condition that was sent, above which a run is degraded (CRIT-5)."
    )
    search_ignores_case: Flag = Field(
        False,
        description="Whether Recruit's search is trusted to ignore case, which its documentation leaves open; false: "
        "only values without letters of two cases are sent to it (CRIT-5).",
    )
    search_in: Flag = Field(
        False,
        description="Whether Recruit's search is trusted to know `in`, which its documentation leaves open: a push "
        "then looks up 100 addresses a call instead of 10 (PUSH-5).",
    )
    backfill_beyond_lookback: Flag = Field(
        True, description="Whether backfills may reach back further than max_lookback_days (RET-3)."
    )
    creator_all: Literal["unbounded", "lookback"] = Field(
        "lookback",
        description="How far retrieve: all reaches back on Creator: to the beginning, or max_lookback_days (RET-3).",
    )
    bulk_from: Count | None = Field(
        2000, description="Number of records above which a read uses a bulk job; null: never (SRC-12)."
    )
    shared_contacts: Literal["list_only", "remove"] = Field(
        "list_only",
        description="Whether a deletion with remove_from_org spares a person whom another sync supplies too: they then "
        "leave only this list (ADV-2).",
    )
    unsubscribe_scope: Literal["list", "organisation"] = Field(
        "list", description="Whether who unsubscribes from a list must not be mailed by any (ADV-3)."
    )
    deletion_retention_days: Annotated[int, Field(strict=True, ge=1, le=3650)] = Field(
        60, description="Days for which Recruit lists deleted records; a longer gap between fetches warns (ADV-9)."
    )
    active_syncs: Count | None = Field(10, description="Most syncs that are active at a time; null: no limit (LIM-2).")
    syncs_per_day: Count | None = Field(
        10, description="Most distinct syncs that are created, initiated or run a day; null: no limit (LIM-2)."
    )
    per_month: Count | None = Field(
        50, description="Most initiations, or syncs, a month, as monthly_limit_counts says; null: no limit (LIM-2)."
    )
    monthly_limit_counts: Literal["initiations", "active_syncs"] = Field(
        "initiations",
        description="What per_month counts: first activations, one-time runs and restarts over all data; or distinct "
        "syncs that are created, initiated or run (LIM-2).",
    )
    over_limit: Literal["refuse", "next_day"] = Field(
        "refuse",
        description="What becomes of a run over syncs_per_day: it is skipped, or waits until 00:05 of the next day in "
        "the organisation's zone (LIM-2).",
    )


class RoleAddresses(Strict):
    """Local parts that are added to, or taken out of, the list of role addresses (OUT-7)."""

    add: tuple[Name, ...] = Field((), description="Also role addresses: the part before the @.")
    remove: tuple[Name, ...] = Field((), description="No role addresses after all.")


class Retention(Strict):
    """How long things are kept; housekeeping takes them away, counters stay (OPS-11)."""

    staging_days: Annotated[int, Field(strict=True, ge=1, le=3650)] = Field(
        7, description="Days after its end that what a fetch read is kept in schema staging; personal data (OPS-11)."
    )
    raw_value_days: Annotated[int, Field(strict=True, ge=1, le=3650)] = Field(
        90,
        description="Days that the ledger keeps raw values that did not fit their field, and that wrong rows of event "
        "files are kept (OPS-11).",
    )
    ledger_months: Annotated[int, Field(strict=True, ge=1, le=1200)] = Field(
        24,
        description="Months that the ledger, former values for a revert, and event rows that wait are kept (OPS-11).",
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
    plan: Literal["free", "paid"] = Field(
        "paid", description="The plan of the organisation's own mailer; criteria need a paid one (ACC-6)."
    )
    policies: Policies = Field(Policies(), description="Choices where the rules allow more than one reading.")
    role_addresses: RoleAddresses = Field(RoleAddresses(), description="Changes to the list of role addresses (OUT-7).")
    favourites: dict[Name, Favourite] = Field({}, description="Groups of mappings that syncs list by name (MAP-3).")
    alerts: Alerts = Field(Alerts(), description="Who is told what is wrong with a sync (OPS-7).")
    retention: Retention = Field(Retention(), description="How long things are kept (OPS-11).")
    accounts: dict[Name, AccountProfile] = Field(
        min_length=1, description="Accounts by the id of their Airflow connection (ACC-1)."
    )
