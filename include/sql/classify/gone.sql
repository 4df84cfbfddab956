-- Purpose:    what becomes of records that were deleted at the source, of those that the sync once took (ADV-2): a
--             membership leaves with the last live record that supplies it, of whichever sync; that record's pair says how.
-- Parameters: none; reads the transaction's this_fetch, batch, sighting and outcome.
-- Returns:    nothing; makes the transaction's table gone, one row a record. fresh: not dealt with before;
--             fetched_later: changed after its deletion, so it is live; leaves, reach: whether the person leaves and how
--             far; newer: the choice in force, which does not bind the pair, would decide otherwise.
CREATE TEMPORARY TABLE gone ON COMMIT DROP AS
WITH told AS (
    SELECT DISTINCT ON (record_id) record_id, gone_at, gone_kind
    FROM sighting
    WHERE gone_at IS NOT NULL
    ORDER BY record_id, gone_at DESC, gone_kind = 'permanent' DESC
),
alive AS (
    SELECT seen.record_id, max(seen.modified_at) AS modified_at
    FROM (
        SELECT batch.record_id, batch.modified_at FROM told JOIN batch USING (record_id)
        UNION ALL
        SELECT sighting.record_id, sighting.modified_at FROM told JOIN sighting USING (record_id)
    ) AS seen
    GROUP BY seen.record_id
),
known AS (
    SELECT
        told.*,
        coalesce(alive.modified_at >= told.gone_at, false)                              AS fetched_later,
        coalesce(bound.deleted, this_fetch.deleted)                                     AS choice,
        CASE WHEN decided.record_no IS NULL THEN link.contact_id ELSE decided.contact_id END AS contact_id,
        -- told again because windows overlap, or because ids are compared every time; in the bin once more is news
        taken.gone_at IS NULL OR (told.gone_kind = 'recycle' AND told.gone_at > taken.gone_at) AS fresh,
        taken.record_id IS NOT NULL OR decided.record_no IS NOT NULL                    AS paired
    FROM told
    CROSS JOIN this_fetch
    LEFT JOIN alive USING (record_id)
    LEFT JOIN outcome AS decided ON decided.record_id = told.record_id AND decided.outcome IN ('new', 're_added', 'duplicate')
    LEFT JOIN sync.taken_record AS taken
        ON taken.sync_no = this_fetch.sync_no AND taken.source_no = this_fetch.source_no
       AND taken.record_id = told.record_id AND taken.list_id = this_fetch.list_id
    -- what binds the pair binds it in every list that the sync ever took it into
    LEFT JOIN LATERAL (
        SELECT pair.deleted
        FROM sync.taken_record AS pair
        WHERE pair.sync_no = this_fetch.sync_no AND pair.source_no = this_fetch.source_no AND pair.record_id = told.record_id
        LIMIT 1
    ) AS bound ON true
    LEFT JOIN contacts.source_link AS link ON link.source_no = this_fetch.source_no AND link.record_id = told.record_id
),
ranked AS (
    -- of several records of one person the one deleted last decides: until then the person had a live record
    SELECT
        known.*,
        row_number() OVER (
            PARTITION BY contact_id, fresh AND NOT fetched_later
            ORDER BY gone_at DESC, choice = 'remove_from_org' DESC, choice = 'remove_from_list' DESC, record_id COLLATE "C"
        ) AS place
    FROM known
    WHERE paired AND contact_id IS NOT NULL
),
supply AS (
    SELECT link.contact_id, link.source_no, link.record_id
    FROM (SELECT DISTINCT contact_id FROM ranked) AS person
    CROSS JOIN this_fetch
    JOIN contacts.source_link AS link USING (contact_id)
    JOIN sync.taken_record AS taken
        ON taken.source_no = link.source_no AND taken.record_id = link.record_id AND taken.list_id = this_fetch.list_id
    WHERE link.gone_at IS NULL
    UNION
    SELECT outcome.contact_id, this_fetch.source_no, outcome.record_id
    FROM outcome
    CROSS JOIN this_fetch
    WHERE outcome.outcome IN ('new', 're_added', 'duplicate')
      AND outcome.contact_id IN (SELECT contact_id FROM ranked)
      AND NOT coalesce(outcome.evidence ? 'deleted_since', false)
),
live AS (
    SELECT supply.contact_id, count(*) AS records
    FROM supply
    CROSS JOIN this_fetch
    LEFT JOIN known AS going
        ON supply.source_no = this_fetch.source_no AND going.record_id = supply.record_id AND NOT going.fetched_later
    WHERE going.record_id IS NULL
    GROUP BY supply.contact_id
),
shared AS (
    SELECT DISTINCT link.contact_id
    FROM (SELECT DISTINCT contact_id FROM ranked WHERE choice = 'remove_from_org') AS person
    CROSS JOIN this_fetch
    JOIN contacts.source_link AS link USING (contact_id)
    JOIN sync.taken_record AS taken
        ON taken.source_no = link.source_no AND taken.record_id = link.record_id AND taken.sync_no <> this_fetch.sync_no
    JOIN contacts.membership AS member
        ON member.list_id = taken.list_id AND member.contact_id = link.contact_id AND member.status <> 'removed'
    WHERE this_fetch.shared_contacts = 'list_only'
),
judged AS (
    SELECT
        ranked.*,
        coalesce(live.records, 0) + ranked.place - 1                       AS other_live,
        ranked.choice = 'remove_from_org' AND shared.contact_id IS NOT NULL AS shared,
        ranked.fresh AND NOT ranked.fetched_later AND ranked.place = 1 AND live.records IS NULL AS last_one
    FROM ranked
    LEFT JOIN live USING (contact_id)
    LEFT JOIN shared USING (contact_id)
)
SELECT
    judged.record_id, judged.gone_at, judged.gone_kind, judged.contact_id, judged.fresh, judged.fetched_later,
    judged.other_live, judged.shared,
    judged.last_one AND judged.choice <> 'keep'              AS leaves,
    CASE WHEN judged.choice = 'remove_from_org' AND NOT judged.shared THEN 'organisation' ELSE 'list' END AS reach,
    judged.last_one AND judged.choice <> this_fetch.deleted  AS newer
FROM judged
CROSS JOIN this_fetch
