-- Purpose:    room for what taking back an act gives back, and what it leaves.
-- Parameters: none
-- Returns:    nothing; makes the transaction's table undoing, one row a person; left_because is empty for who comes back.
CREATE TEMPORARY TABLE undoing (
    removal_id   bigint NOT NULL PRIMARY KEY,
    contact_id   bigint NOT NULL,
    left_because text
) ON COMMIT DROP
