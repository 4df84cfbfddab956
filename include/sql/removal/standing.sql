-- Purpose:    how a person stands in the organisation and in one list.
-- Parameters: contact_id, list_id (null for none)
-- Returns:    one row: deleted_at, deleted_reason, status, reason; the last two are null without a membership.
SELECT person.deleted_at, person.deleted_reason, member.status, member.reason
FROM contacts.contact AS person
LEFT JOIN contacts.membership AS member
    ON member.contact_id = person.contact_id AND member.list_id = CAST(:list_id AS integer)
WHERE person.contact_id = :contact_id
