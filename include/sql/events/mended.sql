-- Purpose:    forget rows that were set aside and now come again, mended or not.
-- Parameters: none; reads the transaction's event_row.
-- Returns:    nothing; rows affected are rows that were set aside.
DELETE FROM sync.event_set_aside AS aside
USING event_row AS given
WHERE given.replaces = aside.aside_id AND (given.kind = aside.kind OR 'unknown' IN (given.kind, aside.kind))
