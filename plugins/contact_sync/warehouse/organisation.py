"""The organisation's row: the lock of everything that people's standing depends on, and its change number.

Whatever writes contacts, memberships, suppressions, bounces or links holds this row first (a trigger sees to it, so
psql does too). A load takes it at once, compares the number with the one that classify saw, and raises it itself.
"""

from sqlalchemy import Connection, text


def change_number(connection: Connection) -> int:
    """The number now, without taking the lock."""
    return int(connection.execute(text("SELECT change_no FROM sync.organisation")).scalar_one())


def lock(connection: Connection) -> int:
    """Take the organisation until the transaction ends; returns its change number."""
    connection.execute(text("SELECT set_config('contact_sync.counts_changes', 'on', true)"))
    return int(connection.execute(text("SELECT change_no FROM sync.organisation FOR UPDATE")).scalar_one())


def note_change(connection: Connection) -> None:
    """Raise the number: something has changed under the lock."""
    connection.execute(text("UPDATE sync.organisation SET change_no = change_no + 1"))


def set_soft_bounces(connection: Connection, limit: int) -> None:
    """Let the view mailable_members follow the policy soft_bounces (OUT-9)."""
    connection.execute(
        text("UPDATE sync.organisation SET soft_bounces = :limit WHERE soft_bounces <> :limit"), {"limit": limit}
    )
