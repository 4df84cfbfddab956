-- Purpose:    whose an address is: of the person who has it, else of the one who had it last.
-- Parameters: email_key
-- Returns:    at most one row: contact_id.
SELECT contact_id
FROM (
    SELECT contact_id, NULL::timestamptz AS left_at FROM contacts.contact WHERE email_key = :email_key
    UNION ALL
    SELECT contact_id, replaced_at FROM contacts.address_history WHERE email_key = :email_key
) AS known
ORDER BY left_at DESC NULLS FIRST, contact_id
LIMIT 1
