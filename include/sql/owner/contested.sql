-- Purpose:    the contact fields of this fetch that another sync supplies too, or once did: only of these it is kept who
--             holds them (MAP-8).
-- Parameters: none; reads the transaction's this_fetch and supplier.
-- Returns:    nothing; makes the transaction's table contested, unless it is there.
CREATE TEMPORARY TABLE IF NOT EXISTS contested ON COMMIT DROP AS
SELECT mine.target, mine.priority
FROM supplier AS mine
JOIN this_fetch USING (sync_no)
WHERE EXISTS (SELECT FROM supplier AS other WHERE other.target = mine.target AND other.sync_no <> mine.sync_no)
   OR EXISTS (SELECT FROM contacts.field_owner AS held WHERE held.target = mine.target)
