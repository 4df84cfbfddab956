-- Purpose:    what pushes made of a person, in words, the last first (PUSH-4).
-- Parameters: contact_id
-- Returns:    at, account, module, response, list_name, outcome, reason, detail, in_words, status, record_id, campaign_name,
--             happened_at, fetch_id, push_run_no.
SELECT
    at, account, module, response, list_name, outcome, reason, detail, in_words, status, record_id, campaign_name, happened_at,
    fetch_id, push_run_no
FROM sync.push_history
WHERE contact_id = :contact_id
ORDER BY push_id DESC
