-- Purpose:    the addresses that a contact had before, the last first (OUT-13).
-- Parameters: contact_id
-- Returns:    email, replaced_at, replaced_by_fetch, sync_id (of that fetch; null if none).
SELECT had.email, had.replaced_at, had.replaced_by_fetch, sync.sync_id
FROM contacts.address_history AS had
LEFT JOIN sync.fetch AS run ON run.fetch_id = had.replaced_by_fetch
LEFT JOIN sync.sync USING (sync_no)
WHERE had.contact_id = :contact_id
ORDER BY had.replaced_at DESC, had.email_key
