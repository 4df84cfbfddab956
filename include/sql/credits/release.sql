-- Purpose:    give back what is left of a reservation.
-- Parameters: reservation_id.
-- Returns:    nothing.
DELETE FROM sync.credit_reservation WHERE reservation_id = :reservation_id
