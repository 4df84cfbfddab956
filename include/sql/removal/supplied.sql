-- Purpose:    whether a person's membership of a list is supplied by a record that is live at its source, as far as records
--             that supplied it are known.
-- Parameters: contact_id, list_id
-- Returns:    one row: one truth value; false if every record that supplied it is gone.
SELECT coalesce(bool_or(gone_at IS NULL), true)
FROM contacts.membership_supply
WHERE contact_id = :contact_id AND list_id = :list_id
