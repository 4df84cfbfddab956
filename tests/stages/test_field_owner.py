"""Two or three syncs supply one contact field: who holds it, what is kept of the others, what a revert gives back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.stages.states import register
from contact_sync.warehouse.retention import blank_raw_values
from contact_sync.warehouse.reverts import revert
from tests.histories import examples
from tests.stages.desk import MORNING, Became, Desk, record

ANN = "ann@mail.example.org"
DUPLICATE = Became("duplicate", "in_list")


def named(desk: Desk, sync_id: str, priority: int = 0, **update: Any) -> ResolvedSync:
    """Another sync of the same account and list, registered by a fetch of nothing."""
    sync = desk.sync.model_copy(update={"sync_id": sync_id, "source_priority": priority, "push_switches": (), **update})
    desk.take(sync=sync)
    return sync


def fetch(desk: Desk, sync: ResolvedSync, record_id: str, city: str | None, modified: int, **fields: Any) -> bool:
    """Take one record of Ann's; whether anything of hers changed."""
    desk.take(record(record_id, ANN, City=city, modified=modified, Last_Name="Low", **fields), sync=sync)
    return bool(desk.last.counts["changed"])


def city(desk: Desk) -> str | None:
    found = desk.contact(ANN)
    assert found is not None
    return found["fields"].get("city")  # type: ignore[no-any-return]


def holder(desk: Desk, target: str = "city") -> Any:
    found = desk.rows(
        "SELECT sync_id, changed_at, fetch_id FROM contacts.field_owner JOIN sync.sync USING (sync_no) "
        "WHERE target = :target",
        target=target,
    )
    return found[0] if found else None


def lost(desk: Desk, record_id: str) -> Any:
    return desk.evidence(record_id).get("held_by_another")


def test_the_latest_change_wins_and_nothing_flips(desk: Desk) -> None:
    """MAP-8: among equals the latest change of the source record; the older value is evidence, each time it comes."""
    one, two = named(desk, "one"), named(desk, "two")
    fetch(desk, one, "1", "Ulm", 10)
    assert fetch(desk, two, "2", "Bonn", 20)
    for _ in range(2):
        assert not fetch(desk, one, "1", "Ulm", 10)
        assert lost(desk, "1") == {"city": {"sync": "two", "raw": "Ulm"}}
        assert not fetch(desk, two, "2", "Bonn", 20)
        assert (city(desk), lost(desk, "2"), desk.last.changed) == ("Bonn", None, False)
    assert fetch(desk, one, "1", "Ulm", 30)
    assert (city(desk), holder(desk)["sync_id"]) == ("Ulm", "one")


def test_the_higher_priority_wins_whatever_came_last(desk: Desk) -> None:
    """MAP-8: source_priority first; a field that it leaves empty is another's, and only lost fields are held back."""
    low, high = named(desk, "low"), named(desk, "high", 5)
    fetch(desk, high, "1", "Ulm", 0, Current_Employer=None)
    assert fetch(desk, low, "2", "Bonn", 90, Current_Employer="Zylker", First_Name="Anne")
    found = desk.contact(ANN)
    assert found is not None
    assert (found["first_name"], found["fields"]) == ("Ann", {"city": "Ulm", "current_employer": "Zylker"})
    assert lost(desk, "2") == {"city": {"sync": "high", "raw": "Bonn"}, "first_name": {"sync": "high", "raw": "Anne"}}
    assert not fetch(desk, low, "2", "Bonn", 91, Current_Employer="Zylker", First_Name="Anne")
    assert fetch(desk, high, "1", "Köln", 1)
    assert city(desk) == "Köln"


def test_equal_values_are_no_loss(desk: Desk) -> None:
    """MAP-8: the field is the winner's although both bring the same; no evidence is kept of it."""
    one, two = named(desk, "one", 5), named(desk, "two")
    fetch(desk, two, "2", "Ulm", 50)
    assert not fetch(desk, one, "1", "Ulm", 10)
    assert (lost(desk, "1"), holder(desk)["sync_id"]) == (None, "one")
    assert not fetch(desk, two, "2", "Ulm", 60)
    assert (lost(desk, "2"), holder(desk)["sync_id"]) == (None, "one")


