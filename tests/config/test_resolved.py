"""A resolved sync: defaults, policies, switches of its list, fingerprints and the way through JSON."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from contact_sync.config.loader import SyncFiles, load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.mapping_types import FieldMapping

Load = Callable[..., SyncFiles]


@pytest.fixture
def resolve(load: Load, sync_text: str) -> Callable[..., ResolvedSync]:
    """The smallest sync with further lines, or with other texts in place of some."""

    def run(more: str = "", **replaced: str) -> ResolvedSync:
        text = sync_text
        for old, new in replaced.items():
            lines = [line for line in text.splitlines() if not line.startswith(f"{old}:")]
            text = "\n".join([*lines, f"{old}: {new}"]) + "\n"
        loaded = load(text + more)
        assert [problem.render() for problem in loaded.problems] == []
        return loaded.syncs["tried"]

    return run


Resolve = Callable[..., ResolvedSync]


def test_defaults(resolve: Resolve) -> None:
    """MAP-1, RET-2, SRC-2, SRC-8: what a sync is when nothing is said."""
    sync = resolve()
    assert sync.mapping == (
        FieldMapping("email", "Email"),
        FieldMapping("first_name", "First_Name"),
        FieldMapping("last_name", "Last_Name"),
    )
    assert (sync.module, sync.scope, sync.view, sync.unapproved) == ("Candidates", "all", None, "skip")
    assert (sync.retrieve_after, sync.each_fetch, sync.overlap_minutes) == (None, "changes", 10)
    assert (sync.schedule.timezone, sync.warehouse, sync.pool) == (
        "Europe/Berlin",
        "contacts_warehouse",
        "recruit_demo",
    )
    assert (sync.push, sync.max_invalid_share, sync.suite) == (True, 0.5, "candidates")
    assert sync.created == date(2026, 11, 1)
    assert sync.policies.model_dump() == {
        "plus_addresses": "allow", "group_emails": "ignore", "contact_limit": None, "soft_bounces": 3,
        "max_lookback_days": 30, "push_lookback_days": 5, "push_suppressed": "push", "push_reject_threshold": 0.05,
        "on_credential_change": "deactivate", "contacts_module": "as_metadata", "on_source_rename": "final",
        "custom_fields": "always", "contact_job_path": "contact", "api_overmatch_warn": 0,
        "search_ignores_case": False, "search_in": False,
        "backfill_beyond_lookback": True, "creator_all": "lookback", "bulk_from": 2000,
        "shared_contacts": "list_only", "unsubscribe_scope": "list", "deletion_retention_days": 60,
        "active_syncs": 10, "syncs_per_day": 10, "per_month": 50, "monthly_limit_counts": "initiations",
        "over_limit": "refuse",
    }  # fmt: skip
    assert sync.organisation_timezone == "Europe/Berlin"
    assert (sync.kind, sync.criteria, sync.report, sync.daily_credits) == ("recruit", None, None, None)
    assert (sync.active_until, sync.source_priority, sync.after_by_policy) == (None, 0, False)
    assert (sync.email_by_metadata, sync.name_by_metadata) == (False, False)


def test_every_part_of_a_mapping(resolve: Resolve) -> None:
    """MAP-1, MAP-2, MAP-6: short and long forms, types, and a name that is not wanted."""
    sync = resolve(
        "mapping:\n  email: {source: Secondary_Email}\n  first_name: null\n"
        "  last_name: {source: Last_Name, required: true}\n  fields:\n    city: City\n"
        "    experience: {source: Experience_in_Years, type: integer, clear_when_empty: true}\n"
    )
    assert sync.mapping == (
        FieldMapping("email", "Secondary_Email"),
        FieldMapping("last_name", "Last_Name", required=True),
        FieldMapping("city", "City"),
        FieldMapping("experience", "Experience_in_Years", "integer", clear_when_empty=True),
    )


@pytest.mark.parametrize("view", ["Experienced engineers", "200001000000007002", '"200001000000007002"'])
def test_a_view_by_name_or_id(resolve: Resolve, view: str) -> None:
    """SRC-3: an id may be written with or without quotes and stays exact."""
    assert resolve(f"source: {{scope: view, view: {view}}}\n").view == view.strip('"')


def test_switches_of_the_sync_s_list(resolve: Resolve) -> None:
    """PUSH-0: a sync carries the switches whose list it feeds, and no others."""
    (switch,) = resolve().push_switches
    assert switch.model_dump() == {
        "account": "recruit_demo", "module": "Candidates", "event": "opened", "list_name": "Talent news",
        "enabled": True, "status_field": "Campaign_Response", "custom": {},
        "mapping": {"first_name": "First_Name", "last_name": "Last_Name", "email": "Email"},
    }  # fmt: skip
    assert resolve(list="Another list").push_switches == ()


@pytest.mark.parametrize(
    ("after", "allowed"),
    [("2026-10-02T00:00:00+02:00", True), ("2026-10-01T22:00:00Z", True), ("2026-10-01T21:59:59Z", False)],
)
def test_the_earliest_after_is_midnight_in_the_sync_s_zone(
    load: Load, sync_text: str, after: str, allowed: bool
) -> None:
    """RET-3: thirty days before `created`, counted in calendar days across the end of summer time."""
    loaded = load(sync_text + f"retrieve: {{after: {after}}}\n")
    assert ("tried" in loaded.syncs) is allowed
    if allowed:
        sync = loaded.syncs["tried"]
        assert sync.retrieve_after == datetime.fromisoformat(after)
        assert sync.earliest_after() == datetime(2026, 10, 1, 22, tzinfo=UTC)


def test_a_lookback_without_limit(load: Load, sync_text: str, folder: Any) -> None:
    """RET-3: policy max_lookback_days: null."""
    path = folder / "organisation.yaml"
    path.write_text(path.read_text() + "policies: {max_lookback_days: null}\n")
    sync = load(sync_text + "retrieve: {after: 2000-01-01T00:00:00Z}\n").syncs["tried"]
    assert sync.earliest_after() is None


def test_through_json_and_back(resolve: Resolve) -> None:
    """A fetch stores the sync as JSON; what comes back is equal, fingerprints included."""
    sync = resolve("retrieve: {after: 2026-11-01T00:00:00+01:00}\nsource: {scope: view, view: Engineers}\ntags: [a]\n")
    back = ResolvedSync.model_validate_json(sync.model_dump_json())
    assert back == sync
    assert back.fingerprint() == sync.fingerprint()
    assert back.source_fingerprint() == sync.source_fingerprint()


@pytest.mark.parametrize(
    ("change", "mapping", "source"),
    [
        ({"name": "Renamed"}, False, False),
        ({"schedule": '{frequency: daily, at: "03:00"}'}, False, False),
        ({"mapping": "{fields: {city: City}}"}, True, False),
        ({"list": "Another"}, False, True),
        ({"source": "{scope: view, view: x}"}, False, True),
        ({"retrieve": "{after: 2026-11-01T00:00:00Z}"}, False, True),
        ({"each_fetch": "all"}, False, False),
        ({"source": "{module: Contacts}"}, False, True),
        ({"source": "{scope: criteria, criteria: {conditions: {1: {field: City, is: is_empty}}}}"}, False, True),
        ({"active_until": "2027-01-01"}, False, False),
        ({"source_priority": "5"}, False, False),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_changes_which_fingerprint(resolve: Resolve, change: dict[str, str], mapping: bool, source: bool) -> None:
    """RET-11, MAP-4: every change is a new configuration; only some are a new mapping, or a first fetch again."""
    before, after = resolve(), resolve(**change)
    assert before.fingerprint() != after.fingerprint()
    assert (before.mapping_fingerprint() != after.mapping_fingerprint()) is mapping
    assert (before.source_fingerprint() != after.source_fingerprint()) is source


REGISTERED = {
    "": ("56499db9a25c2786e4d809845e8caf748d3839dd11315481152a2cf6191a509c",
         "f7fc26a0414dc36b8be03b496e1729564f362da5f0747086742aaeb5de7f7fa1",
         "c844ecc338fad06bf3f20f4b481714693392a60a1126e187d72cdcbd4cb870c2"),
    "source: {scope: view, view: Engineers}\nretrieve: {after: 2026-11-01T00:00:00+01:00}\n"
    "mapping: {fields: {city: City}}\n": (
        "f108c3b5ee845cc5aebbb060ec74a72b28260268eb1ef5952c043ceae07e442a",
        "e60a010b675576110bb93748ff430a7f6e6afa9a89ebba81a3562f0a87ea9159",
        "1d7f0c971129a898dd57a54d0d37df2ddfa2209868523ceaf36cde415fbf1b9f"),
}  # fmt: skip
"""More of a file → its fingerprints before criteria, Creator and all that came with them were known."""


@pytest.mark.parametrize("more", REGISTERED)
def test_an_update_of_this_package_is_no_change_of_a_file(folder: Path, sync_text: str, more: str) -> None:
    """RET-11, CFG-1: else every sync would begin anew with its next fetch. New keys count once they are used."""
    (folder / "syncs" / "good.yaml").write_text(sync_text + more)
    sync = load_syncs(folder).syncs["good"]
    assert (sync.fingerprint(), sync.source_fingerprint(), sync.mapping_fingerprint()) == REGISTERED[more]
    for change in ({"source_priority": 1}, {"policies": sync.policies.model_copy(update={"bulk_from": None})}):
        assert sync.model_copy(update=change).fingerprint() != sync.fingerprint()
    elsewhere = sync.model_copy(update={"organisation_timezone": "Asia/Tokyo"})
    assert elsewhere.fingerprint() == sync.fingerprint()


def test_settings_stored_before_an_update_can_be_read(resolve: Resolve) -> None:
    """RET-4: a run that was under way keeps the settings of its fetch row."""
    sync = resolve()
    stored = sync.model_dump(mode="json", exclude={"kind", "criteria", "report", "after_by_policy", "daily_credits"})
    del stored["policies"]["creator_all"]
    assert ResolvedSync.model_validate(stored) == sync


def test_the_order_of_mapped_fields_is_no_change(resolve: Resolve) -> None:
    one = resolve(mapping="{fields: {city: City, state: State}}")
    other = resolve(mapping="{fields: {state: State, city: City}}")
    assert one.mapping_fingerprint() == other.mapping_fingerprint()


@pytest.mark.parametrize(
    ("schedule", "words", "next_due"),
    [
        ('{frequency: daily, at: "2:00"}', "daily at 02:00 (Europe/Berlin)", datetime(2026, 11, 3, 1, tzinfo=UTC)),
        ("{frequency: weekly, weekday: monday, at: 06:00, timezone: Asia/Tokyo}",
         "weekly on Monday at 06:00 (Asia/Tokyo)", datetime(2026, 11, 8, 21, tzinfo=UTC)),
        ("{frequency: monthly, day: 31, at: 12:30}",
         "monthly on day 31 or the month's last at 12:30 (Europe/Berlin)", datetime(2026, 11, 30, 11, 30, tzinfo=UTC)),
        ("{frequency: once, date: 2026-11-05, at: 08:00}", "once, on 2026-11-05 at 08:00 (Europe/Berlin)",
         datetime(2026, 11, 5, 7, tzinfo=UTC)),
        ("{frequency: once, date: 2026-11-01}", "once, on 2026-11-01 at 00:00 (Europe/Berlin)", None),
        ("{frequency: once}", "once, at once", None),
    ],
)  # fmt: skip
def test_schedules_in_words_and_when_next(
    resolve: Resolve, schedule: str, words: str, next_due: datetime | None
) -> None:
    """RET-1: unquoted times are times, single-digit hours too; the next run is in the sync's own zone."""
    found = resolve(schedule=schedule).schedule
    assert found.in_words() == words
    assert found.next_due(datetime(2026, 11, 2, 12, tzinfo=UTC)) == next_due
