-- Purpose:    keep the address that a contact is about to leave (OUT-13).
-- Parameters: none; reads the transaction's this_fetch and outcome.
-- Returns:    nothing; rows affected are addresses kept.
INSERT INTO contacts.address_history (contact_id, email_key, email, replaced_at, replaced_by_fetch)
SELECT person.contact_id, person.email_key, person.email, this_fetch.started_at, this_fetch.fetch_id
FROM outcome
CROSS JOIN this_fetch
JOIN contacts.contact AS person USING (contact_id)
WHERE outcome.takes_address AND person.email_key IS NOT NULL
