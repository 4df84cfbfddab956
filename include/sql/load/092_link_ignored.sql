-- Purpose:    remember whose record was ignored, for whichever reason, where its address names somebody who is suppressed,
--             unsubscribed from a list or removed from one by hand. That belongs to the person, so it holds too once this
--             record comes with another address (OUT-11, OUT-13, OUT-18). It takes nothing and supplies nothing. Run after
--             load/090_suppression_clash, by when everybody who is kept out is known as such.
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are links made.
INSERT INTO contacts.source_link (source_no, record_id, contact_id, email_key, untaken_key, linked_by_fetch, opted_out)
SELECT
    this_fetch.source_no, outcome.record_id, person.contact_id, person.email_key, nullif(batch.email_key, person.email_key),
    this_fetch.fetch_id, batch.opted_out
FROM outcome
CROSS JOIN this_fetch
JOIN batch USING (record_no)
-- whoever took the address in this very fetch has it by now
LEFT JOIN contacts.contact AS owner ON owner.email_key = batch.email_key AND outcome.contact_id IS NULL
JOIN contacts.contact AS person ON person.contact_id = coalesce(outcome.contact_id, owner.contact_id)
WHERE outcome.outcome = 'ignored'
  AND batch.flaw IS NULL  -- the address of a role names no person
  AND batch.erased_by IS NULL  -- of erased people nothing is kept but hashes (OPS-6)
  AND (
      outcome.reason IN ('do_not_mail', 'unsubscribed', 'removed_by_hand')
      OR EXISTS (
          SELECT FROM contacts.membership AS member
          WHERE member.contact_id = person.contact_id
            AND (member.unsubscribed_at IS NOT NULL OR (member.status = 'removed' AND member.reason = 'removed_by_hand')))
      OR EXISTS (
          SELECT FROM contacts.suppression AS held
          WHERE held.lifted_at IS NULL AND (held.contact_id = person.contact_id OR held.email_key = person.email_key))
  )
ON CONFLICT (source_no, record_id) DO NOTHING
