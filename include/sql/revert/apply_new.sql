-- Purpose:    mark the people that the fetch added as deleted. They stay linked to their records, so the next fetch of a
--             record finds its person again (re_added); nothing is erased.
-- Parameters: none; reads the transaction's table reverting.
-- Returns:    nothing; rows affected are people.
UPDATE contacts.contact AS person
SET deleted_at = now(), deleted_reason = 'reverted', updated_at = now()
FROM reverting
WHERE reverting.kind = 'new' AND reverting.left_because IS NULL AND person.contact_id = reverting.contact_id
