-- Purpose:    who leaves the list, or the organisation, by the options of the sync (ADV-1 to ADV-4); with them those whom
--             an earlier fetch found and who still wait for a person's answer (ADV-8): to ask again is a new question, so a
--             deletion reaches as far as it would by now. Whom somebody chose to keep stays.
-- Parameters: none; reads the transaction's this_fetch, outcome, sighting, flagged, bound and gone.
-- Returns:    nothing; fills the view removal, one row a person: the farthest reach, then the reasons in their order.
INSERT INTO removal (contact_id, record_id, reason, reach)
WITH meant AS (
    SELECT contact_id, record_id, 'opted_out' AS reason, opt_out AS choice, news
    FROM flagged
    WHERE paired AND opted_out AND opt_out <> 'dont_exclude'
    UNION ALL
    -- never taken by this sync, so that its present choice counts; brought into the list by another. The flag holds
    -- whatever else is wrong with the record
    SELECT flagged.contact_id, flagged.record_id, 'opted_out', this_fetch.opt_out, false
    FROM flagged
    CROSS JOIN this_fetch
    JOIN outcome USING (record_id)
    WHERE NOT flagged.paired AND flagged.opted_out AND this_fetch.opt_out <> 'dont_exclude'
      AND outcome.outcome = 'ignored' AND outcome.reason <> 'file_duplicate'
    UNION ALL
    SELECT outcome.contact_id, outcome.record_id, outcome.reason, this_fetch.unsubscribed, false
    FROM outcome
    CROSS JOIN this_fetch
    LEFT JOIN bound USING (record_id)
    WHERE outcome.reason = 'unsubscribed' AND bound.record_id IS NULL
    UNION ALL
    SELECT contact_id, record_id, 'deleted', CASE reach WHEN 'organisation' THEN 'remove_from_org' ELSE 'remove_from_list' END, true
    FROM gone
    WHERE leaves
    UNION ALL
    -- everybody who has unsubscribed since, whether or not this fetch read them
    SELECT member.contact_id, taken.record_id, 'unsubscribed', taken.unsubscribed, false
    FROM this_fetch
    JOIN contacts.membership AS member ON member.list_id = this_fetch.list_id AND member.unsubscribed_at IS NOT NULL
    JOIN contacts.source_link AS link ON link.contact_id = member.contact_id AND link.source_no = this_fetch.source_no
    JOIN sync.taken_record AS taken
        ON taken.sync_no = this_fetch.sync_no AND taken.source_no = this_fetch.source_no AND taken.record_id = link.record_id
    WHERE taken.unsubscribed <> 'keep'
    UNION ALL
    SELECT flagged.contact_id, flagged.record_id, 'converted', 'remove_from_list', false
    FROM flagged
    CROSS JOIN this_fetch
    WHERE flagged.converted AND this_fetch.converted = 'exclude_from_list'
    UNION ALL
    -- the choice has just become this one: it applies to what is already there (ADV-5)
    SELECT coalesce(link.contact_id, seen.contact_id), seen.record_id, 'converted', 'remove_from_list', false
    FROM sync.conversion AS seen
    JOIN this_fetch ON seen.sync_no = this_fetch.sync_no AND seen.list_id = this_fetch.list_id
    LEFT JOIN contacts.source_link AS link ON link.source_no = seen.source_no AND link.record_id = seen.record_id
    WHERE seen.manner <> 'exclude_from_list' AND this_fetch.converted = 'exclude_from_list'
    UNION ALL
    SELECT waiting.contact_id, waiting.record_id, waiting.reason,
           CASE
             WHEN waiting.reason <> 'deleted' AND waiting.reach = 'organisation' THEN 'remove_from_org'
             WHEN waiting.reason = 'deleted' AND bound.deleted = 'remove_from_org' AND NOT (
                 this_fetch.shared_contacts = 'list_only' AND EXISTS (
                     SELECT FROM contacts.membership_supply AS supply
                     JOIN contacts.membership AS supplied USING (list_id, contact_id)
                     WHERE supply.contact_id = waiting.contact_id AND supply.sync_no <> waiting.sync_no
                       AND supplied.status <> 'removed')) THEN 'remove_from_org'
             ELSE 'remove_from_list'
           END, true
    FROM sync.removal AS waiting
    JOIN this_fetch ON waiting.sync_no = this_fetch.sync_no AND waiting.list_id = this_fetch.list_id
                   AND waiting.source_no = this_fetch.source_no
    LEFT JOIN contacts.source_link AS link ON link.source_no = waiting.source_no AND link.record_id = waiting.record_id
    LEFT JOIN sighting AS cleared
        ON cleared.record_id = waiting.record_id AND cleared.gone_at IS NULL AND NOT cleared.opted_out AND waiting.reason = 'opted_out'
    LEFT JOIN LATERAL (
        SELECT pair.record_id, pair.deleted
        FROM sync.taken_record AS pair
        WHERE pair.sync_no = waiting.sync_no AND pair.source_no = waiting.source_no AND pair.record_id = waiting.record_id
        LIMIT 1
    ) AS bound ON true
    WHERE waiting.state = 'pending'
      AND cleared.record_id IS NULL
      -- whom this fetch read it judges anew
      AND NOT EXISTS (SELECT FROM outcome WHERE outcome.record_id = waiting.record_id)
      AND NOT EXISTS (
          SELECT FROM outcome
          WHERE outcome.contact_id = waiting.contact_id AND outcome.outcome IN ('new', 're_added', 'duplicate')
            AND waiting.reason = 'deleted')
      AND CASE waiting.reason
            -- of records never taken by this sync the present choice counts
            WHEN 'opted_out' THEN coalesce(link.opted_out, true)
                AND (bound.record_id IS NOT NULL OR this_fetch.opt_out <> 'dont_exclude')
            WHEN 'deleted'   THEN link.gone_at IS NOT NULL AND bound.deleted <> 'keep' AND NOT EXISTS (
                SELECT FROM contacts.membership_supply AS supply
                WHERE supply.list_id = waiting.list_id AND supply.contact_id = waiting.contact_id AND supply.gone_at IS NULL)
            -- pairs are told above
            WHEN 'unsubscribed' THEN bound.record_id IS NULL AND this_fetch.unsubscribed <> 'keep'
            WHEN 'converted' THEN this_fetch.converted = 'exclude_from_list'
          END
)
SELECT DISTINCT ON (meant.contact_id)
    meant.contact_id, meant.record_id, meant.reason,
    CASE meant.choice WHEN 'remove_from_org' THEN 'organisation' ELSE 'list' END
