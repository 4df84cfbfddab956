-- Purpose:    let the ledger say what became of deletions whose open question an act answered, and count them with the fetch
--             that saw them: as deleted if the person leaves by the act and no live record is left; of several deletions of
--             one person the last counts. The others are kept (ADV-2, ADV-6, ADV-8). Run after
--             rebinding/rebind and rebinding/record.
-- Parameters: act_id, sync_no, who
-- Returns:    nothing; rows affected are fetches whose number of deleted records rises.
WITH waited AS (
    SELECT
        line.fetch_started_at, line.fetch_id, line.record_no,
        CASE
            WHEN leaves.contact_id IS NULL OR link.gone_at IS NULL OR NOT EXISTS (
                SELECT FROM sync.taken_record AS pair
                WHERE pair.sync_no = leaves.sync_no AND pair.source_no = line.source_no AND pair.record_id = line.record_id
                  AND pair.deleted <> 'keep'
            ) OR EXISTS (
                SELECT FROM contacts.membership_supply AS supply
                WHERE supply.list_id = leaves.list_id AND supply.contact_id = leaves.contact_id AND supply.gone_at IS NULL
            ) OR row_number() OVER (PARTITION BY answered.contact_id ORDER BY link.gone_at DESC NULLS LAST, line.fetch_id DESC) > 1
                THEN 'kept'
            WHEN leaves.reach = 'organisation' THEN 'removed_from_org'
            ELSE 'removed_from_list'
        END AS became
    FROM (
        SELECT DISTINCT contact_id
        FROM sync.removal
        WHERE sync_no = :sync_no AND state IN ('replaced', 'dropped') AND decided_by = :who
    ) AS answered
    JOIN sync.fetch AS seen ON seen.sync_no = :sync_no
    JOIN sync.ledger AS line
        ON line.contact_id = answered.contact_id AND line.fetch_id = seen.fetch_id AND line.fetch_started_at = seen.started_at
       AND line.outcome = 'deleted' AND line.reason = 'pending'
    LEFT JOIN sync.removal AS leaves ON leaves.act_id = :act_id AND leaves.contact_id = answered.contact_id
    LEFT JOIN contacts.source_link AS link
        ON link.source_no = line.source_no AND link.record_id = line.record_id AND link.contact_id = line.contact_id
    WHERE NOT EXISTS (
        SELECT FROM sync.removal AS open
        WHERE open.sync_no = :sync_no AND open.state = 'pending' AND open.contact_id = answered.contact_id)
),
told AS (
    UPDATE sync.ledger AS line
    SET reason   = waited.became,
        evidence = coalesce(line.evidence, '{}') || jsonb_build_object('answered_by_act', CAST(:act_id AS bigint))
    FROM waited
    WHERE line.fetch_started_at = waited.fetch_started_at AND line.fetch_id = waited.fetch_id AND line.record_no = waited.record_no
    RETURNING line.fetch_id, line.reason
)
UPDATE sync.fetch AS run
SET deleted = coalesce(run.deleted, 0) + applied.records
FROM (SELECT fetch_id, count(*) AS records FROM told WHERE reason <> 'kept' GROUP BY fetch_id) AS applied
WHERE run.fetch_id = applied.fetch_id
