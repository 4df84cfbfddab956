"""Laws that hold for every history, not only for the ones somebody thought of: balance, idempotence, order.

That nobody suppressed becomes mailable is a law of its own: test_law_of_suppression.py.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contact_sync.config.resolved import ResolvedSync
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.suppressions import suppress, unsuppress
from tests.histories import examples
from tests.stages.desk import Desk, record

MAILBOXES = [f"{name}@mail.example.org" for name in "abcde"]
ADDRESSES = [*MAILBOXES, "B@mail.example.org ", "info@mail.example.org", None]
RECORDS = st.builds(
    record,
    st.sampled_from(["1", "2", "3", "10"]),
    st.sampled_from(ADDRESSES),
    modified=st.integers(0, 3),
    City=st.sampled_from(["Ulm", "Bonn", None]),
    **{"$converted": st.sampled_from([False, False, True]), "$approved": st.sampled_from([True, True, False])},
)
BATCHES = st.lists(RECORDS, min_size=1, max_size=6)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), BATCHES),
        st.tuples(st.just("other list"), BATCHES),
        st.tuples(st.just("suppress"), st.sampled_from(MAILBOXES)),
        st.tuples(st.just("unsubscribe"), st.sampled_from(MAILBOXES)),
        st.tuples(st.just("delete"), st.sampled_from(MAILBOXES)),
        st.tuples(st.just("bounce"), st.sampled_from(MAILBOXES)),
    ),
    min_size=1,
    max_size=7,
)
LAWS = settings(
    max_examples=examples(4),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
EMPTY = "TRUNCATE contacts.contact, contacts.bounce, contacts.suppression, contacts.source_link, sync.fetch CASCADE"


@pytest.fixture
def other(desk: Desk) -> ResolvedSync:
    """A second sync of the same account into another list."""
    return desk.sync.model_copy(update={"sync_id": "other", "list_name": "Other", "push_switches": ()})


def do(desk: Desk, other: ResolvedSync, kind: str, what: Any) -> None:
    """One step of a history."""
    if kind in {"take", "other list"}:
        desk.take(*what, sync=desk.sync if kind == "take" else other)
    elif kind == "suppress":
        suppress(desk.warehouse, [what], "blocked", "asked", "tests")
    elif kind == "bounce":
        desk.execute("INSERT INTO contacts.bounce VALUES (:key, now(), 0, now()) ON CONFLICT DO NOTHING", key=what)
    elif kind == "unsubscribe":
        desk.execute(
            "UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = now() "
            "WHERE status = 'subscribed' "
            "AND contact_id IN (SELECT contact_id FROM contacts.contact WHERE email_key = :key)",
            key=what,
        )
    else:
        desk.execute("UPDATE contacts.contact SET deleted_at = now() WHERE email_key = :key", key=what)


@LAWS
@given(steps=STEPS, batch=BATCHES)
def test_taking_a_batch_again_changes_nothing(desk: Desk, other: ResolvedSync, steps: Any, batch: Any) -> None:
    """OPS-4, RET-5: whatever happened before, the same batch a second time writes nothing but history."""
    desk.execute(EMPTY)
    for kind, what in steps:
        do(desk, other, kind, what)
    desk.take(*batch)
    desk.take(*batch)
    assert (desk.last.counts["new"], desk.last.counts["re_added"], desk.last.counts["joined"]) == (0, 0, 0)
    assert desk.last.changed is False


@LAWS
@given(steps=STEPS)
def test_counters_balance_and_the_ledger_is_complete(desk: Desk, other: ResolvedSync, steps: Any) -> None:
    """OUT-16: read = total + out_of_scope, total = new + re_added + duplicate + ignored, a ledger row a record."""
    desk.execute(EMPTY)
    for kind, what in steps:
        do(desk, other, kind, what)
    for fetch in desk.rows("SELECT * FROM sync.import_history"):
        assert fetch["read"] == fetch["total"] + fetch["out_of_scope"]
        assert fetch["total"] == fetch["new"] + fetch["re_added"] + fetch["duplicate"] + fetch["ignored"]
        ledger = desk.rows("SELECT count(*) AS rows FROM sync.ledger WHERE fetch_id = :id", id=fetch["fetch_id"])
        assert ledger[0]["rows"] == fetch["read"]
    people = desk.rows("SELECT count(*) AS people FROM contacts.contact")[0]["people"]
    new = desk.rows("SELECT coalesce(sum(new), 0) AS new FROM sync.import_history")[0]["new"]
    assert people == new


@LAWS
@given(batch=BATCHES)
def test_order_of_the_records_does_not_matter(desk: Desk, warehouse: Warehouse, batch: Any) -> None:
    """OUT-8: outcomes are decided by change time and id, never by the order in which pages came."""
    unique = list({each["id"]: each for each in batch}.values())
    desk.execute(EMPTY)
    forwards = desk.take(*unique)
    desk.execute(EMPTY)
    assert desk.take(*reversed(unique)) == forwards


@LAWS
@given(
    addresses=st.lists(st.sampled_from(MAILBOXES), min_size=1, max_size=5),
    lifted=st.lists(st.sampled_from(MAILBOXES), max_size=3),
)
def test_unsuppress_takes_back_exactly_what_it_names(desk: Desk, addresses: list[str], lifted: list[str]) -> None:
    """OUT-17: suppressing twice is suppressing once, and lifting touches nobody else."""
    desk.execute(EMPTY)
    desk.take(*(record(str(number), mailbox) for number, mailbox in enumerate(MAILBOXES)))
    suppress(desk.warehouse, addresses, "registry", "register", "tests")
    if lifted:
        unsuppress(desk.warehouse, lifted, "mistake", "tests")
    assert desk.mailable() == set(MAILBOXES) - (set(addresses) - set(lifted))
