-- Purpose:    note in the outbox what became of people. What is settled holds neither address nor values any more.
-- Parameters: switch_no; arrays of one entry a person: contact_ids, states, record_ids (null: as it was; of who waits: not known)
-- Returns:    nothing; rows affected are rows of the outbox.
UPDATE sync.outbox AS kept
SET state      = answer.state,
    payload    = CASE WHEN answer.state IN ('answered', 'refused') THEN NULL ELSE kept.payload END,
    key        = CASE WHEN answer.state IN ('answered', 'refused') THEN NULL ELSE kept.key END,
    record_id  = CASE WHEN answer.state = 'waiting' THEN answer.record_id
                      ELSE coalesce(answer.record_id, kept.record_id) END,
    changed_at = now()
FROM unnest(CAST(:contact_ids AS bigint[]), CAST(:states AS text[]), CAST(:record_ids AS text[]))
    AS answer (contact_id, state, record_id)
WHERE kept.kind = 'lead' AND kept.switch_no = :switch_no AND kept.contact_id = answer.contact_id
