-- Purpose:    what became of every record of a person, fetch by fetch, the last first (OPS-3): of records that are the person or
--             were taken for them, and of records seen with one of their addresses. Values in the evidence of a record that is
--             somebody else stay out.
-- Parameters: contact_id (null: nobody's), hashes (of addresses; an empty array: none), most
-- Returns:    at, fetch_id, sync_id, list_name, account, module, record_id, outcome, reason, sub_code, evidence, contact_id,
--             changed, run_type, fetch_status, criteria (those of the fetch, where the record did not meet them; else null).
SELECT
    seen.fetch_started_at AS at, seen.fetch_id, sync.sync_id, list.name AS list_name, source.account, source.module,
    seen.record_id, seen.outcome, seen.reason, seen.sub_code,
    CASE
        WHEN seen.contact_id IS NULL OR seen.contact_id = CAST(:contact_id AS bigint) THEN seen.evidence
        ELSE seen.evidence - ARRAY['misfits', 'cleaned', 'held_by_another', 'suggested_domain']
    END AS evidence,
    seen.contact_id, seen.changed, run.run_type, run.status AS fetch_status,
    CASE WHEN seen.evidence ? 'unmet_conditions' THEN version.settings -> 'criteria' END AS criteria
FROM (
    SELECT fetch_started_at, fetch_id, record_no, source_no, record_id, outcome, reason, sub_code, evidence, contact_id, changed
    FROM sync.ledger
    WHERE contact_id = CAST(:contact_id AS bigint)
    UNION
    SELECT
        line.fetch_started_at, line.fetch_id, line.record_no, line.source_no, line.record_id, line.outcome, line.reason,
        line.sub_code, line.evidence, line.contact_id, line.changed
    FROM contacts.source_link AS link
    JOIN sync.ledger AS line ON line.record_id = link.record_id AND line.source_no = link.source_no
    WHERE link.contact_id = CAST(:contact_id AS bigint) AND line.contact_id IS NULL
    UNION
    SELECT fetch_started_at, fetch_id, record_no, source_no, record_id, outcome, reason, sub_code, evidence, contact_id, changed
    FROM sync.ledger
    WHERE address_hash = ANY (CAST(:hashes AS bytea[]))
) AS seen
JOIN sync.fetch AS run USING (fetch_id)
JOIN sync.sync USING (sync_no)
JOIN contacts.mailing_list AS list USING (list_id)
JOIN sync.source ON source.source_no = seen.source_no
JOIN sync.config_version AS version ON version.config_version = run.config_version
ORDER BY seen.fetch_started_at DESC, seen.fetch_id DESC, seen.record_no DESC
LIMIT :most
