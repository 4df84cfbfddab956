-- Purpose:    bring mapped values of known contacts up to date and take deleted ones back (OUT-2, OUT-3). An empty
--             source value leaves the contact field as it is unless the mapping clears it (MAP-6); so does a value of a
--             field that another sync holds (MAP-8).
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are contacts changed.
UPDATE contacts.contact AS person
SET first_name       = CASE WHEN 'first_name' = ANY (outcome.lost) THEN person.first_name
                            WHEN this_fetch.clears_first_name THEN batch.first_name
                            ELSE coalesce(batch.first_name, person.first_name) END,
    last_name        = CASE WHEN 'last_name' = ANY (outcome.lost) THEN person.last_name
                            WHEN this_fetch.clears_last_name THEN batch.last_name
                            ELSE coalesce(batch.last_name, person.last_name) END,
    fields           = jsonb_strip_nulls(person.fields || CASE WHEN outcome.lost IS NULL THEN batch.fields ELSE batch.fields - outcome.lost END),
    updated_at       = this_fetch.started_at,
    updated_by_fetch = this_fetch.fetch_id,
    deleted_at       = NULL,
    deleted_reason   = NULL
FROM outcome
CROSS JOIN this_fetch
JOIN batch USING (record_no)
WHERE person.contact_id = outcome.contact_id
  AND outcome.applies
  AND ((outcome.outcome = 'duplicate' AND outcome.changed) OR outcome.outcome = 're_added')
