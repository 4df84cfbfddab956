-- Purpose:    which contact fields are new in the mapping since the sync's last fetch into this list, and how many people
--             whom it brought lack one because this fetch did not read them (MAP-4).
-- Parameters: none; reads the transaction's this_fetch and outcome.
-- Returns:    at most one row: fields (names), contacts; none unless a field is new.
WITH lines AS (
    SELECT
        run.fetch_id = this_fetch.fetch_id AS present,
        ARRAY(
            SELECT DISTINCT line ->> 'target'
            FROM jsonb_array_elements((version.settings -> 'mapping') || run.told_mapping) AS line
            ORDER BY 1
        ) AS targets
    FROM this_fetch
    CROSS JOIN LATERAL (
        SELECT fetch_id, config_version, told_mapping FROM sync.fetch WHERE fetch_id = this_fetch.fetch_id
        UNION ALL
        (SELECT fetch_id, config_version, told_mapping
         FROM sync.fetch AS earlier
         WHERE earlier.sync_no = this_fetch.sync_no AND earlier.list_id = this_fetch.list_id
           AND earlier.fetch_id < this_fetch.fetch_id AND earlier.loaded_at IS NOT NULL
         ORDER BY earlier.started_at DESC
         LIMIT 1)
    ) AS run
    JOIN sync.config_version AS version USING (config_version)
),
fresh AS (
    SELECT ARRAY(SELECT unnest(now.targets) EXCEPT SELECT unnest(before.targets) ORDER BY 1) AS fields
    FROM lines AS now
    JOIN lines AS before ON now.present AND NOT before.present
)
SELECT fresh.fields, lacking.contacts
FROM fresh
CROSS JOIN LATERAL (
    SELECT count(DISTINCT person.contact_id) AS contacts
    FROM this_fetch
    JOIN sync.taken_record AS taken
        ON taken.sync_no = this_fetch.sync_no AND taken.source_no = this_fetch.source_no AND taken.list_id = this_fetch.list_id
    JOIN contacts.source_link AS link ON link.source_no = taken.source_no AND link.record_id = taken.record_id
    JOIN contacts.membership AS member ON member.contact_id = link.contact_id AND member.list_id = this_fetch.list_id
    JOIN contacts.contact AS person ON person.contact_id = link.contact_id
    WHERE member.status <> 'removed' AND person.deleted_at IS NULL
      AND NOT EXISTS (SELECT FROM outcome WHERE outcome.contact_id = person.contact_id AND outcome.applies)
      AND NOT person.fields
          || jsonb_strip_nulls(jsonb_build_object('first_name', person.first_name, 'last_name', person.last_name))
          ?& array_remove(fresh.fields, 'email')
) AS lacking
WHERE cardinality(fresh.fields) > 0
