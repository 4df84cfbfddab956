-- Purpose:    room for the people who leave if the choices of today are applied to older pairs.
-- Parameters: none
-- Returns:    nothing; makes the transaction's table leaving, one row a person; in_list: whether a membership of the
--             sync's list ends, and not only the organisation loses them.
CREATE TEMPORARY TABLE leaving (
    contact_id bigint  NOT NULL PRIMARY KEY,
    record_id  text    NOT NULL,
    reason     text    NOT NULL,
    reach      text    NOT NULL,
    in_list    boolean NOT NULL
) ON COMMIT DROP
