-- Purpose:    let go of rows that waited and are written now.
-- Parameters: none; reads the transaction's event.
-- Returns:    nothing; rows affected are rows that were set aside.
DELETE FROM sync.event_set_aside AS aside USING event WHERE event.retried AND event.aside_id = aside.aside_id
