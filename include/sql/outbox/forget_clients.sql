-- Purpose:    forget clients that Recruit refused or no longer has, so that they are looked up, or made, anew.
-- Parameters: account, keys
-- Returns:    nothing; rows affected are rows of the outbox.
DELETE FROM sync.outbox
WHERE kind = 'client' AND account = :account AND key = ANY(CAST(:keys AS text[]))