FROM meant
CROSS JOIN this_fetch
LEFT JOIN contacts.contact    AS person ON person.contact_id = meant.contact_id
LEFT JOIN contacts.membership AS member ON member.list_id = this_fetch.list_id AND member.contact_id = meant.contact_id
LEFT JOIN (SELECT DISTINCT contact_id FROM outcome WHERE joins) AS joining ON joining.contact_id = meant.contact_id
WHERE meant.contact_id IS NOT NULL
  AND (
      member.status <> 'removed'
      OR joining.contact_id IS NOT NULL
      -- not in the list any more, and yet it is news that the organisation is to lose them
      OR (meant.choice = 'remove_from_org' AND meant.news AND person.deleted_at IS NULL)
  )
  AND (meant.news OR NOT EXISTS (
      SELECT FROM sync.removal AS kept
      WHERE kept.contact_id = meant.contact_id AND kept.sync_no = this_fetch.sync_no AND kept.list_id = this_fetch.list_id
        AND kept.reason = meant.reason AND kept.state = 'withheld'
        AND (meant.reason <> 'unsubscribed' OR kept.decided_at >= member.unsubscribed_at)))
ORDER BY
    meant.contact_id, meant.choice = 'remove_from_org' DESC,
    array_position(ARRAY['opted_out', 'deleted', 'unsubscribed', 'converted'], meant.reason), meant.record_id COLLATE "C"
