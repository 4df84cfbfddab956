-- Purpose:    judge every current member of the switch's list: push, or not and why (PUSH-1, PUSH-3, PUSH-4).
-- Parameters: switch_no; kinds: the responses that feed the switch; happened_since: the first push takes those that
--             happened from here on; overlap: how far before arrived_until they are looked at again;
--             push_suppressed: push | skip
-- Returns:    nothing; fills the transaction's table judged. reason empty: to be pushed, with the latest response; but
--             whoever is unknown waits: something was sent for the person, and what became of it is unknown.
INSERT INTO judged (contact_id, reason, response_id, campaign_id, unknown)
WITH switch AS (
    SELECT * FROM sync.push_switch WHERE switch_no = :switch_no
),
member AS (
    SELECT membership.contact_id
    FROM contacts.membership
    JOIN switch USING (list_id)
    JOIN contacts.contact USING (contact_id)
    WHERE membership.status <> 'removed' AND contact.deleted_at IS NULL
),
left_over AS (
    -- what could not be pushed, or nobody knows to have been, though something older may have been pushed since
    SELECT DISTINCT ON (ledger.contact_id) ledger.contact_id, ledger.response_id, ledger.at, told.arrived_at
    FROM sync.push_ledger AS ledger
    LEFT JOIN contacts.response AS told USING (response_id)
    WHERE ledger.switch_no = :switch_no AND ledger.outcome IN ('not_pushed', 'unknown')
    ORDER BY ledger.contact_id, ledger.push_id DESC
),
candidate AS (
    -- responses that this push looks at: new ones, late ones, and those of people who could not be pushed by then
    SELECT
        response.contact_id, response.response_id, response.campaign_id, response.happened_at, response.arrived_at,
        EXISTS (
            SELECT FROM contacts.campaign_list
            WHERE campaign_list.campaign_id = response.campaign_id AND campaign_list.list_id = switch.list_id
        ) AS sent_to_list
    FROM contacts.response
    CROSS JOIN switch
    LEFT JOIN left_over USING (contact_id)
    WHERE response.kind = ANY(CAST(:kinds AS text[]))
      AND (
          (switch.arrived_until IS NULL AND response.happened_at >= :happened_since)
          OR response.arrived_at > switch.arrived_until
          -- once more, for what was committed late; but not what the first push left out as too old, so in the switch's
          -- first day only what the first push would have taken
          OR (
              response.arrived_at > switch.arrived_until - CAST(:overlap AS interval)
              AND (
                  response.happened_at >= :happened_since
                  OR response.arrived_at > switch.enabled_since + CAST(:overlap AS interval)
              )
          )
          -- of people left over also what came since, which the ledger does not repeat for the same reason; but
          -- nothing of the time before the switch was turned on again, save what the first push then takes (PUSH-7)
          OR (
              (response.response_id = left_over.response_id OR response.arrived_at >= left_over.arrived_at)
              AND (
                  response.happened_at >= :happened_since
                  OR response.arrived_at > switch.enabled_since + CAST(:overlap AS interval)
                  OR (
                      response.response_id = left_over.response_id
                      AND left_over.at > switch.enabled_since - CAST(:overlap AS interval)
                  )
              )
          )
      )
),
pushed AS (
    SELECT ledger.contact_id, ledger.at, taken.response_id, taken.happened_at
    FROM sync.push_ledger AS ledger
    JOIN contacts.response AS taken USING (response_id)
    WHERE ledger.switch_no = :switch_no AND ledger.outcome IN ('inserted', 'updated')
),
activity AS (
    -- without the responses that were pushed, and those that had arrived by then and gave way to the pushed one
    SELECT * FROM candidate
    WHERE NOT EXISTS (
        SELECT FROM pushed
        WHERE pushed.contact_id = candidate.contact_id
          AND (
              pushed.response_id = candidate.response_id
              OR (
                  candidate.arrived_at <= pushed.at
                  AND (
                      NOT candidate.sent_to_list
                      OR (pushed.happened_at, pushed.response_id) > (candidate.happened_at, candidate.response_id)
                  )
              )
          )
    )
),
latest AS (
    SELECT DISTINCT ON (contact_id) contact_id, response_id, campaign_id, sent_to_list
    FROM activity
    ORDER BY contact_id, sent_to_list DESC, happened_at DESC, response_id DESC
),
ours AS (
    -- records of the account that our own pushes made or wrote, and when; of a call without an answer: when it was sent
    SELECT pushed.contact_id, pushed.record_id, pushed.at
    FROM sync.push_ledger AS pushed
    JOIN sync.push_switch AS by_switch USING (switch_no)
    JOIN switch ON switch.account = by_switch.account
    WHERE pushed.outcome IN ('inserted', 'updated')
    UNION ALL
    SELECT outbox.contact_id, outbox.record_id, outbox.sent_at
    FROM sync.outbox
    JOIN switch USING (account)
    WHERE outbox.kind = 'lead' AND outbox.state IN ('sending', 'unknown')
),
imported AS (
    -- brought by a sync of the same account before our first push; records that our own push made do not count
    SELECT DISTINCT link.contact_id
    FROM contacts.source_link AS link
    JOIN sync.source USING (source_no)
    JOIN switch ON switch.account = source.account
    JOIN sync.fetch AS linked ON linked.fetch_id = link.linked_by_fetch
    -- a record that was kept out is known, but brought nobody until it was taken
    JOIN (
        SELECT source_no, record_id, min(taken_at) AS first_at FROM sync.taken_record GROUP BY source_no, record_id
    ) AS taken ON taken.source_no = link.source_no AND taken.record_id = link.record_id
    WHERE NOT EXISTS (
        SELECT FROM ours
        WHERE ours.contact_id = link.contact_id
          AND (ours.record_id = link.record_id OR ours.at < greatest(linked.started_at, taken.first_at))
    )
),
in_doubt AS (
    -- by whichever switch: another record might be made of the person
    SELECT DISTINCT outbox.contact_id
    FROM sync.outbox
    JOIN switch USING (account, module)
    WHERE outbox.kind = 'lead' AND outbox.state IN ('sending', 'unknown')
),
suppressed AS (
    -- by person and by address apart: each an equality that can be hashed
    SELECT holding.contact_id, bool_or(holding.kind = 'erased') AS erased
    FROM (
        SELECT suppression.contact_id, suppression.kind
        FROM contacts.suppression
        WHERE suppression.lifted_at IS NULL AND suppression.contact_id IS NOT NULL
        UNION
        SELECT contact.contact_id, suppression.kind
        FROM contacts.suppression
        JOIN contacts.contact ON contact.email_key = suppression.email_key
        WHERE suppression.lifted_at IS NULL
    ) AS holding
    GROUP BY holding.contact_id
)
SELECT
    member.contact_id,
    CASE
        WHEN suppressed.erased OR (suppressed.contact_id IS NOT NULL AND :push_suppressed = 'skip') THEN 'suppressed'
        WHEN imported.contact_id IS NOT NULL THEN 'imported_from_recruit'
        WHEN latest.contact_id IS NULL THEN 'no_activity'
        WHEN NOT latest.sent_to_list THEN 'campaign_not_sent_to_list'
    END,
    latest.response_id,
    latest.campaign_id,
    in_doubt.contact_id IS NOT NULL
FROM member
LEFT JOIN latest     USING (contact_id)
LEFT JOIN imported   USING (contact_id)
LEFT JOIN suppressed USING (contact_id)
LEFT JOIN in_doubt   USING (contact_id)
