-- Purpose:    write a person's answer to the removals of a fetch that still wait (ADV-8).
-- Parameters: fetch_id, state (applied or withheld), who
-- Returns:    nothing; rows affected are removals answered.
UPDATE sync.removal AS waiting
SET state         = :state,
    decided_at    = statement_timestamp(),
    decided_by    = :who,
    status_before = coalesce(
        (SELECT member.status FROM contacts.membership AS member
         WHERE member.list_id = waiting.list_id AND member.contact_id = waiting.contact_id),
        'removed')
WHERE waiting.fetch_id = :fetch_id AND waiting.state = 'pending'
