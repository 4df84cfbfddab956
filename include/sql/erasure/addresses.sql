-- Purpose:    every address that a person has or had; one that somebody else has by now is theirs.
-- Parameters: contact_id (null: nobody's), email_key (null: no other)
-- Returns:    email_key
SELECT had.email_key
FROM (
    SELECT email_key FROM contacts.contact WHERE contact_id = CAST(:contact_id AS bigint)
    UNION
    SELECT email_key FROM contacts.address_history WHERE contact_id = CAST(:contact_id AS bigint)
    UNION
    SELECT email_key FROM contacts.source_link
    WHERE contact_id = CAST(:contact_id AS bigint) AND email_key NOT LIKE 'erased:%'
    UNION
    SELECT untaken_key FROM contacts.source_link WHERE contact_id = CAST(:contact_id AS bigint)
    UNION
    SELECT email_key FROM contacts.suppression WHERE contact_id = CAST(:contact_id AS bigint)
    UNION
    SELECT CAST(:email_key AS text)
) AS had
WHERE had.email_key IS NOT NULL
  AND NOT EXISTS (
      SELECT FROM contacts.contact AS owner
      WHERE owner.email_key = had.email_key AND owner.contact_id IS DISTINCT FROM CAST(:contact_id AS bigint)
  )
