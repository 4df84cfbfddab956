"""One person with traces in every table that may hold any, beside somebody else; and the search for them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.email import hash_keys
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.stages.failures import record_abandoned
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.secrets import hash_key
from tests.stages.desk import Desk, record

ANN, FORMER, BEN = "ann.vink@canary-qzkw.example.org", "vink.old@canary-qzkw.example.org", "ben@mail.example.org"
NAMES = {"First_Name": "Annekeqzkw", "Last_Name": "Vinkqzkw", "City": "Vinkeveenqzkw", "Phone": "+31 6 77 15 77 15"}
MISFIT = "heel-veel-jaren-qzkw"
RECORD, OTHER_RECORD, PUSHED, CONVERTED = "77150000000001", "77150000000002", "77150000000003", "77150000000004"
TRACES = (ANN, FORMER, *NAMES.values(), MISFIT, RECORD, OTHER_RECORD, PUSHED, CONVERTED)
"""What tells of Ann: addresses, names, fields, a value that did not fit, ids of records."""


def with_phone(sync: ResolvedSync) -> ResolvedSync:
    """The sync with a telephone number, and a plan that holds two people."""
    return sync.model_copy(update={"mapping": (*sync.mapping, FieldMapping("phone", "Phone"))})


def ann(record_id: str = RECORD, email: str = ANN, **fields: Any) -> dict[str, Any]:
    """A record of Ann's."""
    return record(record_id, email, **{**NAMES, **fields})


def live_a_life(desk: Desk) -> int:
    """Ann's traces everywhere, and Ben's beside them; her contact id."""
    desk.sync = with_phone(desk.sync)
    desk.take(ann(email=FORMER, Experience_in_Years=MISFIT), record("5", BEN, Phone="1"))
    desk.take(ann(City="Elsewhereqzkw"), record("5", BEN, City="Ulm"))
    desk.take(ann(OTHER_RECORD), record("5", BEN), sync=desk.sync.model_copy(update={"sync_id": "second"}))
    for statement in _TRACES.split(";\n"):
        desk.execute(statement, ann=ANN, former=FORMER, record=RECORD, pushed=PUSHED, converted=CONVERTED,
                     hash=hash_keys([ANN], hash_key(desk.warehouse))[0])  # fmt: skip
    run = desk.stage([ann(email=FORMER), ann(OTHER_RECORD, "brokenqzkw"), record("5", BEN)])
    record_abandoned(run.dag_id, run.run_id, desk.warehouse)
    found = desk.contact(ANN)
    assert found is not None
    return int(found["contact_id"])


def everything(warehouse: Warehouse) -> dict[str, str]:
    """Every row of every table of the warehouse, as text."""
    with warehouse.engine.connect() as connection:
        names = connection.execute(
            text(
                "SELECT schemaname || '.' || tablename FROM pg_tables "
                "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
            )
        ).scalars()
        rows = {name: connection.execute(text(f"SELECT to_jsonb(kept)::text FROM {name} AS kept")) for name in names}
        return {name: "\n".join(found.scalars()) for name, found in rows.items()}


def places(warehouse: Warehouse, words: Iterable[str]) -> dict[str, set[str]]:
    """The tables that hold each of the words, in any case; words that nothing holds are left out."""
    texts = {name: held.casefold() for name, held in everything(warehouse).items()}
    found = {word: {name for name, held in texts.items() if word.casefold() in held} for word in words}
    return {word: where for word, where in found.items() if where}


