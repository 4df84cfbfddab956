-- Purpose:    when reading the campaigns of an account was last tried.
-- Parameters: account
-- Returns:    tried_at; no row if it never was.
SELECT tried_at FROM sync.campaign_reading WHERE account = :account
