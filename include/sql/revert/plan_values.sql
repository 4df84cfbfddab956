-- Purpose:    the values of known people that the fetch replaced. Run after revert/plan_people: whoever stays although
--             the fetch took them back keeps the values that they came back with.
-- Parameters: fetch_id
-- Returns:    nothing; fills the transaction's table reverting with kind values.
INSERT INTO reverting (kind, contact_id, left_because)
SELECT
    'values',
    person.contact_id,
    CASE
        WHEN person.updated_by_fetch IS NULL THEN 'changed_by_hand'
        WHEN person.updated_by_fetch <> kept.fetch_id THEN 'changed_by_a_later_fetch'
        ELSE (SELECT left_because FROM reverting WHERE kind = 're_added' AND reverting.contact_id = person.contact_id)
    END
FROM sync.field_change AS kept
JOIN contacts.contact AS person USING (contact_id)
WHERE kept.fetch_id = :fetch_id
  AND (person.first_name, person.last_name, person.fields)
      IS DISTINCT FROM (kept.before ->> 'first_name', kept.before ->> 'last_name', kept.before -> 'fields')
