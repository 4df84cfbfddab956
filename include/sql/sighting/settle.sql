-- Purpose:    one row a record, of records that are known or are just coming in; live ones only if the batch does not
--             tell of them itself and there is anything to tell (ADV-2, ADV-7).
-- Parameters: source_no, takes_unapproved; reads the transaction's batch.
-- Returns:    nothing; writes sighting anew. Rows affected are the rows that are left.
WITH seen AS (
    DELETE FROM sighting RETURNING *
),
merged AS (
    -- deletions were read last: who was seen live and deleted is deleted
    SELECT
        record_id,
        max(modified_at)                                           AS modified_at,
        bool_or(opted_out)                                         AS opted_out,
        bool_or(converted)                                         AS converted,
        max(contact_record_id)                                     AS contact_record_id,
        max(gone_at)                                               AS gone_at,
        (array_agg(gone_kind ORDER BY gone_at DESC NULLS LAST))[1] AS gone_kind
    FROM seen
    GROUP BY record_id
),
in_scope AS (
    SELECT DISTINCT batch.record_id
    FROM merged
    JOIN batch USING (record_id)
    WHERE batch.unmet IS NULL AND (batch.approved OR :takes_unapproved)
)
INSERT INTO sighting (record_id, modified_at, opted_out, converted, contact_record_id, gone_at, gone_kind)
SELECT
    merged.record_id, merged.modified_at, merged.opted_out, merged.converted, merged.contact_record_id,
    merged.gone_at, merged.gone_kind
FROM merged
LEFT JOIN contacts.source_link AS link ON link.source_no = :source_no AND link.record_id = merged.record_id
LEFT JOIN in_scope ON in_scope.record_id = merged.record_id
WHERE CASE
    WHEN merged.gone_at IS NOT NULL THEN link.record_id IS NOT NULL OR in_scope.record_id IS NOT NULL
    ELSE link.record_id IS NOT NULL AND in_scope.record_id IS NULL
         AND (merged.opted_out OR merged.converted OR link.opted_out OR link.gone_at IS NOT NULL)
END
