-- Purpose:    write down who holds contested fields that were filled before they were contested, and that this fetch leaves
--             to their holder (MAP-8): from here on the contact's last fetch no longer tells.
-- Parameters: none; reads the transaction's outcome.
-- Returns:    nothing; rows affected are holders written down.
INSERT INTO contacts.field_owner (contact_id, target, sync_no, changed_at, fetch_id)
SELECT
    outcome.contact_id, holder.key, (holder.value ->> 'sync_no')::integer,
    (holder.value ->> 'changed_at')::timestamptz, (holder.value ->> 'fetch_id')::bigint
FROM outcome
CROSS JOIN LATERAL jsonb_each(outcome.unwritten) AS holder
WHERE outcome.unwritten IS NOT NULL
ON CONFLICT (contact_id, target) DO NOTHING
