-- Purpose:    who leaves if the choices of today are applied to older pairs, by what is known of their records: opted out,
--             deleted with no live record left, or unsubscribed (ADV-1 to ADV-3, ADV-6). As classify/removal decides.
-- Parameters: sync_no, source_no, list_id; opt_out, deleted, unsubscribed: the choices of today; shared_contacts: the
--             policy. Reads the transaction's table older_pair.
-- Returns:    nothing; fills the transaction's table leaving, one row a person: the farthest reach, then the first reason.
INSERT INTO leaving (contact_id, record_id, reason, reach, in_list)
WITH gone AS (
    -- of several deleted records of one person the one deleted last decides: until then the person had a live record
    SELECT DISTINCT ON (link.contact_id) link.contact_id, taken.record_id, taken.deleted
    FROM sync.taken_record AS taken
    JOIN contacts.source_link AS link USING (source_no, record_id)
    WHERE taken.sync_no = :sync_no
      AND taken.source_no = :source_no
      AND taken.list_id = :list_id
      AND link.gone_at IS NOT NULL
      AND CAST(:deleted AS text) <> 'keep'
    ORDER BY link.contact_id, link.gone_at DESC, taken.record_id COLLATE "C"
),
meant AS (
    SELECT contact_id, record_id, 'opted_out' AS reason, CAST(:opt_out AS text) AS choice
    FROM older_pair
    WHERE opted_out AND opt_out <> CAST(:opt_out AS text) AND CAST(:opt_out AS text) <> 'dont_exclude'
    UNION ALL
    SELECT
        gone.contact_id, gone.record_id, 'deleted',
        CASE WHEN CAST(:shared_contacts AS text) = 'list_only' AND EXISTS (
            SELECT
            FROM contacts.membership_supply AS supply
            JOIN contacts.membership AS member
                ON member.list_id = supply.list_id AND member.contact_id = supply.contact_id AND member.status <> 'removed'
            WHERE supply.contact_id = gone.contact_id AND supply.sync_no <> :sync_no
        ) THEN 'remove_from_list' ELSE CAST(:deleted AS text) END
    FROM gone
    WHERE gone.deleted <> CAST(:deleted AS text)
      AND NOT EXISTS (
          SELECT FROM contacts.membership_supply AS supply
          WHERE supply.list_id = :list_id AND supply.contact_id = gone.contact_id AND supply.gone_at IS NULL)
    UNION ALL
    SELECT older_pair.contact_id, older_pair.record_id, 'unsubscribed', CAST(:unsubscribed AS text)
    FROM older_pair
    JOIN contacts.membership AS member ON member.list_id = :list_id AND member.contact_id = older_pair.contact_id
    WHERE member.unsubscribed_at IS NOT NULL
      AND member.status <> 'removed'
      AND older_pair.unsubscribed <> CAST(:unsubscribed AS text)
      AND CAST(:unsubscribed AS text) <> 'keep'
)
SELECT DISTINCT ON (meant.contact_id)
    meant.contact_id, meant.record_id, meant.reason,
    CASE meant.choice WHEN 'remove_from_org' THEN 'organisation' ELSE 'list' END,
    coalesce(member.status, 'removed') <> 'removed'
FROM meant
JOIN contacts.contact         AS person USING (contact_id)
LEFT JOIN contacts.membership AS member ON member.list_id = :list_id AND member.contact_id = meant.contact_id
WHERE coalesce(member.status, 'removed') <> 'removed'
   OR (meant.choice = 'remove_from_org' AND person.deleted_at IS NULL)
ORDER BY
    meant.contact_id, meant.choice = 'remove_from_org' DESC,
    array_position(ARRAY['opted_out', 'deleted', 'unsubscribed'], meant.reason), meant.record_id COLLATE "C"
