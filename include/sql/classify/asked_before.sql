-- Purpose:    deletions that earlier fetches read of and that this fetch's removals answer: see answered_deletions.
-- Parameters: none.
-- Returns:    nothing; makes the transaction's table asked_before, empty.
CREATE TEMPORARY TABLE asked_before ON COMMIT DROP AS
SELECT
    CAST(NULL AS bigint) AS contact_id, CAST(NULL AS text) AS record_id,
    CAST(NULL AS timestamptz) AS gone_at, CAST(NULL AS text) AS gone_kind
WHERE false
