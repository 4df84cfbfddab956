"""The one view to mail from: whoever must not be mailed is not in it, whatever says so."""

from sqlalchemy import text

from contact_sync.warehouse.database import Warehouse
from tests.seeds import sow

KINDS = ("blocked", "registry", "unsubscribed_org", "complaint", "erased")
SUPPRESS = """
INSERT INTO contacts.suppression (kind, contact_id, email_key, origin, reason, created_by, created_at)
SELECT '{kind}', {contact_id}, {email_key}, 'command', 'asked', 'otto', now() FROM contacts.contact WHERE contact_id = 1
"""
OTHERS = {
    "unsubscribed": "UPDATE contacts.membership SET status = 'unsubscribed' WHERE contact_id = 1",
    "removed": "UPDATE contacts.membership SET status = 'removed' WHERE contact_id = 1",
    "deleted": "UPDATE contacts.contact SET deleted_at = now() WHERE contact_id = 1",
    "without_address": "UPDATE contacts.contact SET email = NULL, email_key = NULL WHERE contact_id = 1",
    "hard_bounce": "INSERT INTO contacts.bounce (email_key, hard_bounced_at, last_event_at) "
    "SELECT email_key, now(), now() FROM contacts.contact WHERE contact_id = 1",
    "soft_bounces": "INSERT INTO contacts.bounce (email_key, soft_bounces, last_event_at) "
    "SELECT email_key, 3, now() FROM contacts.contact WHERE contact_id = 1",
}


def test_mailable_members_leave_out_every_suppression(warehouse: Warehouse) -> None:
    """OPS-13, OUT-17: each kind, of the person and of the address; each ends when it is lifted. And all else, too."""
    sow(warehouse.engine, people=["ann", "ben"])

    def mailable() -> list[int]:
        query = "SELECT contact_id FROM contacts.mailable_members ORDER BY contact_id"
        return list(connection.execute(text(query)).scalars())

    with warehouse.transaction() as connection:
        allowed = text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'suppression_kind_check'")
        definition = str(connection.execute(allowed).scalar_one())
        assert sorted(kind for kind in definition.split("'") if kind.isidentifier()) == sorted(KINDS)
        for kind in KINDS:
            for of in ({"contact_id": "1", "email_key": "NULL"}, {"contact_id": "NULL", "email_key": "email_key"}):
                assert mailable() == [1, 2]
                connection.execute(text(SUPPRESS.format(kind=kind, **of)))
                assert mailable() == [2], (kind, of)
                connection.execute(
                    text(
                        "UPDATE contacts.suppression SET lifted_at = now(), lifted_by = 'otto', lifted_reason = 'back'"
                    )
                )
        for name, statement in OTHERS.items():
            savepoint = connection.begin_nested()
            connection.execute(text(statement))
            assert mailable() == [2], name
            savepoint.rollback()
        connection.execute(text(OTHERS["soft_bounces"].replace("3", "2")))
        assert mailable() == [1, 2]
