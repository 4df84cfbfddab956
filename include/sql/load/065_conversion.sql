-- Purpose:    record the candidates that this fetch saw converted: a person converts once per account (ADV-4). What an
--             earlier fetch did not know, the Contact or the person, is added.
-- Parameters: none; reads the transaction's this_fetch and flagged.
-- Returns:    nothing; rows affected are conversions recorded or completed.
INSERT INTO sync.conversion AS seen (
    source_no, record_id, sync_no, account, manner, contact_record_id, address_hash, contact_id, list_id, fetch_id, seen_at
)
SELECT
    this_fetch.source_no, flagged.record_id, this_fetch.sync_no, this_fetch.account, this_fetch.converted,
    flagged.contact_record_id, flagged.address_hash, coalesce(link.contact_id, flagged.contact_id),
    this_fetch.list_id, this_fetch.fetch_id, this_fetch.started_at
FROM flagged
CROSS JOIN this_fetch
LEFT JOIN contacts.source_link AS link ON link.source_no = this_fetch.source_no AND link.record_id = flagged.record_id
WHERE flagged.converted
ON CONFLICT (source_no, record_id, sync_no, list_id) DO UPDATE
SET contact_record_id = coalesce(excluded.contact_record_id, seen.contact_record_id),
    address_hash      = coalesce(excluded.address_hash, seen.address_hash),
    contact_id        = coalesce(excluded.contact_id, seen.contact_id)
WHERE (seen.contact_record_id, seen.address_hash, seen.contact_id) IS DISTINCT FROM (
    coalesce(excluded.contact_record_id, seen.contact_record_id),
    coalesce(excluded.address_hash, seen.address_hash),
    coalesce(excluded.contact_id, seen.contact_id))
