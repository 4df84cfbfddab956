-- Purpose:    the source records that are a contact, with the syncs that take each for a list, and the choices that bind them
--             (ADV-5).
-- Parameters: contact_id
-- Returns:    account, module, record_id, linked_by_fetch, converted_at, gone_at, gone_kind, opted_out, sync_id, list_name,
--             taken_at, choice_opt_out, choice_deleted, choice_unsubscribed; the last six are null for a record that no sync takes.
SELECT
    source.account, source.module, link.record_id, link.linked_by_fetch, link.converted_at, link.gone_at, link.gone_kind,
    link.opted_out, sync.sync_id, list.name AS list_name, taken.taken_at, taken.opt_out AS choice_opt_out,
    taken.deleted AS choice_deleted, taken.unsubscribed AS choice_unsubscribed
FROM contacts.source_link AS link
JOIN sync.source USING (source_no)
LEFT JOIN sync.taken_record AS taken ON taken.source_no = link.source_no AND taken.record_id = link.record_id
LEFT JOIN sync.sync ON sync.sync_no = taken.sync_no
LEFT JOIN contacts.mailing_list AS list ON list.list_id = taken.list_id
WHERE link.contact_id = :contact_id
ORDER BY source.account, source.module, link.record_id, sync.sync_id, list.name
