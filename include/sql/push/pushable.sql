-- Purpose:    the people to push, with what their records are made of.
-- Parameters: none; reads the transaction's table judged.
-- Returns:    contact_id, response_id, email, first_name, last_name, fields; by contact_id.
SELECT
    contact.contact_id, judged.response_id, contact.email, contact.first_name, contact.last_name, contact.fields
FROM judged
JOIN contacts.contact USING (contact_id)
WHERE judged.reason IS NULL
ORDER BY contact.contact_id