_TRACES = """\
INSERT INTO contacts.suppression (kind, email_key, origin, reason, created_by, created_at)
    VALUES ('registry', :former, 'command', 'a list that names ' || :former, 'otto', now());
INSERT INTO contacts.suppression (kind, contact_id, email_key, origin, reason, created_by, created_at, lifted_by,
        lifted_reason, lifted_at)
    SELECT 'blocked', contact_id, email_key, 'command', 'Mrs Vinkqzkw rang', 'otto', now(), 'otto', :ann, now()
    FROM contacts.contact WHERE email_key = :ann;
INSERT INTO contacts.bounce (email_key, soft_bounces, last_event_at) VALUES (:ann, 1, now());
INSERT INTO contacts.address_history (contact_id, email_key, email, replaced_at)
    SELECT contact_id, :former, upper(:former), now() - interval '1 year' FROM contacts.contact WHERE email_key <> :ann;
INSERT INTO contacts.field_owner (contact_id, target, sync_no, fetch_id)
    SELECT contact_id, 'notes', 1, 1 FROM contacts.contact;
INSERT INTO contacts.campaign (external_id, name, kind) VALUES ('news', 'News', 'email_campaign');
INSERT INTO contacts.send (campaign_id, contact_id, sent_at) SELECT 1, contact_id, now() FROM contacts.contact;
INSERT INTO contacts.response (campaign_id, contact_id, kind, happened_at, arrived_at)
    SELECT 1, contact_id, 'opened', now(), now() FROM contacts.contact;
INSERT INTO sync.event_set_aside (kind, reason, detail, raw, digest, file, line, email_key, campaign, response, at,
        first_seen_at, last_seen_at)
    VALUES ('response', 'unknown_campaign', 'early', jsonb_build_object('email', CAST(:former AS text)), 'a', 'r.csv',
            2, :former, 'late', 'opened', now(), now(), now());
INSERT INTO sync.event_set_aside (kind, reason, detail, raw, digest, file, line, first_seen_at, last_seen_at)
    VALUES ('unknown', 'unreadable', 'broken', jsonb_build_object('line', '{"email": "' || upper(:ann) || '", '), 'b',
            'r.jsonl', 3, now(), now()),
           ('unknown', 'unreadable', 'broken', '{"line": "of somebody else"}', 'c', 'r.jsonl', 4, now(), now());
INSERT INTO sync.push_switch (account, module, response, list_id, enabled, enabled_since)
    VALUES ('recruit_demo', 'Contacts', 'opened', 1, true, now());
INSERT INTO sync.outbox (kind, account, module, switch_no, contact_id, response_id, key, state, payload, record_id,
        others, changed_at)
    SELECT 'lead', 'recruit_demo', 'Contacts', 1, contact_id, response_id, :ann, 'sending',
        jsonb_build_object('Last_Name', 'Vinkqzkw'), :pushed, ARRAY[CAST(:pushed AS text)], now()
    FROM contacts.contact JOIN contacts.response USING (contact_id) WHERE email_key = :ann;
INSERT INTO sync.push_ledger (switch_no, contact_id, outcome, detail, record_id, others, response_id, fetch_id, at)
    SELECT 1, contact_id, 'inserted', 'twin of ' || :pushed, :pushed, ARRAY[CAST(:pushed AS text)], response_id, 1,
        now()
    FROM contacts.contact JOIN contacts.response USING (contact_id) WHERE email_key = :ann;
INSERT INTO sync.status_push (account, module, record_id, field, contact_id, campaign_id, status, outcome, detail, at)
    SELECT 'recruit_demo', 'Contacts', :pushed, 'Source', contact_id, 1, 'Opened', 'refused', 'twin of ' || :pushed,
        now()
    FROM contacts.contact WHERE email_key = :ann;
INSERT INTO sync.suppressed_record (source_no, record_id, suppression_id, first_fetch)
    SELECT 1, :record, min(suppression_id), 1 FROM contacts.suppression;
INSERT INTO sync.withheld (sync_no, source_no, record_id, fetch_id) VALUES (1, 1, :record, 1);
INSERT INTO sync.conversion (source_no, record_id, sync_no, account, manner, contact_record_id, address_hash,
        contact_id, list_id, fetch_id, seen_at)
    SELECT 1, :record, 1, 'recruit_demo', 'ignore_everywhere', :converted, :hash, contact_id, 1, 1, now()
    FROM contacts.contact WHERE email_key = :ann;
INSERT INTO sync.removal (fetch_id, sync_no, list_id, contact_id, source_no, record_id, reason, reach, state,
        status_before, decided_at, decided_by)
    SELECT 1, 1, 1, contact_id, 1, :record, 'deleted', 'list', 'pending', 'subscribed', now(), 'fetch 1'
    FROM contacts.contact WHERE email_key = :ann;
INSERT INTO sync.field_change (fetch_id, contact_id, before)
    SELECT 1, contact_id, jsonb_build_object('email_key', CAST(:former AS text), 'links', NULL) FROM contacts.contact
    WHERE email_key <> :ann;
INSERT INTO sync.act (kind, who, reason, contact_id, list_id)
    SELECT 'remove', 'otto', 'annekeqzkw asked by ' || :ann, contact_id, 1 FROM contacts.contact WHERE email_key = :ann;
INSERT INTO sync.act (kind, who, reason, sync_no) VALUES ('deactivate', 'otto', 'mail from <' || :former || '>', 1);
INSERT INTO sync.credit (account, fetch_id, at, method, path, status, rows, cost, seconds)
    VALUES ('recruit_demo', 1, now(), 'GET', '/recruit/v2/Candidates/' || :record, 200, 1, 1, 0.1);
CREATE TABLE IF NOT EXISTS staging.sighting_1 (LIKE staging.sighting_template INCLUDING DEFAULTS INCLUDING COMMENTS);
INSERT INTO staging.sighting_1 (record_id, contact_record_id) VALUES (:record, :converted);
CREATE TABLE IF NOT EXISTS staging.removal_1 (LIKE staging.removal_template INCLUDING COMMENTS);
INSERT INTO staging.removal_1 (contact_id, record_id, reason, reach)
    SELECT contact_id, :record, 'deleted', 'list' FROM contacts.contact WHERE email_key = :ann
"""
