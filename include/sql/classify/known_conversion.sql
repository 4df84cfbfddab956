-- Purpose:    every conversion of the account, those that this fetch sees among them. A sync's own follow its present
--             choice: ADV-4 applies to what is already there (ADV-5).
-- Parameters: none; reads the transaction's this_fetch and flagged.
-- Returns:    nothing; makes the transaction's table known_conversion; here tells those of this list.
CREATE TEMPORARY TABLE known_conversion ON COMMIT DROP AS
SELECT
    seen.source_no, seen.record_id, seen.contact_record_id, seen.address_hash, seen.contact_id,
    seen.list_id = this_fetch.list_id AS here,
    CASE WHEN seen.sync_no = this_fetch.sync_no AND seen.list_id = this_fetch.list_id THEN this_fetch.converted
         ELSE seen.manner END         AS manner
FROM sync.conversion AS seen
JOIN this_fetch USING (account)
UNION ALL
SELECT
    this_fetch.source_no, flagged.record_id, flagged.contact_record_id, flagged.address_hash, flagged.contact_id,
    true, this_fetch.converted
FROM flagged
CROSS JOIN this_fetch
WHERE flagged.converted
