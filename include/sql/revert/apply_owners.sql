-- Purpose:    contested fields whose values are taken back are no longer held by the fetch's sync (MAP-8).
-- Parameters: fetch_id; reads the transaction's table reverting.
-- Returns:    nothing; rows affected are holders forgotten.
DELETE FROM contacts.field_owner AS held
USING reverting
WHERE held.fetch_id = :fetch_id
  AND held.contact_id = reverting.contact_id
  AND reverting.kind IN ('values', 'new')
  AND reverting.left_because IS NULL
