-- Purpose:    note before a call that these people are about to be sent, with what exactly.
-- Parameters: switch_no; arrays of one entry a person: contact_ids, payloads (JSON), record_ids (null: not known);
--             others: of ids, each list as a text with commas
-- Returns:    contact_id, attempts: of those who are to be sent. Who was erased meanwhile, or has answers, is left out.
UPDATE sync.outbox AS kept
SET state = 'sending', attempts = kept.attempts + 1, payload = CAST(asked.payload AS jsonb), record_id = asked.record_id,
    others = string_to_array(asked.others, ','), sent_at = clock_timestamp(), changed_at = now()
FROM unnest(
    CAST(:contact_ids AS bigint[]), CAST(:payloads AS text[]), CAST(:record_ids AS text[]), CAST(:others AS text[])
) AS asked (contact_id, payload, record_id, others)
WHERE kept.kind = 'lead' AND kept.switch_no = :switch_no AND kept.contact_id = asked.contact_id AND kept.state = 'waiting'
RETURNING kept.contact_id, kept.attempts
