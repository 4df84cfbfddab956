-- Purpose:    suppress whoever complained, and under the policy unsubscribe_scope: organisation, or where the campaign names
--             no list, whoever unsubscribed (OUT-10, ADV-3); the address, too, where nobody has it or its campaign is not
--             known yet. Who was unsuppressed since the event is not suppressed by it again (OUT-17).
-- Parameters: unsubscribe_scope (list or organisation); reads the transaction's event.
-- Returns:    nothing; rows affected are suppressions.
INSERT INTO contacts.suppression (kind, contact_id, email_key, origin, reason, created_by, created_at)
SELECT
    told.kind, told.contact_id, told.email_key, 'events',
    CASE told.kind WHEN 'complaint' THEN 'complained about a mail' ELSE 'unsubscribed by a mail' END,
    'import of events', statement_timestamp()
FROM (
    SELECT
        CASE event.response WHEN 'complaint' THEN 'complaint' ELSE 'unsubscribed_org' END AS kind,
        event.email_key, event.contact_id, max(event.at) AS at
    FROM event
    WHERE event.response = 'complaint'
       OR (event.response = 'unsubscribed' AND (
              :unsubscribe_scope = 'organisation'
              OR (event.campaign_id IS NOT NULL AND NOT EXISTS (
                  SELECT FROM contacts.campaign_list AS mailed WHERE mailed.campaign_id = event.campaign_id))))
    GROUP BY 1, 2, 3
) AS told
WHERE NOT EXISTS (
    SELECT FROM contacts.suppression AS held
    WHERE held.email_key = told.email_key AND held.kind = told.kind AND (held.lifted_at IS NULL OR held.lifted_at >= told.at)
)
AND NOT EXISTS (
    SELECT FROM contacts.suppression AS held
    WHERE held.contact_id = told.contact_id AND held.kind = told.kind
      -- of several addresses of a person each is kept, whichever is told first
      AND (held.lifted_at >= told.at OR (held.lifted_at IS NULL AND held.email_key IS NULL))
)
ORDER BY told.kind, told.email_key
