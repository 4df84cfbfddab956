-- Purpose:    an address that somebody else has by now stays, unless that person gives it up in the same revert. To be
--             repeated until it affects no row: each address that stays may hold up another.
-- Parameters: fetch_id
-- Returns:    nothing; rows affected are addresses that stay.
UPDATE reverting
SET left_because = 'address_taken_since'
FROM sync.field_change AS kept
JOIN contacts.contact AS owner ON owner.email_key = kept.before ->> 'email_key'
WHERE kept.fetch_id = :fetch_id
  AND reverting.kind = 'address'
  AND reverting.left_because IS NULL
  AND reverting.contact_id = kept.contact_id
  AND owner.contact_id <> kept.contact_id
  AND NOT EXISTS (
      SELECT FROM reverting AS leaving
      WHERE leaving.kind = 'address' AND leaving.contact_id = owner.contact_id AND leaving.left_because IS NULL
  )
