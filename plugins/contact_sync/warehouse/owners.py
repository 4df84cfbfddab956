"""Who holds a contact field that several syncs supply (MAP-8): the highest source_priority, then the latest change.

Which fields are contested is known from the registry, once per classification and load. Only of those it is kept who
holds them (contacts.field_owner); a fetch without contested fields looks no further.
"""

from sqlalchemy import Connection, text

from contact_sync.warehouse import statements


def settle(connection: Connection) -> None:
    """Complete the outcomes of the bound batch: which contested fields each record takes, and which it loses."""
    know_contested(connection)
    if connection.execute(_ANY).scalar():
        statements.run(connection, "owner/claims")


def know_contested(connection: Connection) -> None:
    """Give this transaction its tables supplier and contested."""
    statements.run(connection, "owner/supplier")
    statements.run(connection, "owner/contested")
    # Unanalysed they count as hundreds of rows, and every join with them multiplies the planner's guess.
    connection.execute(_ANALYSE)


_ANY = text("SELECT EXISTS (SELECT FROM contested)")
_ANALYSE = text("ANALYZE pg_temp.supplier, pg_temp.contested")
