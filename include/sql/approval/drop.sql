-- Purpose:    leave out of an answer whom its reason does not hold for any more: the record is live again, or belongs to
--             another person, the flag is gone, somebody took them back, they have left already (ADV-8).
-- Parameters: fetch_id, who
-- Returns:    nothing; rows affected are removals dropped.
UPDATE sync.removal AS waiting
SET state      = 'dropped',
    decided_at = statement_timestamp(),
    decided_by = :who
FROM sync.removal AS asked
JOIN sync.fetch AS run USING (fetch_id)
JOIN contacts.contact AS person USING (contact_id)
LEFT JOIN contacts.membership AS member ON member.list_id = asked.list_id AND member.contact_id = asked.contact_id
LEFT JOIN contacts.source_link AS link ON link.source_no = asked.source_no AND link.record_id = asked.record_id
WHERE asked.fetch_id = :fetch_id
  AND asked.state = 'pending'
  AND waiting.removal_id = asked.removal_id
  AND NOT (
      (coalesce(member.status, 'removed') <> 'removed' OR (asked.reach = 'organisation' AND person.deleted_at IS NULL))
      AND coalesce(link.contact_id, asked.contact_id) = asked.contact_id
      AND CASE asked.reason
            WHEN 'opted_out' THEN coalesce(link.opted_out, true)
            WHEN 'deleted' THEN link.gone_at IS NOT NULL AND NOT EXISTS (
                SELECT FROM contacts.membership_supply AS supply
                WHERE supply.list_id = asked.list_id AND supply.contact_id = asked.contact_id AND supply.gone_at IS NULL)
            WHEN 'unsubscribed' THEN member.unsubscribed_at IS NOT NULL AND member.status <> 'subscribed'
            WHEN 'converted' THEN EXISTS (
                SELECT FROM sync.conversion AS seen
                WHERE seen.source_no = asked.source_no AND seen.record_id = asked.record_id
                  AND seen.sync_no = asked.sync_no AND seen.list_id = asked.list_id AND seen.manner = 'exclude_from_list')
          END
      -- joined anew since, or taken back by hand
      AND NOT EXISTS (
          SELECT FROM sync.fetch AS joined
          WHERE joined.fetch_id = member.joined_by_fetch AND joined.loaded_at > run.loaded_at)
      AND NOT EXISTS (
          SELECT FROM sync.act AS restored
          WHERE restored.kind = 'restore' AND restored.contact_id = asked.contact_id AND restored.at > run.loaded_at
            AND (restored.list_id IS NULL OR restored.list_id = asked.list_id))
  )
