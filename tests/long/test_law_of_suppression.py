"""The law of suppression over many random histories, and what it looks like when it does not hold; see tests/stages."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings

from contact_sync.paths import sql_folder
from contact_sync.warehouse import statements
from contact_sync.warehouse.database import Warehouse
from tests.stages import test_law_of_suppression as law
from tests.stages.test_law_of_suppression import LAW, STEPS, History, Step, holds

WITHOUT_SUPPRESSIONS = """
CREATE OR REPLACE VIEW contacts.mailable_members AS
SELECT list_id, list.name AS list_name, contact_id, email, first_name, last_name, fields, membership.since
FROM contacts.membership JOIN contacts.mailing_list AS list USING (list_id) JOIN contacts.contact USING (contact_id)
WHERE status = 'subscribed' AND deleted_at IS NULL AND email_key IS NOT NULL
"""
CHECKED = "SELECT conname FROM pg_constraint WHERE pg_get_constraintdef(oid) LIKE 'CHECK%unsubscribed_at IS NULL%'"
STAYS_SO = "CASE WHEN member.unsubscribed_at IS NULL THEN 'subscribed' ELSE 'unsubscribed' END"


@pytest.fixture
def history(warehouse: Warehouse) -> History:
    return law.opened(warehouse)


def test_nobody_suppressed_or_unsubscribed_becomes_mailable(history: History) -> None:
    """OUT-11: as in make test, over many more histories, which are others each time; every kind of step is in them."""

    @settings(LAW, max_examples=150, derandomize=False, print_blob=True)
    @given(steps=STEPS)
    def over_many(steps: list[Step]) -> None:
        holds(history, steps)

    over_many()
    assert set(history.done) == set(law.KINDS)


def test_it_fails_without_the_suppressions(history: History) -> None:
    """OUT-11: the view to mail from without its clauses about suppressions."""
    history.execute(WITHOUT_SUPPRESSIONS)
    with pytest.raises(AssertionError, match="after step 0: suppress"):
        holds(history, law.SUPPRESSED_AND_BACK)


@pytest.mark.parametrize(
    ("name", "step"), [("load/070_membership", "7: fetch"), ("rebinding/back_in_lists", "3: undo options")]
)
def test_it_fails_where_who_unsubscribed_is_subscribed(
    history: History, name: str, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OUT-11: a statement that takes up memberships again, without its look at an earlier unsubscription.

    The table refuses that as well; so its check goes, too.
    """
    (constraint,) = history.rows(CHECKED)
    history.execute(f"ALTER TABLE contacts.membership DROP CONSTRAINT {constraint['conname']}")
    folder = tmp_path / "sql"
    shutil.copytree(sql_folder(), folder)
    file = folder / f"{name}.sql"
    source = file.read_text(encoding="utf-8")
    assert source.count(STAYS_SO) == 1
    file.write_text(source.replace(STAYS_SO, "'subscribed'"), encoding="utf-8")
    monkeypatch.setattr(statements, "sql_folder", lambda: folder)
    statements.statement.cache_clear()
    try:
        with pytest.raises(AssertionError, match=f"after step {step}"):
            holds(history, law.UNSUBSCRIBED_AND_BACK)
    finally:
        monkeypatch.undo()
        statements.statement.cache_clear()
