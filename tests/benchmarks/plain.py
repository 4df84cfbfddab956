"""The side that we compare with: COPY of the rows, then one INSERT … ON CONFLICT into each table that the load writes.

As a careful person would write it by hand: one transaction, set by set, values of known people brought up to date. It
judges no address, knows no suppression and explains nothing. Only difference to the product's schema: the address key
is an ordinary one, for Postgres allows no ON CONFLICT on a deferrable one.
"""

from typing import Any

import pandas as pd
from sqlalchemy import text

from contact_sync.warehouse import copy_text, staging
from contact_sync.warehouse.database import Warehouse

KEY = (
    "ALTER TABLE contacts.contact DROP CONSTRAINT IF EXISTS contact_email_key",
    "ALTER TABLE contacts.contact ADD CONSTRAINT contact_email_key UNIQUE (email_key)",
    "INSERT INTO contacts.mailing_list (name, created_at) VALUES ('Talent news', now())",
    "INSERT INTO sync.source (account, module) VALUES ('recruit_demo', 'Candidates')",
    "INSERT INTO sync.sync (sync_id, name, state_changed_at, state_changed_by, registered_at) "
    "VALUES ('plain', 'Plain', now(), 'benchmark', now())",
)
CONTACT = (
    "INSERT INTO contacts.contact (email, email_key, first_name, last_name, fields, created_at, created_by_fetch, "
    "updated_at, updated_by_fetch) "
    "SELECT email_text, email_key, first_name, last_name, fields, now(), :fetch, now(), :fetch FROM staging.plain "
    "ON CONFLICT (email_key) DO UPDATE SET first_name = excluded.first_name, last_name = excluded.last_name, "
    "fields = excluded.fields, updated_at = excluded.updated_at, updated_by_fetch = excluded.updated_by_fetch"
)
OTHERS = (
    "INSERT INTO contacts.source_link (source_no, record_id, contact_id, email_key, linked_by_fetch) "
    "SELECT 1, record_id, contact_id, email_key, :fetch FROM staging.plain JOIN contacts.contact USING (email_key) "
    "ON CONFLICT (source_no, record_id) DO NOTHING",
    "INSERT INTO contacts.membership (list_id, contact_id, status, since, joined_by_fetch) "
    "SELECT 1, contact_id, 'subscribed', now(), :fetch FROM staging.plain JOIN contacts.contact USING (email_key) "
    "ON CONFLICT (list_id, contact_id) DO NOTHING",
    "INSERT INTO sync.taken_record (sync_no, source_no, record_id, list_id, first_fetch, taken_at) "
    "SELECT 1, 1, record_id, 1, :fetch, now() FROM staging.plain "
    "ON CONFLICT (sync_no, source_no, record_id, list_id) DO NOTHING",
    "INSERT INTO sync.ledger (fetch_started_at, fetch_id, record_no, source_no, record_id, outcome, contact_id, "
    "address_hash, changed, mapping_version) "
    "SELECT now(), :fetch, record_no, 1, record_id, 'new', contact_id, address_hash, false, 1 "
    "FROM staging.plain JOIN contacts.contact USING (email_key) "
    "ON CONFLICT (fetch_started_at, fetch_id, record_no) DO NOTHING",
)
UNTOUCHED = CONTACT.partition("DO UPDATE")[0] + "DO NOTHING"
"""The same without bringing anybody up to date: right only where nothing changed."""


def load(
    warehouse: Warehouse, frames: list[pd.DataFrame], turn: int, *, one_table: bool = False, touch: bool = True
) -> None:
    """Copy the frames and write the tables, or `contacts.contact` alone. touch: whether known people are updated."""
    with warehouse.engine.begin() as connection:
        if turn == 1:
            for statement in KEY:
                connection.execute(text(statement))
        connection.execute(text("DROP TABLE IF EXISTS staging.plain"))
        connection.execute(text("CREATE TABLE staging.plain (LIKE staging.batch_template INCLUDING DEFAULTS)"))
        driver: Any = connection.connection.driver_connection
        for frame in frames:
            _copy(driver, frame)
        connection.execute(text("ANALYZE staging.plain"))
        contact = CONTACT if touch else UNTOUCHED
        for statement in (contact,) if one_table else (contact, *OTHERS):
            connection.execute(text(statement), {"fetch": turn})


def vacuum(warehouse: Warehouse) -> None:
    """What autovacuum does between two runs."""
    engine = warehouse.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM (ANALYZE)"))


def _copy(driver: Any, frame: pd.DataFrame) -> None:
    """By the product's own writer of COPY lines: the comparison is about what happens to rows, not about Python."""
    columns = {name: frame[name].tolist() for name in frame.columns}
    with driver.cursor() as cursor, cursor.copy(f"COPY staging.plain ({', '.join(columns)}) FROM STDIN") as stream:
        for piece in copy_text.lines(columns, staging.JSON_COLUMNS):
            stream.write(piece)
