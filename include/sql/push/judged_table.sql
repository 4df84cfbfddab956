-- Purpose:    the transaction's table of verdicts, filled by push/judged.
-- Parameters: none.
-- Returns:    nothing.
CREATE TEMPORARY TABLE judged (
    contact_id  bigint  NOT NULL,
    reason      text,
    response_id bigint,
    campaign_id bigint,
    unknown     boolean NOT NULL
) ON COMMIT DROP
