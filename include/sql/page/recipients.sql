-- Purpose:    recipients of a campaign by what they did, and by the module that has a record of them (CAMP-6).
-- Parameters: campaign_id; response: delivered, opened, unopened, clicked, bounced, unsubscribed or complaint, NULL for
--             any; module: candidates or contacts, NULL for any; people: whether names and addresses may be told; after:
--             only contacts of a higher number, NULL from the first; rows: how many.
-- Returns:    contact_id, status, sent_at, last_response_at, is_candidate, is_contact; name, email: NULL unless people.
SELECT
    told.contact_id, told.status, told.sent_at, told.last_response_at, told.is_candidate, told.is_contact,
    CASE WHEN CAST(:people AS boolean) THEN nullif(concat_ws(' ', told.first_name, told.last_name), '') END AS name,
    CASE WHEN CAST(:people AS boolean) THEN told.email END AS email
FROM contacts.recipients_by_response AS told
WHERE told.campaign_id = :campaign_id
  AND told.contact_id > coalesce(CAST(:after AS bigint), -1)
  AND CASE CAST(:response AS text)
      WHEN 'delivered'    THEN told.delivered
      WHEN 'opened'       THEN told.opened
      WHEN 'unopened'     THEN told.unopened
      WHEN 'clicked'      THEN told.clicked
      WHEN 'bounced'      THEN told.bounced
      WHEN 'unsubscribed' THEN told.unsubscribed
      WHEN 'complaint'    THEN told.complaint
      ELSE CAST(:response AS text) IS NULL
  END
  AND CASE CAST(:module AS text)
      WHEN 'candidates' THEN told.is_candidate
      WHEN 'contacts'   THEN told.is_contact
      ELSE CAST(:module AS text) IS NULL
  END
ORDER BY told.contact_id
LIMIT :rows
