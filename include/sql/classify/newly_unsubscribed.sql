-- Purpose:    people who unsubscribed from a list, while the policy unsubscribe_scope says that this holds for the whole
--             organisation and nobody has written it down yet; who was unsuppressed since is none of them (ADV-3, OUT-17).
-- Parameters: none; reads the transaction's this_fetch.
-- Returns:    nothing; makes the transaction's table newly_unsubscribed; empty under the policy list.
CREATE TEMPORARY TABLE newly_unsubscribed ON COMMIT DROP AS
SELECT member.contact_id, max(member.unsubscribed_at) AS unsubscribed_at
FROM this_fetch
JOIN contacts.membership AS member ON this_fetch.unsubscribe_scope = 'organisation'
WHERE member.unsubscribed_at IS NOT NULL
  AND NOT EXISTS (
      SELECT FROM contacts.suppression AS held
      WHERE held.contact_id = member.contact_id AND held.kind = 'unsubscribed_org'
        AND (held.lifted_at IS NULL OR held.lifted_at >= member.unsubscribed_at))
GROUP BY member.contact_id