def test_a_tie_is_the_first_registered_syncs(desk: Desk) -> None:
    """MAP-8: one record may feed two syncs that map another of its fields: the order of fetches decides nothing."""
    lines = tuple(line for line in desk.sync.mapping if line.target != "city")
    one = named(desk, "one")
    two = named(desk, "two", mapping=(*lines, FieldMapping("city", "Mailing_City")))
    for order in [(one, two, two), (two, one, two), (two, two, one)]:
        desk.execute("TRUNCATE contacts.contact, contacts.field_owner CASCADE")
        for sync in order:
            fetch(desk, sync, "1", "Ulm", 7, Mailing_City="Bonn")
        assert city(desk) == "Ulm"


def test_an_empty_value_wins_only_if_the_mapping_clears(desk: Desk) -> None:
    """MAP-8, MAP-6: what clears is a value too: it holds the field empty, also for a name."""
    lines = tuple(line for line in desk.sync.mapping if line.target not in {"city", "first_name"})
    cleared = (
        FieldMapping("city", "City", clear_when_empty=True),
        FieldMapping("first_name", "First_Name", clear_when_empty=True),
    )
    one, two = named(desk, "one"), named(desk, "two", 5, mapping=(*lines, *cleared))
    fetch(desk, one, "1", "Ulm", 0)
    assert fetch(desk, two, "2", None, 1, First_Name=None)
    assert not fetch(desk, one, "1", "Ulm", 9)
    found = desk.contact(ANN)
    assert found is not None
    assert (city(desk), found["first_name"]) == (None, None)
    assert set(lost(desk, "1")) == {"city", "first_name"}


@pytest.mark.parametrize("how", ["unmapped", "deleted"])
def test_a_winner_that_no_longer_supplies_the_field_gives_it_up(desk: Desk, how: str) -> None:
    """MAP-8: once its configuration in force lacks the field, or the sync is deleted, another may take it."""
    low, high = named(desk, "low"), named(desk, "high", 5)
    fetch(desk, high, "1", "Ulm", 50)
    assert not fetch(desk, low, "2", "Bonn", 1)
    if how == "deleted":
        desk.execute("UPDATE sync.sync SET state = 'deleted' WHERE sync_id = 'high'")
    else:
        named(desk, "high", 5, mapping=tuple(line for line in high.mapping if line.target != "city"))
    assert fetch(desk, low, "2", "Bonn", 1)
    assert (city(desk), holder(desk)["sync_id"]) == ("Bonn", "low")
    if how == "unmapped":  # and a configuration that comes back is in force again
        assert fetch(desk, high, "1", "Ulm", 50)
        assert not fetch(desk, low, "2", "Bonn", 60)


def test_a_configuration_that_was_registered_again_is_in_force(desk: Desk) -> None:
    """CFG-1, MAP-8: A, B, A: the last one counts from the moment at which it was seen again, run or not."""
    low, high = named(desk, "low", 1), named(desk, "high", 5)
    fetch(desk, high, "1", "Ulm", 50)
    moments = [MORNING + timedelta(days=1, hours=desk.runs, minutes=minutes) for minutes in (1, 2, 3)]
    lowered = high.model_copy(update={"source_priority": 0})
    learnt = [
        register(desk.warehouse, sync, at).learnt for sync, at in zip((lowered, high, high), moments, strict=True)
    ]
    assert learnt == ["changed", "changed", "known"]
    versions = desk.rows(
        "SELECT version.registered_at, in_force_since FROM sync.config_version AS version "
        "JOIN sync.sync USING (sync_no) WHERE sync_id = 'high' ORDER BY in_force_since DESC"
    )
    assert [row["in_force_since"] for row in versions] == [moments[1], moments[0]]
    assert versions[0]["registered_at"] < moments[0] == versions[1]["registered_at"]
    assert not fetch(desk, low, "2", "Bonn", 60)
    assert city(desk) == "Ulm"


def test_a_changed_priority_counts_from_the_next_fetch(desk: Desk) -> None:
    """MAP-8, MAP-4: the priority of the holder is that of its configuration in force, not of the day it won."""
    low, high = named(desk, "low", 1), named(desk, "high", 5)
    fetch(desk, high, "1", "Ulm", 50)
    assert not fetch(desk, low, "2", "Bonn", 1)
    named(desk, "high", 0)
    assert fetch(desk, low, "2", "Bonn", 1)


