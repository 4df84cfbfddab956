-- Purpose:    take everything personal out of rows of people who were erased, and of wrong rows that name one of them
--             anywhere: nothing of them is kept again (OPS-6). A campaign that they sent is known without its sender.
-- Parameters: none; reads and writes the transaction's event_row.
-- Returns:    nothing; rows affected are rows of erased people.
UPDATE event_row
SET reason         = CASE WHEN kind = 'campaign' AND reason IS NULL THEN NULL ELSE 'erased_person' END,
    detail         = CASE WHEN kind = 'campaign' AND reason IS NULL THEN NULL ELSE 'the person was erased' END,
    raw            = NULL,
    email_key      = NULL,
    sender_name    = NULL,
    sender_address = NULL
WHERE row_no IN (
    SELECT named.row_no
    FROM (
        SELECT row_no, address_hash AS hash
        FROM event_row
        WHERE address_hash IS NOT NULL
        UNION ALL
        SELECT event_row.row_no, decode(other.hash, 'hex')
        FROM event_row
        CROSS JOIN LATERAL jsonb_array_elements_text(event_row.other_hashes) AS other (hash)
    ) AS named
    JOIN sync.erased ON erased.hash = named.hash AND erased.kind = 'address'
    JOIN contacts.suppression AS held USING (suppression_id)
    WHERE held.lifted_at IS NULL
)
