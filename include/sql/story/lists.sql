-- Purpose:    how a person stands in every list, in those that they are not in, too; and who or what took them out.
-- Parameters: contact_id (null: nobody, who is in none)
-- Returns:    list_id, list_name, status, reason, since, unsubscribed_at, joined_by_fetch, joined_by_sync, mailable, deleted_at,
--             deleted_reason, act_who, act_at, act_reason (the removal by hand), option_sync, option_reason, option_reach,
--             option_at, option_by, option_fetch, option_record (the removal by an option that was applied), pending_fetch,
--             pending_reason, pending_since (a removal that waits for an answer), fed_by (ids of syncs that fetched into it).
SELECT
    list.list_id, list.name AS list_name, member.status, member.reason, member.since, member.unsubscribed_at,
    member.joined_by_fetch, joining.sync_id AS joined_by_sync,
    EXISTS (
        SELECT FROM contacts.mailable_members AS mailable
        WHERE mailable.list_id = list.list_id AND mailable.contact_id = CAST(:contact_id AS bigint)
    ) AS mailable,
    person.deleted_at, person.deleted_reason,
    by_hand.who AS act_who, by_hand.at AS act_at, by_hand.reason AS act_reason,
    ended.sync_id AS option_sync, ended.reason AS option_reason, ended.reach AS option_reach, ended.decided_at AS option_at,
    ended.decided_by AS option_by, ended.fetch_id AS option_fetch, ended.record_id AS option_record,
    waiting.fetch_id AS pending_fetch, waiting.reason AS pending_reason, waiting.decided_at AS pending_since,
    feeding.fed_by
FROM contacts.mailing_list AS list
LEFT JOIN contacts.contact AS person ON person.contact_id = CAST(:contact_id AS bigint)
LEFT JOIN contacts.membership AS member ON member.list_id = list.list_id AND member.contact_id = person.contact_id
LEFT JOIN sync.fetch AS run ON run.fetch_id = member.joined_by_fetch
LEFT JOIN sync.sync AS joining ON joining.sync_no = run.sync_no
LEFT JOIN LATERAL (
    SELECT act.who, act.at, act.reason
    FROM sync.act
    WHERE act.contact_id = person.contact_id AND act.kind = 'remove' AND (act.list_id = list.list_id OR act.list_id IS NULL)
    ORDER BY act.act_id DESC
    LIMIT 1
) AS by_hand ON true
LEFT JOIN LATERAL (
    SELECT told.sync_id, removal.reason, removal.reach, removal.decided_at, removal.decided_by, removal.fetch_id, removal.record_id
    FROM sync.removal
    JOIN sync.sync AS told USING (sync_no)
    WHERE removal.contact_id = person.contact_id AND removal.state = 'applied'
      AND (removal.list_id = list.list_id OR removal.reach = 'organisation')
    ORDER BY removal.decided_at DESC, removal.removal_id DESC
    LIMIT 1
) AS ended ON true
LEFT JOIN LATERAL (
    SELECT removal.fetch_id, removal.reason, removal.decided_at
    FROM sync.removal
    WHERE removal.contact_id = person.contact_id AND removal.state = 'pending' AND removal.list_id = list.list_id
    ORDER BY removal.removal_id DESC
    LIMIT 1
) AS waiting ON true
LEFT JOIN (
    SELECT fetched.list_id, array_agg(told.sync_id ORDER BY told.sync_id) AS fed_by
    FROM (SELECT DISTINCT list_id, sync_no FROM sync.fetch) AS fetched
    JOIN sync.sync AS told USING (sync_no)
    GROUP BY fetched.list_id
) AS feeding ON feeding.list_id = list.list_id
ORDER BY list.name
