-- Purpose:    whether somebody was erased: as a contact, or as the owner of an address whose hash alone is kept (OPS-6).
-- Parameters: contact_id (null: nobody's), hashes (of addresses; an empty array: none)
-- Returns:    one row: erased.
SELECT EXISTS (
    SELECT FROM contacts.suppression AS held
    WHERE held.contact_id = CAST(:contact_id AS bigint) AND held.kind = 'erased' AND held.lifted_at IS NULL
) OR EXISTS (
    SELECT FROM sync.erased
    JOIN contacts.suppression AS held USING (suppression_id)
    WHERE erased.hash = ANY (CAST(:hashes AS bytea[])) AND held.lifted_at IS NULL
) AS erased
