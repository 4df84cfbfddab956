-- Purpose:    write down that this fetch's sync holds the contested fields that new people come with (MAP-8): nobody can have
--             held them, so nothing has to be asked, and rows in the order of their key cost half as much.
-- Parameters: none; reads the transaction's this_fetch, batch, contested and outcome.
-- Returns:    nothing; rows affected are holders.
INSERT INTO contacts.field_owner (contact_id, target, sync_no, changed_at, fetch_id)
SELECT outcome.contact_id, contested.target, this_fetch.sync_no, batch.modified_at, this_fetch.fetch_id
FROM outcome
CROSS JOIN this_fetch
JOIN batch USING (record_no)
CROSS JOIN contested
WHERE outcome.outcome = 'new'
  AND EXISTS (SELECT FROM contested)  -- asked first: without contested fields nothing is read
  AND CASE contested.target
        WHEN 'first_name' THEN batch.first_name IS NOT NULL OR this_fetch.clears_first_name
        WHEN 'last_name'  THEN batch.last_name IS NOT NULL OR this_fetch.clears_last_name
        ELSE batch.fields ? contested.target
      END
ORDER BY outcome.contact_id, contested.target
