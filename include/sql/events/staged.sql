-- Purpose:    room for the rows of event files in this transaction: right ones to be written, wrong ones with what is wrong.
-- Parameters: none.
-- Returns:    nothing; makes the transaction's table event_row.
CREATE TEMPORARY TABLE event_row (
    row_no         bigint NOT NULL,
    kind           text   NOT NULL,
    file           text   NOT NULL,
    line           bigint NOT NULL,
    reason         text,
    detail         text,
    raw            jsonb,
    replaces       bigint,
    campaign       text,
    email_key      text,
    address_hash   bytea,
    other_hashes   jsonb,
    response       text,
    bounce         text,
    at             timestamptz,
    name           text,
    campaign_kind  text,
    lists          jsonb,
    subject        text,
    sender_name    text,
    sender_address text,
    completed_at   timestamptz,
    origin         text,
    updated_at     timestamptz
) ON COMMIT DROP
