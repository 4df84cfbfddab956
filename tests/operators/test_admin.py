"""Acts by hand through the task of `contact_sync_admin`: what each does, who is recorded, what is told (OPS-9)."""

from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException
from sqlalchemy import text

from contact_sync.core.admin import Act
from contact_sync.errors import ConfigError
from contact_sync.operators.admin import ACTS, AdminOperator
from contact_sync.operators.run_info import SKIP_KEY, TOLD_KEY
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from tests.operators.conftest import write_sync
from tests.operators.contexts import context
from tests.seeds import sow

WHO = "uma"
_TAKEN = """
INSERT INTO contacts.source_link (source_no, record_id, contact_id, email_key, linked_by_fetch, opted_out)
    SELECT 1, contact_id::text, contact_id, email_key, 1, contact_id = 1 FROM contacts.contact;
INSERT INTO sync.taken_record (sync_no, source_no, record_id, list_id, first_fetch, taken_at)
    SELECT 1, 1, record_id, 1, 1, now() FROM contacts.source_link
"""


@pytest.fixture
def people(ready: Warehouse) -> Warehouse:
    """The sync `nightly` has taken contacts 1 (opted out) and 2 into the list Talent news."""
    sow(ready.engine, _TAKEN, sync_id="nightly", people=("ann", "ben"))
    return ready


