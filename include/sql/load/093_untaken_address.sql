-- Purpose:    remember the address with which a known record came last where its contact does not have it: because the
--             record was kept out, or another record of the person brought a later one. It names the person all the same,
--             see classify/outcome (OUT-11, OUT-13). Run after load/092_link_ignored.
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are links marked.
WITH concerned AS (
    SELECT record_id FROM outcome
    WHERE outcome = 'ignored' OR takes_address OR evidence ?| ARRAY['new_address', 'untaken_address']
       OR (outcome = 'out_of_scope' AND reason <> 'page_repeat')
    UNION
    SELECT marked.record_id FROM contacts.source_link AS marked JOIN this_fetch USING (source_no)
    WHERE marked.untaken_key IS NOT NULL
),
came AS (
    SELECT link.source_no, link.record_id, link.contact_id, batch.email_key
    FROM concerned
    JOIN outcome USING (record_id)
    JOIN batch USING (record_no)
    CROSS JOIN this_fetch
    JOIN contacts.source_link AS link ON link.source_no = this_fetch.source_no AND link.record_id = concerned.record_id
    WHERE outcome.reason IS DISTINCT FROM 'page_repeat'
      AND batch.flaw IS NULL
      AND batch.erased_by IS NULL  -- of erased people nothing is kept but hashes (OPS-6)
    UNION ALL
    -- other records of people who have just left the address that these hold
    SELECT other.source_no, other.record_id, other.contact_id, coalesce(other.untaken_key, other.email_key)
    FROM (SELECT DISTINCT contact_id FROM outcome WHERE takes_address) AS moved
    CROSS JOIN this_fetch
    JOIN contacts.source_link AS other USING (contact_id)
    WHERE other.email_key NOT LIKE 'erased:%'
      AND NOT EXISTS (
          SELECT FROM outcome WHERE outcome.record_id = other.record_id AND other.source_no = this_fetch.source_no)
)
UPDATE contacts.source_link AS link
SET untaken_key = nullif(came.email_key, person.email_key)
FROM came
JOIN contacts.contact AS person USING (contact_id)
WHERE link.source_no = came.source_no
  AND link.record_id = came.record_id
  AND link.untaken_key IS DISTINCT FROM nullif(came.email_key, person.email_key)