def test_a_field_of_one_sync_leaves_no_trace(desk: Desk) -> None:
    """MAP-8: fields that no other sync supplies are loaded as ever; nothing is kept of who holds them."""
    desk.take(record("1", ANN, City="Ulm"))
    named(desk, "other", mapping=(FieldMapping("email", "Email"), FieldMapping("note", "Note")))
    desk.take(record("1", ANN, City="Bonn"))
    assert (city(desk), desk.rows("SELECT * FROM contacts.field_owner")) == ("Bonn", [])


def test_what_a_source_told_by_itself_contests_too(desk: Desk) -> None:
    """MAP-8, MAP-1: names that no file maps, but the metadata of the source did."""
    one = named(desk, "one")
    named(desk, "two", mapping=(FieldMapping("email", "Email"),))
    told = '[{"target": "first_name", "source": "First_Name", "type": "text"}]'
    desk.execute("UPDATE sync.fetch SET told_mapping = CAST(:told AS jsonb) WHERE dag_id = 'two'", told=told)
    fetch(desk, one, "1", "Ulm", 1)
    assert [row["target"] for row in desk.rows("SELECT target FROM contacts.field_owner")] == ["first_name"]


def test_a_value_older_than_the_contest_belongs_to_who_wrote_it(desk: Desk) -> None:
    """MAP-8: to the sync that last wrote the contact, since the start of that fetch, whatever others write after."""
    desk.sync = desk.sync.model_copy(update={"source_priority": 5})
    fetch(desk, desk.sync, "1", "Ulm", 10)
    first = desk.last.fetch_id
    low = named(desk, "low")
    assert not fetch(desk, low, "2", "Bonn", 20)
    assert lost(desk, "2") == {"city": {"sync": "candidates_daily", "raw": "Bonn"}}
    assert (holder(desk)["sync_id"], holder(desk)["fetch_id"]) == ("candidates_daily", first)
    assert fetch(desk, low, "2", "Bonn", 30, Current_Employer="Zylker")
    assert not fetch(desk, low, "2", "Bonn", 40, Current_Employer="Zylker")
    assert city(desk) == "Ulm"


def test_a_field_once_contested_stays_known(desk: Desk) -> None:
    """MAP-8: while the other does not map it the holder goes on being kept, so that nothing old wins afterwards."""
    one, two = named(desk, "one"), named(desk, "two")
    fetch(desk, one, "1", "Ulm", 10)
    fetch(desk, two, "2", "Bonn", 5)
    named(desk, "two", mapping=tuple(line for line in two.mapping if line.target != "city"))
    fetch(desk, one, "1", "Köln", 40)
    assert not fetch(desk, two, "2", "Bonn", 20)
    assert city(desk) == "Köln"


def test_revert_gives_the_field_back_to_its_holder(desk: Desk) -> None:
    """MAP-8, OPS-12: with the value goes who holds it; the value that was taken back does not hold the field."""
    one, two = named(desk, "one"), named(desk, "two", 5)
    fetch(desk, one, "1", "Ulm", 10)
    before = holder(desk)
    fetch(desk, two, "2", "Bonn", 20)
    assert (city(desk), holder(desk)["sync_id"]) == ("Bonn", "two")
    revert(desk.warehouse, desk.last.fetch_id, "wrong view", "maria")
    assert (city(desk), holder(desk)) == ("Ulm", before)
    assert fetch(desk, one, "1", "Köln", 30)


def test_revert_of_a_new_person_leaves_no_holder(desk: Desk) -> None:
    """MAP-8, OPS-12: who comes back later is held by whoever brings them."""
    one, two = named(desk, "one"), named(desk, "two", 5)
    fetch(desk, two, "2", "Bonn", 20)
    revert(desk.warehouse, desk.last.fetch_id, "wrong view", "maria")
    assert holder(desk) is None
    assert desk.take(record("1", ANN, City="Ulm"), sync=one)["1"] == Became("re_added")


def test_a_holder_that_changes_between_classify_and_load_is_seen(desk: Desk) -> None:
    """MAP-8, OPS-4: who holds a field decides outcomes, so a load under way decides again."""
    from contact_sync.stages.classify import classify
    from contact_sync.stages.load import load

    one, two = named(desk, "one"), named(desk, "two")
    fetch(desk, one, "1", "Ulm", 10)
    run = desk.stage([record("2", ANN, City="Bonn", modified=20, Last_Name="Low")], sync=two)
    classify(run, desk.warehouse)
    assert not fetch(desk, one, "1", "Ulm", 30)  # the same value, a later change
    load(run, desk.warehouse)
    assert (city(desk), lost(desk, "2")) == ("Ulm", {"city": {"sync": "one", "raw": "Bonn"}})


