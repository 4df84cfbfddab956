-- Purpose:    keep the organisation within its plan: who would be new or re-added beyond contact_limit is ignored (OUT-15).
--             Records that an earlier fetch withheld come first, then the earlier created, then the lower id. Whoever stays
--             deleted stays so for all their records: another one that came with them is no duplicate of anybody.
-- Parameters: none; reads the transaction's this_fetch, batch and outcome, corrects outcome.
-- Returns:    nothing; rows affected are records withheld.
WITH queue AS (
    SELECT
        joining.record_no,
        CASE WHEN joining.outcome = 're_added' THEN joining.contact_id END AS contact_id,
        row_number() OVER (
            ORDER BY withheld.record_id IS NULL, batch.created_at NULLS LAST, length(joining.record_id), joining.record_id COLLATE "C"
        ) AS place
    FROM outcome AS joining
    CROSS JOIN this_fetch
    JOIN batch USING (record_no)
    LEFT JOIN sync.withheld
        ON withheld.sync_no = this_fetch.sync_no AND withheld.source_no = this_fetch.source_no
       AND withheld.record_id = joining.record_id
    WHERE joining.outcome IN ('new', 're_added') AND this_fetch.contact_limit IS NOT NULL
),
beyond AS (
    SELECT queue.record_no, queue.contact_id
    FROM queue
    CROSS JOIN this_fetch
    WHERE queue.place > this_fetch.contact_limit - (SELECT count(*) FROM contacts.contact WHERE deleted_at IS NULL)
),
kept_out AS (
    SELECT record_no FROM beyond
    UNION
    SELECT twin.record_no
    FROM beyond
    JOIN outcome AS twin USING (contact_id)
    WHERE twin.outcome = 'duplicate'
)
UPDATE outcome
SET outcome = 'ignored', reason = 'plan_limit', sub_code = NULL, evidence = NULL, applies = false,
    takes_address = false, joins = false, changed = false,
    contact_id = CASE WHEN outcome.outcome = 'new' THEN NULL ELSE outcome.contact_id END
FROM kept_out
WHERE outcome.record_no = kept_out.record_no
