-- Purpose:    let the ledger say what became of deletions that waited for an answer, and count them with the fetch that
--             saw them: as deleted once they are applied (ADV-2, ADV-8). An earlier fetch of the sync may have seen them; of
--             several deletions of one person the last counts. Who leaves for another reason, though a record of theirs is
--             live again, does not leave by its deletion.
-- Parameters: fetch_id: whose removals were answered
-- Returns:    nothing; rows affected are fetches whose number of deleted records rises.
WITH waited AS (
    SELECT
        line.fetch_started_at, line.fetch_id, line.record_no, removal.fetch_id AS asked_by,
        CASE
            WHEN removal.state <> 'applied' OR link.gone_at IS NULL OR EXISTS (
                SELECT FROM contacts.membership_supply AS supply
                WHERE supply.list_id = removal.list_id AND supply.contact_id = removal.contact_id AND supply.gone_at IS NULL
            ) OR row_number() OVER (PARTITION BY removal.contact_id ORDER BY link.gone_at DESC NULLS LAST, line.fetch_id DESC) > 1
                THEN 'kept'
            WHEN removal.reach = 'organisation' THEN 'removed_from_org'
            ELSE 'removed_from_list'
        END AS became
    FROM sync.removal
    JOIN sync.fetch AS seen ON seen.sync_no = removal.sync_no
    JOIN sync.ledger AS line
        ON line.contact_id = removal.contact_id AND line.fetch_id = seen.fetch_id AND line.fetch_started_at = seen.started_at
       AND line.outcome = 'deleted' AND line.reason = 'pending'
    LEFT JOIN contacts.source_link AS link
        ON link.source_no = line.source_no AND link.record_id = line.record_id AND link.contact_id = line.contact_id
    WHERE removal.fetch_id = :fetch_id
      AND removal.state IN ('applied', 'withheld', 'dropped')
),
answered AS (
    UPDATE sync.ledger AS line
    SET reason   = waited.became,
        evidence = CASE WHEN waited.fetch_id = waited.asked_by THEN line.evidence
                        ELSE coalesce(line.evidence, '{}') || jsonb_build_object('answered_with_fetch', waited.asked_by) END
    FROM waited
    WHERE line.fetch_started_at = waited.fetch_started_at AND line.fetch_id = waited.fetch_id AND line.record_no = waited.record_no
    RETURNING line.fetch_id, line.reason
)
UPDATE sync.fetch AS run
SET deleted = coalesce(run.deleted, 0) + applied.records
FROM (SELECT fetch_id, count(*) AS records FROM answered WHERE reason <> 'kept' GROUP BY fetch_id) AS applied
WHERE run.fetch_id = applied.fetch_id
