-- Purpose:    whom another sync supplies by now leave the list only, unless policy shared_contacts says remove (ADV-2,
--             ADV-8): an answer is a ceiling. Run before approval/drop.
-- Parameters: fetch_id
-- Returns:    nothing; rows affected are removals that reach less far than when they were asked about.
UPDATE sync.removal AS waiting
SET reach = 'list'
FROM sync.fetch AS run
JOIN sync.config_version AS version USING (config_version)
WHERE run.fetch_id = waiting.fetch_id
  AND waiting.fetch_id = :fetch_id
  AND waiting.state = 'pending'
  AND waiting.reason = 'deleted'
  AND waiting.reach = 'organisation'
  AND coalesce(version.settings #>> '{policies,shared_contacts}', 'list_only') = 'list_only'
  AND EXISTS (
      SELECT FROM contacts.membership_supply AS supply
      JOIN contacts.membership AS member USING (list_id, contact_id)
      WHERE supply.contact_id = waiting.contact_id AND supply.sync_no <> waiting.sync_no AND member.status <> 'removed')
