-- Purpose:    the push switches, and which syncs have fed the list of each: who may read them may read the switch.
-- Parameters: none.
-- Returns:    switch_no, account, module, response, list_name, enabled, enabled_since, arrived_until, sync_ids.
SELECT
    switch.switch_no, switch.account, switch.module, switch.response, list.name AS list_name, switch.enabled,
    switch.enabled_since, switch.arrived_until,
    ARRAY(
        SELECT DISTINCT sync.sync_id
        FROM sync.fetch AS run
        JOIN sync.sync USING (sync_no)
        WHERE run.list_id = switch.list_id
        ORDER BY sync.sync_id
    ) AS sync_ids
FROM sync.push_switch AS switch
JOIN contacts.mailing_list AS list USING (list_id)
ORDER BY switch.account, list.name, switch.module, switch.response