def test_the_field_of_an_address_change_still_counts_as_changed(desk: Desk) -> None:
    """MAP-8, OUT-13: a record that loses every field may still bring a new address."""
    one, two = named(desk, "one", 5), named(desk, "two")
    fetch(desk, two, "2", "Bonn", 1)
    fetch(desk, one, "1", "Ulm", 2)
    moved = record("2", "anne@mail.example.org", City="Bonn", modified=3, Last_Name="Low")
    assert desk.take(moved, sync=two)["2"] == DUPLICATE
    assert desk.last.counts["changed"] == 1
    found = desk.contact("anne@mail.example.org")
    assert found is not None
    assert found["fields"]["city"] == "Ulm"


@dataclass
class Supplier:
    """A sync with one record of Ann's that changes from time to time; told: its last value that was not empty."""

    sync: ResolvedSync
    number: int
    modified: int = 0
    city: str | None = None
    told: tuple[int, str] | None = None

    def change(self, value: str | None, later: int) -> None:
        self.modified += later
        self.city = value

    def fetch(self, desk: Desk) -> bool:
        if self.city is not None:
            self.told = (self.modified, self.city)
        return fetch(desk, self.sync, str(self.number), self.city, self.modified)

    @property
    def rank(self) -> tuple[int, int, int]:
        return (self.sync.source_priority, self.told[0] if self.told else -1, -self.number)


STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["Ulm", "Bonn", "Köln", None, "again"]), st.integers(1, 4)),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=examples(3),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, priorities=st.lists(st.sampled_from([0, 0, 5]), min_size=2, max_size=3))
def test_every_interleaving_ends_as_the_rule_says(
    desk: Desk, steps: Sequence[tuple[int, str | None, int]], priorities: list[int]
) -> None:
    """MAP-8: the highest priority, then the latest change, of what each sync last brought; then nothing flips."""
    desk.execute("TRUNCATE contacts.contact, contacts.field_owner, contacts.source_link, sync.fetch CASCADE")
    desk.execute("UPDATE sync.sync SET state = 'active'")
    syncs = [named(desk, f"sync_{number}", priority) for number, priority in enumerate(priorities)]
    others = "UPDATE sync.sync SET state = 'deleted' WHERE sync_id <> ALL(:ids)"
    desk.execute(others, ids=[each.sync_id for each in syncs])
    suppliers = [Supplier(sync, number) for number, sync in enumerate(syncs)]
    for number, value, later in steps:
        supplier = suppliers[number % len(suppliers)]
        if value != "again":
            supplier.change(value, later)
        supplier.fetch(desk)
    told = [each for each in suppliers if each.told is not None]
    expected = max(told, key=lambda each: each.rank).told[1] if told else None  # type: ignore[index]
    fetched = [suppliers[number % len(suppliers)] for number, _, _ in steps]
    assert city(desk) == expected
    for supplier in 2 * fetched[-2:]:
        assert not supplier.fetch(desk)
        assert (city(desk), desk.last.changed) == (expected, False)


def test_lost_values_are_blanked_like_misfits(desk: Desk) -> None:
    """MAP-8, OPS-11: raw values go after their time; which field was lost to which sync stays."""
    one, two = named(desk, "one", 5), named(desk, "two")
    fetch(desk, one, "1", "Ulm", 10)
    fetch(desk, two, "2", "Bonn", 20, Experience_in_Years="many")
    assert lost(desk, "2") == {"city": {"sync": "one", "raw": "Bonn"}}
    assert blank_raw_values(desk.warehouse, MORNING + timedelta(days=300)) == 1
    assert (lost(desk, "2"), list(desk.evidence("2")["misfits"]["experience_years"])) == (
        {"city": {"sync": "one"}},
        ["reason"],
    )
    assert blank_raw_values(desk.warehouse, MORNING + timedelta(days=300)) == 0


def test_change_times_are_those_of_the_records(desk: Desk) -> None:
    """MAP-8: not of the fetch."""
    one, _ = named(desk, "one"), named(desk, "two")
    fetch(desk, one, "1", "Ulm", 0)
    assert holder(desk)["changed_at"] == MORNING
