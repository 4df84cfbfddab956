"""Rows that tests of commands and acts start from: one sync into one list, what it fetched and whom it brought."""

from collections.abc import Sequence

from sqlalchemy import Engine

_SYNC = """
INSERT INTO contacts.mailing_list (name, created_at) VALUES ('Talent news', now());
INSERT INTO sync.source (account, module) VALUES ('recruit_demo', 'Candidates');
INSERT INTO sync.sync (sync_id, name, source_no, state_changed_at, state_changed_by, registered_at)
    VALUES (%(sync_id)s, 'All candidates', 1, now(), 'test', now());
INSERT INTO sync.config_version (sync_no, fingerprint, mapping_fingerprint, mapping_version, settings, registered_at)
    VALUES (1, 'f', 'm', 1, '{}', now());
"""
_FETCH = """
INSERT INTO sync.fetch (sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, started_at, loaded_at,
        finished_at, window_end, first, moves_watermark, status)
    VALUES (1, 1, 1, 1, %(sync_id)s, 'run', 'manual', now(), now(), now(), now(), true, true, 'succeeded');
"""
_PEOPLE = """
INSERT INTO contacts.contact (email, email_key, created_at, created_by_fetch, updated_at, updated_by_fetch)
    SELECT name || '@example.org', name || '@example.org', now(), 1, now(), 1 FROM unnest(%(people)s::text[]) AS name;
INSERT INTO contacts.membership (list_id, contact_id, status, since, joined_by_fetch)
    SELECT 1, contact_id, 'subscribed', now(), 1 FROM contacts.contact
"""


def sow(engine: Engine, script: str = "", *, sync_id: str = "candidates_daily", people: Sequence[str] = ()) -> None:
    """A sync into the list `Talent news`, then the statements of `script`, each but the last ended by `;` and a line.

    people: who joined by its fetch 1, as <name>@example.org: contacts 1, 2 and so on.
    """
    seeds = "".join([_SYNC, *([_FETCH, _PEOPLE] if people else [])])
    with engine.begin() as connection:
        for statement in filter(str.strip, seeds.split(";\n")):
            connection.exec_driver_sql(statement, {"sync_id": sync_id, "people": list(people)})
        for statement in filter(str.strip, script.split(";\n")):
            connection.exec_driver_sql(statement)
