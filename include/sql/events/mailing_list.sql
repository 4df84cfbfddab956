-- Purpose:    know the lists that campaigns name, in case no sync has named them yet.
-- Parameters: none; reads the transaction's event_row.
-- Returns:    nothing; rows affected are lists that are new.
INSERT INTO contacts.mailing_list (name, created_at)
SELECT DISTINCT named.list_name, statement_timestamp()
FROM event_row AS given
CROSS JOIN LATERAL jsonb_array_elements_text(given.lists) AS named (list_name)
WHERE given.kind = 'campaign' AND given.reason IS NULL
  AND NOT EXISTS (SELECT FROM contacts.mailing_list AS list WHERE list.name = named.list_name)
ORDER BY named.list_name
ON CONFLICT (name) DO NOTHING
