-- Purpose:    the last that the fetches into each list made of a person's records; where a fetch saw several of them, what it
--             took before what it ignored (OPS-3).
-- Parameters: contact_id (null: nobody's), hashes (of addresses; an empty array: none)
-- Returns:    list_id, at, fetch_id, sync_id, account, module, record_id, outcome, reason, sub_code, evidence (without values),
--             contact_id; one row a list.
SELECT DISTINCT ON (run.list_id)
    run.list_id, seen.fetch_started_at AS at, seen.fetch_id, sync.sync_id, source.account, source.module, seen.record_id,
    seen.outcome, seen.reason, seen.sub_code,
    seen.evidence - ARRAY['misfits', 'cleaned', 'held_by_another'] AS evidence, seen.contact_id
FROM (
    SELECT fetch_started_at, fetch_id, record_no, source_no, record_id, outcome, reason, sub_code, evidence, contact_id
    FROM sync.ledger
    WHERE contact_id = CAST(:contact_id AS bigint)
    UNION ALL
    SELECT
        line.fetch_started_at, line.fetch_id, line.record_no, line.source_no, line.record_id, line.outcome, line.reason,
        line.sub_code, line.evidence, line.contact_id
    FROM contacts.source_link AS link
    JOIN sync.ledger AS line ON line.record_id = link.record_id AND line.source_no = link.source_no
    WHERE link.contact_id = CAST(:contact_id AS bigint) AND line.contact_id IS NULL
    UNION ALL
    SELECT fetch_started_at, fetch_id, record_no, source_no, record_id, outcome, reason, sub_code, evidence, contact_id
    FROM sync.ledger
    WHERE address_hash = ANY (CAST(:hashes AS bytea[]))
) AS seen
JOIN sync.fetch AS run USING (fetch_id)
JOIN sync.sync USING (sync_no)
JOIN sync.source ON source.source_no = seen.source_no
ORDER BY
    run.list_id, seen.fetch_started_at DESC, seen.fetch_id DESC,
    array_position(ARRAY['new', 're_added', 'duplicate', 'ignored', 'deleted', 'out_of_scope'], seen.outcome), seen.record_no DESC
