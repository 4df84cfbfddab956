-- Purpose:    what is to be sent for people waits in the outbox; what nobody asks for any more goes. What is on its way,
--             or may have been, is not touched. Who was erased or deleted since they were judged does not wait.
-- Parameters: switch_no; arrays of one entry a person: contact_ids, response_ids, keys, payloads (JSON), hashes,
--             record_ids (null: not known), statuses, status_fields
-- Returns:    nothing; rows affected are rows of the outbox.
WITH asked AS (
    SELECT *
    FROM unnest(
        CAST(:contact_ids AS bigint[]), CAST(:response_ids AS bigint[]), CAST(:keys AS text[]),
        CAST(:payloads AS text[]), CAST(:hashes AS bytea[]), CAST(:record_ids AS text[]), CAST(:statuses AS text[]),
        CAST(:status_fields AS text[])
    ) AS asked (contact_id, response_id, key, payload, payload_hash, record_id, status, status_field)
),
gone AS (
    DELETE FROM sync.outbox
    WHERE kind = 'lead' AND switch_no = :switch_no AND state = 'waiting'
      AND NOT EXISTS (SELECT FROM asked WHERE asked.contact_id = outbox.contact_id)
)
INSERT INTO sync.outbox AS kept (
    kind, account, module, switch_no, contact_id, response_id, key, state, payload, payload_hash, record_id, status,
    status_field, changed_at
)
SELECT
    'lead', switch.account, switch.module, switch.switch_no, asked.contact_id, asked.response_id, asked.key, 'waiting',
    CAST(asked.payload AS jsonb), asked.payload_hash, asked.record_id, asked.status, asked.status_field, now()
FROM asked
JOIN sync.push_switch AS switch ON switch.switch_no = :switch_no
JOIN contacts.contact AS person ON person.contact_id = asked.contact_id AND person.deleted_at IS NULL
ON CONFLICT (switch_no, contact_id) WHERE kind = 'lead' DO UPDATE
SET state        = 'waiting',
    attempts     = CASE WHEN kept.state = 'waiting' AND kept.payload_hash = excluded.payload_hash
                             AND kept.response_id = excluded.response_id THEN kept.attempts ELSE 0 END,
    response_id  = excluded.response_id,
    key          = excluded.key,
    payload      = excluded.payload,
    payload_hash = excluded.payload_hash,
    record_id    = excluded.record_id,
    others       = CASE WHEN kept.record_id = excluded.record_id THEN kept.others END,
    status       = excluded.status,
    status_field = excluded.status_field,
    changed_at   = now()
WHERE kept.state NOT IN ('sending', 'unknown')
