-- Purpose:    what people did with a person by hand, the last first; suppressions keep their own (OUT-17, OUT-18).
-- Parameters: contact_id
-- Returns:    act_id, kind, who, at, reason, list_name (null: the whole organisation).
SELECT act.act_id, act.kind, act.who, act.at, act.reason, list.name AS list_name
FROM sync.act
LEFT JOIN contacts.mailing_list AS list USING (list_id)
WHERE act.contact_id = :contact_id
ORDER BY act.act_id DESC
