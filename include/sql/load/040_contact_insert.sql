-- Purpose:    add new people to the organisation (OUT-1).
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are contacts added.
INSERT INTO contacts.contact (
    contact_id, email, email_key, first_name, last_name, fields,
    created_at, created_by_fetch, updated_at, updated_by_fetch
)
SELECT
    outcome.contact_id, batch.email_text, batch.email_key, batch.first_name, batch.last_name,
    jsonb_strip_nulls(batch.fields),
    this_fetch.started_at, this_fetch.fetch_id, this_fetch.started_at, this_fetch.fetch_id
FROM outcome
CROSS JOIN this_fetch
JOIN batch USING (record_no)
WHERE outcome.outcome = 'new'
