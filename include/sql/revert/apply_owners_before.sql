-- Purpose:    who held contested fields before the fetch holds them again, with the values (MAP-8).
-- Parameters: fetch_id; reads the transaction's table reverting.
-- Returns:    nothing; rows affected are holders.
INSERT INTO contacts.field_owner (contact_id, target, sync_no, changed_at, fetch_id)
SELECT before.contact_id, before.target, before.sync_no, before.changed_at, before.fetch_id
FROM sync.field_change AS kept
JOIN reverting ON reverting.kind = 'values' AND reverting.contact_id = kept.contact_id AND reverting.left_because IS NULL
CROSS JOIN LATERAL jsonb_each(coalesce(nullif(kept.before -> 'owners', 'null'), '{}')) AS owner
CROSS JOIN LATERAL jsonb_populate_record(NULL::contacts.field_owner, owner.value) AS before
WHERE kept.fetch_id = :fetch_id
ON CONFLICT (contact_id, target) DO NOTHING
