-- Purpose:    campaigns in accounts of Recruit: ours, with how far they are made there, and Recruit's own (CAMP-2, CAMP-6).
-- Parameters: rows: how many.
-- Returns:    account, name, type, origin, in_words; by account, ours first.
SELECT account, name, type, origin, in_words
FROM contacts.campaigns_everywhere
WHERE account IS NOT NULL
ORDER BY account, campaign_id IS NULL, name, record_id
LIMIT :rows
