-- Purpose:    the choices that bind pairs, for those records of the batch where they may matter: opted out ones, and
--             those of people who once unsubscribed from the list (ADV-5).
-- Parameters: none; reads the transaction's this_fetch, batch and flagged.
-- Returns:    nothing; makes the transaction's table bound, one row a record that the sync once took, into whichever list.
CREATE TEMPORARY TABLE bound ON COMMIT DROP AS
WITH unsubscribed AS (
    SELECT member.contact_id
    FROM contacts.membership AS member
    JOIN this_fetch USING (list_id)
    WHERE member.unsubscribed_at IS NOT NULL
)
SELECT DISTINCT ON (taken.record_id) taken.record_id, taken.opt_out, taken.unsubscribed
FROM (
    SELECT record_id FROM flagged WHERE opted_out AND paired
    UNION
    SELECT link.record_id
    FROM unsubscribed
    JOIN contacts.source_link AS link USING (contact_id)
    JOIN this_fetch USING (source_no)
    UNION
    SELECT batch.record_id
    FROM unsubscribed
    JOIN contacts.contact USING (contact_id)
    JOIN batch USING (email_key)
) AS concerned
CROSS JOIN this_fetch
JOIN sync.taken_record AS taken
    ON taken.sync_no = this_fetch.sync_no AND taken.source_no = this_fetch.source_no
   AND taken.record_id = concerned.record_id
ORDER BY taken.record_id, taken.list_id
