-- Purpose:    write what became of records deleted at the source, after those of the batch (ADV-2, OUT-16): of those told
--             now, and of those an earlier fetch asked a person about whose removal this one applies. Run after the
--             removals of the fetch.
-- Parameters: none; reads the transaction's this_fetch, gone and asked_before.
-- Returns:    nothing; rows affected are ledger rows.
INSERT INTO sync.ledger (
    fetch_started_at, fetch_id, record_no, source_no, record_id, outcome, reason, sub_code, evidence, contact_id, changed, mapping_version
)
SELECT
    this_fetch.started_at,
    this_fetch.fetch_id,
    this_fetch.staged_rows + row_number() OVER (ORDER BY gone.gone_at, gone.record_id COLLATE "C"),
    this_fetch.source_no,
    gone.record_id,
    'deleted',
    CASE
        WHEN NOT gone.leaves OR removal.state IS NULL THEN 'kept'
        WHEN removal.state = 'pending'                THEN 'pending'
        WHEN removal.reach = 'organisation'           THEN 'removed_from_org'
        ELSE 'removed_from_list'
    END,
    gone.gone_kind,
    nullif(jsonb_strip_nulls(jsonb_build_object(
        'fetched_later',            CASE WHEN gone.fetched_later THEN true END,
        'other_live_records',       CASE WHEN NOT gone.fetched_later THEN nullif(gone.other_live, 0) END,
        'option_newer_than_record', CASE WHEN gone.newer THEN true END,
        'shared_contact',           CASE WHEN gone.leaves AND gone.shared THEN true END,
        'not_in_the_list',          CASE WHEN gone.leaves AND removal.state IS NULL THEN true END
    )), '{}'),
    gone.contact_id,
    false,
    this_fetch.mapping_version
FROM (
    SELECT * FROM gone WHERE fresh
    UNION ALL
    SELECT
        waited.record_id, waited.gone_at, waited.gone_kind, waited.contact_id, false, false,
        0, false, true, removal.reach, false
    FROM asked_before AS waited
    CROSS JOIN this_fetch
    JOIN sync.removal
        ON removal.fetch_id = this_fetch.fetch_id AND removal.act_id IS NULL
       AND removal.contact_id = waited.contact_id AND removal.state = 'applied'
) AS gone
CROSS JOIN this_fetch
LEFT JOIN sync.removal ON removal.fetch_id = this_fetch.fetch_id AND removal.act_id IS NULL AND removal.contact_id = gone.contact_id
