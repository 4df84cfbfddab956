"""A resolved sync: defaults, policies, switches of its list, fingerprints and the way through JSON."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contact_sync.config.loader import SyncFiles
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
    }  # fmt: skip


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
    """PUSH-0: a sync carries the switches of its account whose list it feeds, and no others."""
    (switch,) = resolve().push_switches
    assert switch.model_dump() == {
        "account": "recruit_demo", "module": "Candidates", "event": "opened", "list_name": "Talent news",
        "enabled": True, "status_field": "Campaign_Response",
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
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_changes_which_fingerprint(resolve: Resolve, change: dict[str, str], mapping: bool, source: bool) -> None:
    """RET-11, MAP-4: every change is a new configuration; only some are a new mapping, or a first fetch again."""
    before, after = resolve(), resolve(**change)
    assert before.fingerprint() != after.fingerprint()
    assert (before.mapping_fingerprint() != after.mapping_fingerprint()) is mapping
    assert (before.source_fingerprint() != after.source_fingerprint()) is source


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
