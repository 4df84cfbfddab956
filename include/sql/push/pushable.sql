-- Purpose:    the people to push, with what their records are made of.
-- Parameters: switch_no, status_field (null: none); reads the transaction's table judged.
-- Returns:    contact_id, response_id, email, first_name, last_name, fields, campaign_name, happened_at; status: the
--             member status in that campaign (CAMP-8); was_clicked: whether Clicked has been written into status_field;
--             record_id: of an earlier push, if any; others: with it, of one that was interrupted; refused_hash: of what Recruit refused for this very response, if
--             it did; by contact_id.
SELECT
    contact.contact_id, judged.response_id, contact.email, contact.first_name, contact.last_name, contact.fields,
    campaign.name AS campaign_name, response.happened_at, standing.status,
    EXISTS (
        SELECT FROM sync.push_ledger AS earlier
        JOIN sync.push_switch AS by_switch USING (switch_no)
        WHERE earlier.contact_id = judged.contact_id AND earlier.outcome IN ('inserted', 'updated')
          AND by_switch.account = switch.account AND by_switch.module = switch.module
          AND earlier.status = 'Clicked' AND earlier.status_field = CAST(:status_field AS text)
    ) AS was_clicked,
    coalesce(waiting.record_id, pushed.record_id) AS record_id, waiting.others,
    CASE WHEN kept.state = 'refused' AND kept.response_id = judged.response_id THEN kept.payload_hash END AS refused_hash
FROM judged
JOIN sync.push_switch AS switch ON switch.switch_no = :switch_no
JOIN contacts.contact USING (contact_id)
JOIN contacts.response ON response.response_id = judged.response_id
JOIN contacts.campaign ON campaign.campaign_id = judged.campaign_id
LEFT JOIN sync.outbox AS kept
    ON kept.kind = 'lead' AND kept.switch_no = :switch_no AND kept.contact_id = judged.contact_id
LEFT JOIN LATERAL (
    -- confirmed by its key, but not as it was sent
    SELECT outbox.record_id, outbox.others FROM sync.outbox
    WHERE outbox.kind = 'lead' AND outbox.contact_id = judged.contact_id
      AND outbox.account = switch.account AND outbox.module = switch.module
      AND outbox.state = 'waiting' AND outbox.record_id IS NOT NULL
    ORDER BY outbox.changed_at DESC
    LIMIT 1
) AS waiting ON true
LEFT JOIN LATERAL (
    SELECT earlier.record_id
    FROM sync.push_ledger AS earlier
    JOIN sync.push_switch AS by_switch USING (switch_no)
    WHERE earlier.contact_id = judged.contact_id AND earlier.record_id IS NOT NULL
      AND earlier.outcome IN ('inserted', 'updated')
      AND by_switch.account = switch.account AND by_switch.module = switch.module
    ORDER BY earlier.push_id DESC
    LIMIT 1
) AS pushed ON true
JOIN LATERAL (
    SELECT initcap(done.kind) AS status
    FROM contacts.response AS done
    WHERE done.contact_id = judged.contact_id AND done.campaign_id = judged.campaign_id
    ORDER BY array_position(
        ARRAY['complaint', 'unsubscribed', 'bounced', 'clicked', 'opened', 'delivered'], done.kind)
    LIMIT 1
) AS standing ON true
WHERE judged.reason IS NULL AND NOT judged.unknown
ORDER BY contact.contact_id
