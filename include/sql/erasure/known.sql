-- Purpose:    what is known of a contact who is to be erased, and whether they were before.
-- Parameters: contact_id
-- Returns:    at most one row: contact_id, first_name, last_name, fields, erased.
SELECT
    person.contact_id, person.first_name, person.last_name, person.fields,
    EXISTS (
        SELECT FROM contacts.suppression AS held
        WHERE held.contact_id = person.contact_id AND held.kind = 'erased' AND held.lifted_at IS NULL
    ) AS erased
FROM contacts.contact AS person
WHERE person.contact_id = :contact_id
