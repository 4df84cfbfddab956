-- Purpose:    note what addresses did with mail (OUT-9): bounces belong to the address, whoever has it and whether anybody
--             does. Moments decide, not the order of arrival: soft bounces in a row are those after the last delivery, and
--             a hard bounce stays on record. Only addresses that ever bounced have a row. Run before events/response.
-- Parameters: none; reads the transaction's event_row.
-- Returns:    nothing; rows affected are addresses.
INSERT INTO contacts.bounce AS known (
    email_key, hard_bounced_at, soft_bounces, last_event_at, soft_bounced_at, delivered_at
)
SELECT
    told.email_key, told.hard_bounced_at, cardinality(in_a_row.moments), greatest(told.last_bounce, ever.delivered_at),
    in_a_row.moments, ever.delivered_at
FROM (
    SELECT
        email_key,
        max(at) FILTER (WHERE response = 'delivered')                 AS delivered_at,
        max(at) FILTER (WHERE response = 'bounced' AND bounce = 'hard') AS hard_bounced_at,
        max(at) FILTER (WHERE response = 'bounced')                   AS last_bounce,
        array_agg(at) FILTER (WHERE response = 'bounced' AND bounce = 'soft') AS soft
    FROM event_row
    WHERE kind = 'response' AND reason IS NULL AND response IN ('bounced', 'delivered')
      AND (
          email_key IN (SELECT email_key FROM event_row WHERE kind = 'response' AND reason IS NULL AND response = 'bounced')
          OR email_key IN (SELECT email_key FROM contacts.bounce)
      )
    GROUP BY email_key
) AS told
LEFT JOIN contacts.bounce AS before USING (email_key)
CROSS JOIN LATERAL (
    SELECT greatest(
        told.delivered_at,
        before.delivered_at,
        (
            SELECT max(seen.happened_at)
            FROM contacts.contact AS owner
            JOIN contacts.response AS seen ON seen.contact_id = owner.contact_id AND seen.kind = 'delivered'
            WHERE owner.email_key = told.email_key AND before.email_key IS NULL
        ),
        (
            SELECT max(waiting.at)
            FROM sync.event_set_aside AS waiting
            WHERE waiting.email_key = told.email_key AND waiting.response = 'delivered' AND before.email_key IS NULL
        )
    ) AS delivered_at
) AS ever
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(DISTINCT soft.at ORDER BY soft.at), '{}') AS moments
    FROM unnest(coalesce(told.soft, '{}') || coalesce(before.soft_bounced_at, '{}')) AS soft (at)
    WHERE soft.at > coalesce(ever.delivered_at, '-infinity')
) AS in_a_row
ON CONFLICT (email_key) DO UPDATE
SET hard_bounced_at = greatest(known.hard_bounced_at, excluded.hard_bounced_at),
    -- what was counted before moments were kept goes on counting until a delivery after it
    soft_bounces    = cardinality(excluded.soft_bounced_at)
        + CASE WHEN excluded.delivered_at >= known.last_event_at THEN 0
               ELSE greatest(known.soft_bounces - cardinality(known.soft_bounced_at), 0) END,
    last_event_at   = greatest(known.last_event_at, excluded.last_event_at),
    soft_bounced_at = excluded.soft_bounced_at,
    delivered_at    = excluded.delivered_at
WHERE (known.hard_bounced_at, known.last_event_at, known.soft_bounced_at, known.delivered_at)
      IS DISTINCT FROM
      (greatest(known.hard_bounced_at, excluded.hard_bounced_at), greatest(known.last_event_at, excluded.last_event_at),
       excluded.soft_bounced_at, excluded.delivered_at)
