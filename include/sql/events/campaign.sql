-- Purpose:    write campaigns. A row says all there is of its campaign; the one updated last holds, whatever the order, and
--             among rows that do not tell, the one that came last.
-- Parameters: none; reads the transaction's event_row.
-- Returns:    nothing; rows affected are campaigns that are new or changed.
INSERT INTO contacts.campaign AS known (
    external_id, name, kind, subject, sender_name, sender_address, started_at, completed_at, origin, updated_at
)
SELECT DISTINCT ON (campaign)
    campaign, name, campaign_kind, subject, sender_name, sender_address, at, completed_at, coalesce(origin, 'here'), updated_at
FROM event_row
WHERE kind = 'campaign' AND reason IS NULL
ORDER BY campaign, updated_at DESC NULLS LAST, row_no DESC
ON CONFLICT (external_id) DO UPDATE
SET name           = excluded.name,
    kind           = excluded.kind,
    subject        = excluded.subject,
    sender_name    = excluded.sender_name,
    sender_address = excluded.sender_address,
    started_at     = excluded.started_at,
    completed_at   = excluded.completed_at,
    origin         = excluded.origin,
    updated_at     = excluded.updated_at
WHERE coalesce(excluded.updated_at, '-infinity') >= coalesce(known.updated_at, '-infinity')
  AND (known.name, known.kind, known.subject, known.sender_name, known.sender_address, known.started_at, known.completed_at,
       known.origin, known.updated_at)
      IS DISTINCT FROM
      (excluded.name, excluded.kind, excluded.subject, excluded.sender_name, excluded.sender_address, excluded.started_at,
       excluded.completed_at, excluded.origin, excluded.updated_at)
