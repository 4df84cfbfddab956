-- Purpose:    records of the batch that are out of scope, but once were taken: their flags still count (ADV-7).
-- Parameters: source_no
-- Returns:    nothing; adds to sighting. What is in scope only by policy (unapproved: take) is taken out by settle.
INSERT INTO sighting (record_id, modified_at, opted_out, converted, contact_record_id)
SELECT batch.record_id, batch.modified_at, batch.opted_out, batch.converted, batch.contact_record_id
FROM batch
JOIN contacts.source_link AS link ON link.source_no = :source_no AND link.record_id = batch.record_id
WHERE batch.unmet IS NOT NULL OR NOT batch.approved
