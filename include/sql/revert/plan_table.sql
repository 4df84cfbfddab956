-- Purpose:    room for what a revert takes back and what it leaves.
-- Parameters: none
-- Returns:    nothing; makes the transaction's table reverting: one row per thing that the fetch did and that is still
--             there; left_because says why it stays, empty for what is taken back.
CREATE TEMPORARY TABLE reverting (
    kind         text   NOT NULL,
    contact_id   bigint NOT NULL,
    left_because text,
    PRIMARY KEY (kind, contact_id)
) ON COMMIT DROP
