-- Purpose:    how many memberships of the list this fetch's removals would end, and how many the list has (ADV-8).
-- Parameters: none; reads the transaction's this_fetch and removal; run after the memberships of the fetch are written.
-- Returns:    one row: ending, members.
SELECT
    (
        SELECT count(*)
        FROM removal
        CROSS JOIN this_fetch
        JOIN contacts.membership AS member ON member.list_id = this_fetch.list_id AND member.contact_id = removal.contact_id
        WHERE member.status <> 'removed'
    ) AS ending,
    (
        SELECT count(*)
        FROM contacts.membership AS member
        JOIN this_fetch USING (list_id)
        WHERE member.status <> 'removed'
    ) AS members