def run(act: str, *, try_number: int = 1, who: str | None = WHO, **conf: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the task returned, and what it left for the run's note; the form sends every field."""
    empty = {"sync": None, "account": None, "number": None, "people": None, "list": None, "sure": False}
    form = {**empty, "act": act, "reason": "asked by phone", **conf}
    given = context(dag_id="contact_sync_admin", conf=form, triggering_user_name=who)
    given["ti"].try_number = try_number
    try:
        return AdminOperator(task_id="act").execute(given), given["ti"].pushed
    finally:
        run.left = getattr(given["ti"], "pushed", {})  # type: ignore[attr-defined]


def told(act: str, **conf: Any) -> str:
    """The sentence for the run's note, which is in the result, too."""
    returned, left = run(act, **conf)
    assert left == {TOLD_KEY: returned["told"]}
    assert (returned["act"], returned["who"]) == (act, WHO)
    assert "@" not in returned["told"]
    return str(returned["told"])


def rows(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    with warehouse.transaction() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def acts(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return rows(warehouse, "SELECT kind, who, reason FROM sync.act ORDER BY act_id")


def test_every_act_is_wired() -> None:
    """OPS-9: each word of the form has what does it."""
    assert set(ACTS) == set(Act)


def test_states_of_a_sync(people: Warehouse) -> None:
    """LIM-1, LIM-3, OPS-9: deactivate, activate, initiate, delete; each with the user, the reason, the time."""
    assert told("deactivate", sync="nightly") == "'nightly' is inactive: its runs are skipped, what it brought stays."
    assert told("deactivate", sync="nightly") == "'nightly' is inactive already: by_hand."
    assert told("activate", sync="nightly") == "'nightly' is active (it was inactive: by_hand)."
    assert told("activate", sync="nightly") == "'nightly' is active already."
    assert told("initiate", sync="nightly").startswith("The next run of 'nightly' reads all data of its source again.")
    assert told("delete", sync="nightly").startswith("'nightly' is deleted: its runs are skipped")
    assert told("delete", sync="nightly") == "'nightly' is deleted already."
    kinds = ["deactivate", "activate", "initiate", "delete"]
    assert acts(people) == [(kind, WHO, "asked by phone") for kind in kinds]
    assert rows(people, "SELECT state, state_changed_by FROM sync.sync") == [("deleted", WHO)]


def test_all_syncs_of_an_account(people: Warehouse) -> None:
    """ACC-4: those that wait because its credentials changed; an unknown account gets the close match."""
    assert (
        told("activate", account="recruit_demo")
        == "No sync of 'recruit_demo' is inactive because of changed credentials."
    )
    with people.engine.begin() as connection:
        connection.execute(text("UPDATE sync.sync SET state = 'inactive', inactive_reason = 'credentials_changed'"))
    assert told("activate", account="recruit_demo") == "Active: nightly."
    with pytest.raises(ConfigError, match=r"'recruit_dem' is not an account .* Did you mean 'recruit_demo'\?"):
        run("activate", account="recruit_dem")


def test_options_for_older_pairs(people: Warehouse) -> None:
    """ADV-6: preview, apply, undo by the number of the act."""
    write_sync(options={"opt_out": "remove_from_list"})
    pairs, left = "2 pairs of 'nightly'", "1 person {}, 1 membership of 'Talent news'; 1 opted_out out of the list: 1."
    assert told("preview_options", sync="nightly") == (
        f"{pairs} to be bound to the options of today; {left.format('would leave')} Nothing was written."
    )
    assert acts(people) == []
    assert told("apply_options", sync="nightly") == (
        f"{pairs} bound to the options of today; {left.format('left')} "
        "This is act 1: to take it back, undo that number."
    )
    assert told("apply_options", sync="nightly") == "Every pair of 'nightly' is bound to the options of today already."
    assert told("undo_options", sync="nightly", number=1) == (
        "Act 1 is undone (act 2): 1 person is back, 2 pairs are bound as before."
    )
    assert told("undo_options", sync="nightly", number=1) == "Act 1 was undone already, by act 2."
    assert acts(people) == [("apply_options", WHO, "asked by phone"), ("undo_options", WHO, "asked by phone")]


def test_pending_removals(people: Warehouse) -> None:
    """ADV-8: approved once, by the same function as the answer in Airflow; then nothing waits."""
    pending = (
        "INSERT INTO sync.removal (fetch_id, sync_no, list_id, contact_id, source_no, record_id, reason, reach, state, "
        "status_before, decided_at, decided_by) SELECT 1, 1, 1, contact_id, 1, record_id, 'opted_out', 'list', "
        "'pending', 'subscribed', now(), 'fetch 1' FROM contacts.source_link WHERE opted_out"
    )
    with people.engine.begin() as connection:
        connection.execute(text(pending))
    assert "nothing was done" in told("withhold", sync="nightly", number=99).casefold()
    assert told("approve", sync="nightly").startswith(f"nightly: approved by {WHO}: 1 person of fetch 1 left")
    assert told("approve", sync="nightly") == "nightly: no removals of 'nightly' wait for an answer: nothing was done."
    assert acts(people) == [("approve", WHO, "asked by phone")]
    assert rows(people, "SELECT status FROM contacts.membership ORDER BY contact_id") == [("removed",), ("subscribed",)]


def test_suppressions_by_contact_id(people: Warehouse) -> None:
    """OUT-17, OPS-9: the address is looked up in the warehouse; a complaint needs to be sure."""
    assert told("suppress_registry", people="1, 2") == "Suppressed as registry: 2 of contacts 1, 2; 0 were already."
    assert told("suppress_registry", people="1") == "Suppressed as registry: 0 of contact 1; 1 were already."
    written = "SELECT kind, contact_id, email_key, created_by FROM contacts.suppression ORDER BY contact_id"
    assert rows(people, written) == [
        ("registry", 1, "ann@example.org", WHO), ("registry", 2, "ben@example.org", WHO),
    ]  # fmt: skip
    with people.engine.begin() as connection:
        connection.execute(text("UPDATE contacts.suppression SET kind = 'complaint' WHERE contact_id = 2"))
    assert told("unsuppress", people="1 2") == (
        "1 suppression lifted of contacts 1, 2. Still suppressed, for a complaint is lifted only with sure: 2."
    )
    assert told("unsuppress", people="2", sure=True) == "1 suppression lifted of contact 2."
    assert told("unsuppress", people="2") == "0 suppressions lifted of contact 2. Not suppressed: 2."


def test_removals_and_their_way_back(people: Warehouse) -> None:
    """OUT-18: from a list and from the organisation, several at once; who could not be is told beside who was."""
    assert told("remove_from_list", people="1 2", list="Talent news") == "out of 'Talent news' until restored: 1, 2."
    assert told("remove_from_list", people="1", list="Talent news") == "So already: 1."
    assert told("restore_to_list", people="1", list="Talent news") == "in 'Talent news' again: 1."
    with pytest.raises(ConfigError, match=r"contact 1 was not removed .* Done: in 'Talent news' again: 2\."):
        run("restore_to_list", people="1 2", list="Talent news")
    with pytest.raises(ConfigError, match=r"^there is no list 'Talent new'\. Did you mean 'Talent news'\?[^?]*$"):
        run("remove_from_list", people="1 2", list="Talent new")
    told("remove_from_list", people="1", list="Talent news")
    with people.engine.begin() as connection:
        connection.execute(
            text("UPDATE contacts.contact SET deleted_at = now(), deleted_reason = 'deleted' WHERE contact_id = 1")
        )
    assert told("restore_to_list", people="1", list="Talent news") == (
        "in 'Talent news' again: 1. But deleted from the organisation, so in no list before a fetch reads their "
        "record: 1."
    )
    with people.engine.begin() as connection:
        connection.execute(text("UPDATE contacts.source_link SET gone_at = now(), gone_kind = 'recycle'"))
    told("remove_from_list", people="2", list="Talent news")
    assert told("restore_to_list", people="2", list="Talent news") == (
        "in 'Talent news' again: 2. No live record supplies them, for theirs was deleted at its source: 2."
    )
    assert told("remove_from_org", people="2").endswith("a later fetch may add them again: 2.")
    assert told("restore_to_org", people="2") == "back in the organisation: 2."
    assert {who for _, who, _ in acts(people)} == {WHO}


def test_an_erasure(people: Warehouse) -> None:
    """OPS-6: one person, for good; the note names tables and numbers only; without an address nobody is suppressed."""
    done = told("erase", people="1", sure=True)
    assert done.startswith("Contact 1 is erased; rows deleted or blanked: ")
    assert rows(people, "SELECT email FROM contacts.contact ORDER BY contact_id") == [(None,), ("ben@example.org",)]
    with pytest.raises(ConfigError, match=r"contact 1 was erased and has no address\. .*unsuppress - --force"):
        run("unsuppress", people="1", sure=True)
    assert told("erase", people="1", sure=True) == "Contact 1 is erased already; nothing more was found."


@pytest.mark.parametrize(
    ("act", "conf", "message"),
    [
        ("activate", {"sync": "nigthly"}, "there is no sync 'nigthly'. Did you mean 'nightly'? See: contact-sync list"),
        ("delete", {"sync": "nigthly"}, "there is no sync 'nigthly'. Did you mean 'nightly'?"),
        ("approve", {"sync": "nigthly"}, "there is no sync 'nigthly'. Did you mean 'nightly'?"),
        ("undo_options", {"sync": "nightly", "number": 5}, "5 is not the number of an act that applied options"),
        ("suppress_blocked", {"people": "1 77 78"}, "there is no contact 77, 78. Nothing was done."),
        ("remove_from_org", {"people": "1 77"}, "there is no contact 77. Nothing was done."),
        ("suppress_blocked", {"people": "ann@example.org"}, "on the command line only: contact-sync suppress"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals_are_in_the_note(people: Warehouse, act: str, conf: dict[str, Any], message: str) -> None:
    """OPS-9: the task fails with the reason and the close match, the note says it, and nothing was done."""
    with pytest.raises(ConfigError) as caught:
        run(act, **conf)
    assert message in str(caught.value)
    assert run.left == {TOLD_KEY: f"refused: {caught.value}"}  # type: ignore[attr-defined]
    assert "@" not in str(caught.value)
    assert acts(people) == []
    assert rows(people, "SELECT count(*) FROM contacts.suppression") == [(0,)]


def test_a_broken_file_is_told_and_can_be_deactivated(people: Warehouse) -> None:
    """LIM-4: what needs the file says what is wrong with it; what does not, works."""
    (include_folder() / "syncs" / "nightly.yaml").write_text("shedule: {}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="Did you mean 'schedule'"):
        run("activate", sync="nightly")
    assert told("deactivate", sync="nightly").startswith("'nightly' is inactive")


def test_nobody_and_a_second_time(people: Warehouse) -> None:
    """OPS-9: an act has a user, and a cleared run does not act again in the name of its first."""
    with pytest.raises(ConfigError, match="nobody triggered this run"):
        run("deactivate", sync="nightly", who=None)
    with pytest.raises(ConfigError, match="this run was cleared"):
        run("deactivate", sync="nightly", try_number=2)
    assert acts(people) == []


def test_a_limit_skips_with_its_remedy(people: Warehouse) -> None:
    """LIM-2, OPS-1: past the places of the day the act is skipped, and the note says rule and remedy."""
    with people.engine.begin() as connection:
        fill = (
            "INSERT INTO sync.sync (sync_id, name, state_changed_at, state_changed_by, registered_at) "
            "SELECT 'other' || n, 'x', now(), 'test', now() FROM generate_series(1, 10) AS n"
        )
        connection.execute(text(fill))
        days = "(now() AT TIME ZONE 'UTC')::date + shift"
        connection.execute(
            text(
                f"INSERT INTO sync.place SELECT {days}, sync_no, 'run', now() "
                "FROM sync.sync, generate_series(-1, 1) AS shift WHERE sync_id LIKE 'other%'"
            )
        )
        connection.execute(text("UPDATE sync.sync SET state = 'deleted' WHERE sync_id LIKE 'other%'"))
    with pytest.raises(AirflowSkipException, match="LIM-2"):
        run("initiate", sync="nightly")
    assert set(run.left) == {SKIP_KEY}  # type: ignore[attr-defined]
    assert acts(people) == []
