-- Purpose:    keep the addresses that are taken back among the former ones (OUT-13).
-- Parameters: none; reads the transaction's table reverting.
-- Returns:    nothing; rows affected are addresses kept.
INSERT INTO contacts.address_history (contact_id, email_key, email, replaced_at)
SELECT person.contact_id, person.email_key, person.email, now()
FROM reverting
JOIN contacts.contact AS person USING (contact_id)
WHERE reverting.kind = 'address' AND reverting.left_because IS NULL
