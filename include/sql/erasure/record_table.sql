-- Purpose:    the source records of the person who is being erased.
-- Parameters: none.
-- Returns:    nothing; makes the transaction's table erasing_record: account, module, source_no (null if no sync has read
--             the module), record_id; hash and stand_in, to be filled in.
CREATE TEMPORARY TABLE erasing_record (
    account   text NOT NULL,
    module    text NOT NULL,
    source_no integer,
    record_id text NOT NULL,
    hash      bytea,
    stand_in  text,
    PRIMARY KEY (account, module, record_id)
) ON COMMIT DROP
