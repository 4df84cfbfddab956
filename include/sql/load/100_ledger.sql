-- Purpose:    write what became of every record, and why (OUT-16).
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are ledger rows.
INSERT INTO sync.ledger (
    fetch_started_at, fetch_id, record_no, source_no, record_id, outcome, reason, sub_code, evidence,
    contact_id, address_hash, changed, mapping_version
)
SELECT
    this_fetch.started_at, this_fetch.fetch_id, outcome.record_no, this_fetch.source_no, outcome.record_id,
    outcome.outcome, outcome.reason, outcome.sub_code,
    CASE
        WHEN batch.misfits IS NULL AND batch.cleaned IS NULL THEN outcome.evidence
        ELSE coalesce(outcome.evidence, '{}') || jsonb_strip_nulls(jsonb_build_object('misfits', batch.misfits, 'cleaned', batch.cleaned))
    END,
    outcome.contact_id, batch.address_hash, outcome.changed, this_fetch.mapping_version
FROM outcome
CROSS JOIN this_fetch
JOIN batch USING (record_no)
