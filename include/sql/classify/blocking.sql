-- Purpose:    who is kept out because they converted, by what tells them (ADV-4): the candidate itself,
--             the Contact that it became where the source names one, else address and person.
-- Parameters: none; reads the transaction's this_fetch, batch and known_conversion.
-- Returns:    nothing; makes the transaction's table blocking: one row per record_id, email_key or contact_id, the two
--             others empty; here: this list is blocked; everywhere: every list is to new members, unless excepted.
CREATE TEMPORARY TABLE blocking ON COMMIT DROP AS
SELECT
    told.record_id, told.email_key, told.contact_id,
    min(told.candidate)                                                 AS candidate,
    bool_or(told.here AND told.manner = 'exclude_from_list')            AS here,
    bool_or(told.manner = 'exclude_from_list')                          AS excepted,
    bool_or(told.manner = 'ignore_everywhere')                          AS everywhere
FROM (
    SELECT record_id, NULL::text AS email_key, NULL::bigint AS contact_id, record_id AS candidate, here, manner
    FROM known_conversion
    JOIN this_fetch USING (source_no)
    UNION ALL
    SELECT contact_record_id, NULL, NULL, record_id, here, manner
    FROM known_conversion
    CROSS JOIN this_fetch
    WHERE this_fetch.module = 'Contacts' AND contact_record_id IS NOT NULL
    UNION ALL
    SELECT NULL, batch.email_key, NULL, seen.record_id, seen.here, seen.manner
    FROM known_conversion AS seen
    CROSS JOIN this_fetch
    JOIN batch USING (address_hash)
    WHERE this_fetch.module <> 'Contacts' OR seen.contact_record_id IS NULL
    UNION ALL
    SELECT NULL, NULL, seen.contact_id, seen.record_id, seen.here, seen.manner
    FROM known_conversion AS seen
    CROSS JOIN this_fetch
    WHERE seen.contact_id IS NOT NULL AND (this_fetch.module <> 'Contacts' OR seen.contact_record_id IS NULL)
) AS told
GROUP BY told.record_id, told.email_key, told.contact_id
