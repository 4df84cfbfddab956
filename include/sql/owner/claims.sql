-- Purpose:    which contested fields each record that speaks for its contact takes, and which another sync holds: the
--             highest source_priority wins, then the latest change, then the sync registered first (MAP-8). A value older
--             than the contest belongs to the sync that last wrote the contact, else to the one that added it.
-- Parameters: none; reads the transaction's this_fetch, batch, contested and supplier, completes outcome.
-- Returns:    nothing; rows affected are records that take a contested field, or lose one.
WITH brought AS (
    -- a value for each contested field, and what the contact has in it; null where the mapping clears an empty one
    SELECT
        outcome.record_no,
        outcome.contact_id,
        contested.target,
        contested.priority,
        batch.modified_at,
        CASE contested.target
            WHEN 'first_name' THEN to_jsonb(batch.first_name)
            WHEN 'last_name'  THEN to_jsonb(batch.last_name)
            ELSE nullif(batch.fields -> contested.target, 'null')
        END AS value,
        CASE contested.target
            WHEN 'first_name' THEN to_jsonb(person.first_name)
            WHEN 'last_name'  THEN to_jsonb(person.last_name)
            ELSE person.fields -> contested.target
        END AS present,
        person.updated_by_fetch,
        person.created_by_fetch
    FROM outcome
    JOIN batch USING (record_no)
    CROSS JOIN contested
    CROSS JOIN this_fetch
    LEFT JOIN contacts.contact AS person ON person.contact_id = outcome.contact_id
    WHERE outcome.applies AND outcome.outcome <> 'new'  -- nobody can hold a field of theirs: see load/046_field_owner_new
      AND CASE contested.target
            WHEN 'first_name' THEN batch.first_name IS NOT NULL OR this_fetch.clears_first_name
            WHEN 'last_name'  THEN batch.last_name IS NOT NULL OR this_fetch.clears_last_name
            ELSE batch.fields ? contested.target
          END
),
held AS (
    SELECT
        brought.*,
        owner.sync_no IS NULL AS no_owner,
        owner.sync_no = this_fetch.sync_no AND owner.changed_at = brought.modified_at AS as_written,
        CASE WHEN owner.sync_no IS NOT NULL THEN owner.sync_no
             WHEN brought.present IS NOT NULL THEN coalesce(writer.sync_no, adder.sync_no) END AS held_by,
        CASE WHEN owner.sync_no IS NOT NULL THEN owner.changed_at
             WHEN writer.sync_no IS NOT NULL THEN wrote.started_at ELSE added.started_at END AS held_since,
        CASE WHEN owner.sync_no IS NOT NULL THEN owner.fetch_id
             WHEN writer.sync_no IS NOT NULL THEN wrote.fetch_id ELSE added.fetch_id END AS held_by_fetch
    FROM brought
    CROSS JOIN this_fetch
    LEFT JOIN contacts.field_owner AS owner  ON owner.contact_id = brought.contact_id AND owner.target = brought.target
    LEFT JOIN sync.fetch           AS wrote  ON wrote.fetch_id = brought.updated_by_fetch
    LEFT JOIN sync.fetch           AS added  ON added.fetch_id = brought.created_by_fetch
    LEFT JOIN supplier             AS writer ON writer.sync_no = wrote.sync_no AND writer.target = brought.target
    LEFT JOIN supplier             AS adder  ON adder.sync_no = added.sync_no AND adder.target = brought.target
),
claim AS (
    -- a holder that supplies the field no more has given it up
    SELECT
        held.*,
        holder.sync_id,
        holder.sync_no IS NULL OR holder.sync_no = this_fetch.sync_no
            OR (holder.priority, coalesce(held.held_since, '-infinity'), -holder.sync_no)
             < (held.priority, coalesce(held.modified_at, '-infinity'), -this_fetch.sync_no) AS wins
    FROM held
    CROSS JOIN this_fetch
    LEFT JOIN supplier AS holder ON holder.sync_no = held.held_by AND holder.target = held.target
),
judged AS (
    SELECT
        record_no,
        contact_id,
        array_agg(target) FILTER (WHERE wins)     AS owns,
        array_agg(target) FILTER (WHERE NOT wins) AS lost,
        jsonb_object_agg(target, jsonb_build_object('sync_no', held_by, 'changed_at', held_since, 'fetch_id', held_by_fetch))
            FILTER (WHERE NOT wins AND no_owner) AS unwritten,
        jsonb_object_agg(target, jsonb_build_object('sync', sync_id, 'raw', value))
            FILTER (WHERE NOT wins AND value IS DISTINCT FROM present) AS evidence
    FROM claim
    WHERE NOT wins OR as_written IS NOT TRUE  -- what a field_owner says already needs no second word
    GROUP BY record_no, contact_id
)
UPDATE outcome
SET owns      = judged.owns,
    lost      = judged.lost,
    unwritten = judged.unwritten,
    evidence  = CASE WHEN judged.evidence IS NULL THEN outcome.evidence
                     ELSE coalesce(outcome.evidence, '{}') || jsonb_build_object('held_by_another', judged.evidence) END,
    changed   = CASE WHEN judged.lost IS NULL THEN outcome.changed ELSE coalesce(
        outcome.takes_address
        OR ('first_name' <> ALL (judged.lost) AND (
            batch.first_name <> coalesce(person.first_name, '')
            OR (this_fetch.clears_first_name AND batch.first_name IS NULL AND person.first_name IS NOT NULL)))
        OR ('last_name' <> ALL (judged.lost) AND (
            batch.last_name <> coalesce(person.last_name, '')
            OR (this_fetch.clears_last_name AND batch.last_name IS NULL AND person.last_name IS NOT NULL)))
        OR jsonb_strip_nulls(person.fields || (batch.fields - judged.lost)) <> person.fields, false) END
FROM judged
CROSS JOIN this_fetch
JOIN batch USING (record_no)
LEFT JOIN contacts.contact AS person ON person.contact_id = judged.contact_id
WHERE outcome.record_no = judged.record_no
