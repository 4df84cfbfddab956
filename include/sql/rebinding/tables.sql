-- Purpose:    room for the pairs that are bound to other choices than those of today.
-- Parameters: none
-- Returns:    nothing; makes the transaction's table older_pair, one row a pair, with the choices that bind it; list_id: one
--             of the lists into which the sync took it.
CREATE TEMPORARY TABLE older_pair (
    record_id    text    NOT NULL,
    list_id      integer NOT NULL,
    contact_id   bigint,
    opted_out    boolean,
    opt_out      text    NOT NULL,
    deleted      text    NOT NULL,
    unsubscribed text    NOT NULL
) ON COMMIT DROP
