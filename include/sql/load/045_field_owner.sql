-- Purpose:    write down that this fetch's sync holds the contested fields that records of known people took (MAP-8).
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are holders that are new, or newer.
INSERT INTO contacts.field_owner AS held (contact_id, target, sync_no, changed_at, fetch_id)
SELECT outcome.contact_id, taken.target, this_fetch.sync_no, batch.modified_at, this_fetch.fetch_id
FROM outcome
CROSS JOIN this_fetch
JOIN batch USING (record_no)
CROSS JOIN LATERAL unnest(outcome.owns) AS taken (target)
WHERE outcome.owns IS NOT NULL
ON CONFLICT (contact_id, target) DO UPDATE
SET sync_no = excluded.sync_no, changed_at = excluded.changed_at, fetch_id = excluded.fetch_id
WHERE (held.sync_no, held.changed_at) IS DISTINCT FROM (excluded.sync_no, excluded.changed_at)
