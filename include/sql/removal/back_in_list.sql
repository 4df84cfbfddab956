-- Purpose:    take back a removal from a list by hand; whoever once unsubscribed is not subscribed by it (OUT-11).
-- Parameters: contact_id, list_id
-- Returns:    nothing; one row affected, none if the person was not removed by hand.
UPDATE contacts.membership
SET status = CASE WHEN unsubscribed_at IS NULL THEN 'subscribed' ELSE 'unsubscribed' END,
    reason = NULL,
    since  = now()
WHERE contact_id = :contact_id AND list_id = :list_id AND status = 'removed' AND reason = 'removed_by_hand'
