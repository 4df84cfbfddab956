-- Purpose:    deletions that earlier fetches read of and that this fetch's removals answer: see answered_deletions.
-- Parameters: none.
-- Returns:    nothing; makes the transaction's table asked_before, empty.
CREATE TEMPORARY TABLE asked_before (contact_id bigint, record_id text, gone_at timestamptz, gone_kind text) ON COMMIT DROP
