-- Purpose:    let a suppression cover everybody it is about: both people of an address clash, the person whose record
--             brought a suppressed address, and the one whose address a suppressed record brought (OUT-11, OUT-13). Of a copy that which somebody wrote is carried over,
--             never again to a person from whom its copy was lifted.
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are suppressions carried over.
INSERT INTO contacts.suppression (kind, contact_id, origin, carried_from, reason, created_by, created_at)
SELECT DISTINCT ON (meant.contact_id, root.kind)
    root.kind, meant.contact_id, meant.origin, root.suppression_id, root.reason,
    'fetch ' || this_fetch.fetch_id, this_fetch.started_at
FROM (
    SELECT
        pair.other_id AS contact_id, coalesce(suppression.carried_from, suppression.suppression_id) AS suppression_id,
        'address_clash' AS origin
    FROM (
        SELECT clash_contact_id AS one_id, contact_id AS other_id FROM outcome WHERE clash_contact_id IS NOT NULL
        UNION
        SELECT contact_id, clash_contact_id FROM outcome WHERE clash_contact_id IS NOT NULL
    ) AS pair
    JOIN contacts.suppression ON suppression.contact_id = pair.one_id AND suppression.lifted_at IS NULL
    UNION ALL
    SELECT outcome.contact_id, suppression.suppression_id, 'suppressed_address'
    FROM outcome
    JOIN batch USING (record_no)
    JOIN contacts.suppression ON suppression.email_key = batch.email_key
    WHERE outcome.reason IN ('do_not_mail', 'bounced') AND outcome.contact_id IS NOT NULL
    UNION ALL
    SELECT outcome.contact_id, coalesce(suppression.carried_from, suppression.suppression_id), 'suppressed_record'
    FROM outcome
    CROSS JOIN this_fetch
    JOIN sync.suppressed_record AS noted ON noted.source_no = this_fetch.source_no AND noted.record_id = outcome.record_id
    JOIN contacts.suppression ON suppression.suppression_id = noted.suppression_id AND suppression.lifted_at IS NULL
    WHERE outcome.reason IN ('do_not_mail', 'bounced') AND outcome.contact_id IS NOT NULL
) AS meant
CROSS JOIN this_fetch
JOIN contacts.suppression AS root
    ON root.suppression_id = meant.suppression_id AND root.lifted_at IS NULL AND root.carried_from IS NULL
WHERE NOT EXISTS (
    SELECT FROM contacts.suppression AS held
    WHERE held.contact_id = meant.contact_id
      AND ((held.kind = root.kind AND held.lifted_at IS NULL) OR held.carried_from = root.suppression_id)
)
ORDER BY meant.contact_id, root.kind, root.suppression_id
