-- Purpose:    give contacts their new address: the same person, another address (OUT-13). In one statement, because
--             the address key is checked at its end and two contacts may exchange theirs.
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are contacts changed.
UPDATE contacts.contact AS person
SET email            = batch.email_text,
    email_key        = batch.email_key,
    updated_at       = this_fetch.started_at,
    updated_by_fetch = this_fetch.fetch_id
FROM outcome
CROSS JOIN this_fetch
JOIN batch USING (record_no)
WHERE person.contact_id = outcome.contact_id AND outcome.takes_address
