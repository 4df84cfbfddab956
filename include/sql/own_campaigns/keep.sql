-- Purpose:    keep what Recruit's Campaigns holds.
-- Parameters: account, now; arrays of one entry a record: record_ids, names, types, statuses
-- Returns:    nothing; rows affected are campaigns.
INSERT INTO sync.recruit_campaign AS kept (account, record_id, name, type, status, read_at)
SELECT :account, found.record_id, found.name, found.type, found.status, :now
FROM unnest(
    CAST(:record_ids AS text[]), CAST(:names AS text[]), CAST(:types AS text[]), CAST(:statuses AS text[])
) AS found (record_id, name, type, status)
ON CONFLICT (account, record_id) DO UPDATE
SET name = excluded.name, type = excluded.type, status = excluded.status, read_at = excluded.read_at, gone_at = NULL
