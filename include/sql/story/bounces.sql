-- Purpose:    what addresses did with mail (OUT-9).
-- Parameters: contact_id (null: nobody's), keys (addresses)
-- Returns:    email_key, hard_bounced_at, soft_bounces, last_event_at, counts (it keeps the address from being mailed), holds
--             (and so the person, who has it; nobody's address holds if it counts).
SELECT
    bounce.email_key, bounce.hard_bounced_at, bounce.soft_bounces, bounce.last_event_at,
    bounce.hard_bounced_at IS NOT NULL OR bounce.soft_bounces >= organisation.soft_bounces AS counts,
    (bounce.hard_bounced_at IS NOT NULL OR bounce.soft_bounces >= organisation.soft_bounces)
        AND (person.contact_id IS NULL OR coalesce(bounce.email_key = person.email_key, false)) AS holds
FROM contacts.bounce
CROSS JOIN sync.organisation
LEFT JOIN contacts.contact AS person ON person.contact_id = CAST(:contact_id AS bigint)
WHERE bounce.email_key = ANY (CAST(:keys AS text[]))
ORDER BY bounce.email_key
