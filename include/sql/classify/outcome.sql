-- Purpose:    decide one outcome, reason and evidence for every record of the batch (OUT-1 to OUT-14).
-- Parameters: none; reads the transaction's this_fetch (one row: the fetch, its policies and choices), batch, bound,
--             blocking and newly_unsubscribed.
-- Returns:    nothing; fills the view outcome, one row per row of batch.
INSERT INTO outcome (
    record_no, record_id, outcome, reason, sub_code, evidence, contact_id, clash_contact_id,
    applies, takes_address, joins, changed
)
WITH RECURSIVE appearances AS (
    -- the same source id twice is one record: its latest state counts (OUT-8)
    SELECT
        batch.record_no, batch.record_id, batch.modified_at, batch.email_key, batch.flaw, batch.flaw_detail,
        batch.suggested_domain, batch.erased_by, batch.opted_out, batch.required_missing,
        CASE
            WHEN row_number() OVER (
                PARTITION BY batch.record_id ORDER BY batch.modified_at DESC NULLS LAST, batch.record_no
            ) > 1 THEN 'page_repeat'
            WHEN batch.unmet IS NOT NULL THEN 'pattern'
            WHEN NOT batch.approved AND this_fetch.unapproved = 'skip' THEN 'unapproved'
        END AS out_of_scope
    FROM batch CROSS JOIN this_fetch
),
ranked AS (
    -- one address on two records: the latest modified wins, then the lowest id (OUT-8)
    SELECT
        appearances.*,
        CASE WHEN out_of_scope IS NULL AND flaw IS NULL THEN
            first_value(record_id) OVER (
                PARTITION BY email_key, out_of_scope IS NULL AND flaw IS NULL
                ORDER BY modified_at DESC NULLS LAST, length(record_id), record_id COLLATE "C"
            )
        END AS winner_id
    FROM appearances
),
person_suppression AS (
    SELECT contact_id, min(ARRAY[array_position(this_fetch.kinds, kind)::bigint, suppression_id]) AS strictest
    FROM (
        SELECT contact_id, kind, suppression_id
        FROM contacts.suppression
        WHERE lifted_at IS NULL AND contact_id IS NOT NULL
        UNION ALL
        -- written for nothing but the address that a person has: it goes with the person to the next one (OUT-13)
        SELECT person.contact_id, held.kind, held.suppression_id
        FROM contacts.suppression AS held
        JOIN contacts.contact AS person USING (email_key)
        WHERE held.lifted_at IS NULL AND held.contact_id IS NULL
        UNION ALL
        -- load writes them down before it decides; until then they count all the same (ADV-3)
        SELECT contact_id, 'unsubscribed_org', NULL FROM newly_unsubscribed
    ) AS held
    CROSS JOIN this_fetch
    GROUP BY contact_id
),
record_suppression AS (
    -- kept out before with an address that was nobody's: it goes with the record (OUT-13)
    SELECT noted.record_id, min(ARRAY[array_position(this_fetch.kinds, held.kind)::bigint, held.suppression_id]) AS strictest
    FROM sync.suppressed_record AS noted
    JOIN this_fetch USING (source_no)
    JOIN contacts.suppression AS held USING (suppression_id)
    WHERE held.lifted_at IS NULL
    GROUP BY noted.record_id
),
address_suppression AS (
    SELECT email_key, min(ARRAY[array_position(this_fetch.kinds, kind)::bigint, suppression_id]) AS strictest
    FROM contacts.suppression
    CROSS JOIN this_fetch
    WHERE lifted_at IS NULL AND email_key IS NOT NULL
    GROUP BY email_key
),
kept_out AS (
    -- the address of a record of somebody kept out who does not have it names that person (OUT-11, OUT-13): as an
    -- earlier fetch noted, or as a record of the batch tells that is not taken itself, a loser or out of scope
    SELECT carried.email_key, min(carried.contact_id) AS contact_id
    FROM (
        SELECT untaken_key AS email_key, contact_id FROM contacts.source_link WHERE untaken_key IS NOT NULL
        UNION ALL
        SELECT ranked.email_key, link.contact_id
        FROM ranked
        JOIN this_fetch ON ranked.winner_id <> ranked.record_id
            OR (ranked.out_of_scope <> 'page_repeat' AND ranked.flaw IS NULL)
        JOIN contacts.source_link AS link ON link.source_no = this_fetch.source_no AND link.record_id = ranked.record_id
        WHERE ranked.erased_by IS NULL
    ) AS carried
    WHERE EXISTS (
        SELECT FROM contacts.membership AS member
        WHERE member.contact_id = carried.contact_id
          AND (member.unsubscribed_at IS NOT NULL OR (member.status = 'removed' AND member.reason = 'removed_by_hand'))
    ) OR EXISTS (SELECT FROM person_suppression WHERE person_suppression.contact_id = carried.contact_id)
    GROUP BY carried.email_key
),
known AS (
    -- identity is the source record first, the address second (OUT-13)
    SELECT
        ranked.*,
        coalesce(link.contact_id, carried.contact_id) AS linked_id,
        -- to a record of somebody else it is an address that belongs to another contact
        coalesce(owner.contact_id, CASE WHEN link.contact_id <> carried.contact_id THEN carried.contact_id END) AS owner_id,
        coalesce(bound.opt_out, this_fetch.opt_out)           AS opt_out,
        coalesce(bound.unsubscribed, this_fetch.unsubscribed) AS unsubscribed,
        bound.opt_out <> this_fetch.opt_out AND ranked.opted_out AS opt_out_is_newer,
        bound.unsubscribed <> this_fetch.unsubscribed         AS unsubscribed_is_newer,
        -- converted, as the record itself and its address tell (ADV-4)
        coalesce(by_record.candidate, by_key.candidate)       AS candidate,
        by_record.here OR by_key.here                         AS excluded_here,
        by_record.excepted OR by_key.excepted                 AS excluded_somewhere,
        by_record.everywhere OR by_key.everywhere             AS ignored_everywhere,
        -- the address is news only if the record did not have it before
        link.contact_id IS NOT NULL AND ranked.email_key IS DISTINCT FROM link.email_key
            AND owner.contact_id IS DISTINCT FROM link.contact_id AS new_address,
        link.contact_id IS NULL AND carried.contact_id IS NOT NULL AS by_untaken,
        -- deleted since this fetch began to read, as another one of the source has seen by now (ADV-2)
        coalesce(link.gone_at > this_fetch.source_clock AND (ranked.modified_at >= link.gone_at) IS NOT TRUE, false) AS gone_since,
        bounce.hard_bounced_at IS NOT NULL           AS hard,
        -- the stricter suppression covers the address, its owner and the person that the record was (OUT-11, OUT-13)
        held.strictest,
        -- the first reason that holds, in the order of OUT-4, as far as it needs no membership
        CASE
            WHEN ranked.flaw = 'empty_email' THEN 'empty_email'
            WHEN ranked.flaw = 'invalid_pattern' THEN 'invalid_pattern'
            WHEN ranked.flaw = 'group_email' THEN 'group_email'
            WHEN ranked.winner_id <> ranked.record_id THEN 'file_duplicate'
            WHEN bounce.hard_bounced_at IS NOT NULL OR bounce.soft_bounces >= this_fetch.soft_bounces THEN 'bounced'
            WHEN held.strictest IS NOT NULL THEN 'do_not_mail'
            WHEN ranked.opted_out AND coalesce(bound.opt_out, this_fetch.opt_out) <> 'dont_exclude' THEN 'opted_out'
        END AS early_reason
    FROM ranked
    CROSS JOIN this_fetch
    CROSS JOIN LATERAL (
        SELECT CASE WHEN ranked.erased_by IS NOT NULL THEN
            ARRAY[array_position(this_fetch.kinds, 'erased')::bigint, ranked.erased_by]
        END AS strictest
    ) AS erasure
    LEFT JOIN contacts.source_link    AS link       ON link.source_no = this_fetch.source_no AND link.record_id = ranked.record_id
    LEFT JOIN contacts.contact        AS owner      ON owner.email_key = ranked.email_key
    LEFT JOIN kept_out                AS carried    ON carried.email_key = ranked.email_key AND owner.contact_id IS NULL
    LEFT JOIN contacts.bounce         AS bounce     ON bounce.email_key = ranked.email_key
    LEFT JOIN bound                                 ON bound.record_id = ranked.record_id
    LEFT JOIN blocking                AS by_record  ON by_record.record_id = ranked.record_id
    LEFT JOIN blocking                AS by_key     ON by_key.email_key = ranked.email_key
    LEFT JOIN address_suppression     AS by_address ON by_address.email_key = ranked.email_key
    LEFT JOIN person_suppression      AS by_owner   ON by_owner.contact_id = coalesce(owner.contact_id, carried.contact_id)
    LEFT JOIN person_suppression      AS by_link    ON by_link.contact_id = link.contact_id
    LEFT JOIN record_suppression      AS by_past    ON by_past.record_id = ranked.record_id
    CROSS JOIN LATERAL (
        SELECT least(
            erasure.strictest, by_address.strictest, by_owner.strictest, by_link.strictest, by_past.strictest
        ) AS strictest
    ) AS held
),
wanting AS (
    -- records that would give their contact another address, were it free
    SELECT known.linked_id, known.owner_id
    FROM known
    CROSS JOIN this_fetch
    JOIN contacts.contact         AS person ON person.contact_id = known.linked_id
    LEFT JOIN contacts.membership AS member ON member.list_id = this_fetch.list_id AND member.contact_id = known.linked_id
    LEFT JOIN blocking            AS by_person ON by_person.contact_id = known.linked_id
    WHERE known.new_address AND known.early_reason IS NULL AND known.out_of_scope IS NULL
      AND known.required_missing IS NULL
      AND NOT (member.unsubscribed_at IS NOT NULL AND known.unsubscribed <> 'keep')
      AND (member.status IS DISTINCT FROM 'removed' OR member.reason IS DISTINCT FROM 'removed_by_hand')
      AND (known.excluded_here OR by_person.here) IS NOT TRUE
      AND NOT (coalesce(member.status, 'removed') = 'removed'
          AND (known.ignored_everywhere OR by_person.everywhere) IS TRUE
          AND (known.excluded_somewhere OR by_person.excepted) IS NOT TRUE)
      -- somebody deleted comes back only if the plan has room, so nobody may count on their leaving an address
      AND (person.deleted_at IS NULL OR this_fetch.contact_limit IS NULL)
),
movers AS (
    -- contacts that leave their address in this very fetch: it no longer tells who somebody is. An address that a mover
    -- leaves is free for the next one, so chains of any length move; a mere exchange never begins.
    SELECT linked_id AS contact_id FROM wanting WHERE owner_id IS NULL
    UNION
    SELECT wanting.linked_id FROM wanting JOIN movers ON movers.contact_id = wanting.owner_id
),
settled AS (
    SELECT
        known.*,
        CASE
            -- a known record that brings no new address is who it was, whoever may have taken that address since
            WHEN known.linked_id IS NOT NULL AND NOT known.new_address THEN known.linked_id
            WHEN known.owner_id IS NULL OR (mover.contact_id IS NOT NULL AND known.owner_id IS DISTINCT FROM known.linked_id)
                THEN known.linked_id
            ELSE known.owner_id
        END AS target_id,
        known.new_address AND (known.owner_id IS NULL OR mover.contact_id IS NOT NULL) AS address_is_free
    FROM known
    LEFT JOIN movers AS mover ON mover.contact_id = known.owner_id
),
judged AS (
    -- the first reason that holds, in the order of OUT-4
    SELECT
        settled.*,
        here.status AS here_status,
        settled.opt_out_is_newer OR (
            settled.unsubscribed_is_newer AND (here.unsubscribed_at IS NOT NULL OR was.unsubscribed_at IS NOT NULL)
        ) AS option_is_newer,
        coalesce(settled.candidate, by_person.candidate) AS converted_candidate,
        CASE
            WHEN settled.out_of_scope IS NOT NULL THEN NULL
            WHEN settled.early_reason IS NOT NULL THEN settled.early_reason
            -- what belongs to the person goes along to whom the record becomes by a clash (OUT-13)
            WHEN (here.unsubscribed_at IS NOT NULL OR was.unsubscribed_at IS NOT NULL) AND settled.unsubscribed <> 'keep'
                THEN 'unsubscribed'
            WHEN (here.status = 'removed' AND here.reason = 'removed_by_hand') OR (
                was.status = 'removed' AND was.reason = 'removed_by_hand' AND coalesce(here.status, 'removed') = 'removed'
            ) THEN 'removed_by_hand'
            -- this list is blocked, by whichever sync; or no new way into any list, unless excepted (ADV-4)
            WHEN settled.excluded_here OR by_person.here OR (
                coalesce(here.status, 'removed') = 'removed'
                AND (settled.ignored_everywhere OR by_person.everywhere)
                AND (settled.excluded_somewhere OR by_person.excepted) IS NOT TRUE
            ) THEN 'converted'
            WHEN settled.required_missing IS NOT NULL THEN 'invalid_field'
        END AS reason
    FROM settled
    CROSS JOIN this_fetch
    LEFT JOIN contacts.membership AS here      ON here.list_id = this_fetch.list_id AND here.contact_id = settled.target_id
    LEFT JOIN contacts.membership AS was       ON was.list_id = this_fetch.list_id AND was.contact_id = settled.linked_id
                                              AND settled.linked_id <> settled.target_id
    LEFT JOIN blocking            AS by_person ON by_person.contact_id = settled.target_id
),
placed AS (
    SELECT
        judged.*,
        judged.reason IS NULL AND judged.out_of_scope IS NULL AS taken,
        judged.address_is_free AND judged.target_id IS NOT NULL AS brings_address,
        CASE WHEN judged.linked_id <> judged.target_id THEN judged.linked_id END AS clash_id,
        -- of several records of one contact the latest live one speaks for it
        judged.target_id IS NULL OR row_number() OVER of_contact = 1 AS speaks,
        first_value(judged.gone_since) OVER of_contact AS none_live,
        row_number() OVER (
            PARTITION BY judged.target_id, judged.reason IS NULL AND judged.out_of_scope IS NULL, judged.address_is_free
            ORDER BY judged.modified_at DESC NULLS LAST, length(judged.record_id), judged.record_id COLLATE "C"
        ) = 1 AS brings_latest_address
    FROM judged
    WINDOW of_contact AS (
        PARTITION BY judged.target_id, judged.reason IS NULL AND judged.out_of_scope IS NULL
        ORDER BY judged.gone_since, judged.modified_at DESC NULLS LAST, length(judged.record_id), judged.record_id COLLATE "C"
    )
)
SELECT
    placed.record_no,
    placed.record_id,
    CASE
        WHEN placed.out_of_scope IS NOT NULL THEN 'out_of_scope'
        WHEN placed.reason IS NOT NULL THEN 'ignored'
        WHEN placed.target_id IS NULL THEN 'new'
        WHEN person.deleted_at IS NOT NULL AND placed.speaks AND NOT gone.away THEN 're_added'
        ELSE 'duplicate'
    END,
    CASE
        WHEN placed.out_of_scope IS NOT NULL THEN placed.out_of_scope
        WHEN placed.reason IS NOT NULL THEN placed.reason
        WHEN placed.target_id IS NULL OR (person.deleted_at IS NOT NULL AND placed.speaks AND NOT gone.away) THEN NULL
        WHEN NOT gone.away AND (person.deleted_at IS NOT NULL OR placed.here_status IN ('subscribed', 'unsubscribed')) THEN 'in_list'
        WHEN EXISTS (
            SELECT FROM contacts.membership AS other
            WHERE other.contact_id = placed.target_id AND other.list_id <> this_fetch.list_id AND other.status <> 'removed'
        ) THEN 'other_list'
        ELSE 'no_list'
    END,
    CASE placed.reason
        WHEN 'invalid_pattern' THEN placed.flaw_detail
        WHEN 'group_email'     THEN placed.flaw_detail
        WHEN 'bounced'         THEN CASE WHEN placed.hard THEN 'hard' ELSE 'soft' END
        WHEN 'do_not_mail'     THEN this_fetch.kinds[placed.strictest[1]]
        WHEN 'invalid_field'   THEN placed.required_missing
    END,
    CASE
        WHEN placed.out_of_scope = 'pattern' THEN jsonb_build_object('unmet_conditions', mapped.unmet)
        WHEN placed.out_of_scope IS NULL AND (
            placed.reason IN ('file_duplicate', 'do_not_mail', 'converted') OR placed.suggested_domain IS NOT NULL
            OR (placed.option_is_newer AND (placed.early_reason IS NULL OR placed.early_reason = 'opted_out'))
            OR (placed.by_untaken AND placed.flaw IS NULL)
            OR (placed.taken AND (placed.clash_id IS NOT NULL OR placed.brings_address OR placed.gone_since))
            OR (placed.reason IN ('unsubscribed', 'removed_by_hand') AND placed.clash_id IS NOT NULL)
        ) THEN nullif(jsonb_strip_nulls(jsonb_build_object(
            'suggested_domain', placed.suggested_domain,
            'duplicate_of',     CASE WHEN placed.reason = 'file_duplicate' THEN placed.winner_id END,
            'suppression',      CASE WHEN placed.reason = 'do_not_mail' THEN placed.strictest[2] END,
            'converted_candidate', CASE WHEN placed.reason = 'converted' THEN nullif(placed.converted_candidate, placed.record_id) END,
            'option_newer_than_record', CASE
                WHEN placed.option_is_newer AND (placed.early_reason IS NULL OR placed.early_reason = 'opted_out') THEN true END,
            'address_clash',    CASE
                WHEN placed.taken OR placed.reason IN ('unsubscribed', 'removed_by_hand') THEN placed.clash_id END,
            'untaken_address',  CASE WHEN placed.by_untaken THEN true END,
            'new_address',      CASE WHEN placed.taken AND placed.brings_address THEN true END,
            'deleted_since',    CASE WHEN placed.taken AND placed.gone_since THEN true END
        )), '{}')
    END,
    CASE
        WHEN placed.taken AND placed.target_id IS NULL THEN nextval('contacts.contact_contact_id_seq')
        ELSE placed.target_id
    END,
    CASE
        WHEN placed.out_of_scope IS NULL AND placed.flaw IS NULL AND placed.reason IS DISTINCT FROM 'file_duplicate'
            THEN placed.clash_id
    END,
    placed.taken AND placed.speaks AND NOT gone.away,
    placed.taken AND placed.brings_address AND placed.brings_latest_address,
    placed.taken AND placed.speaks AND NOT gone.away AND coalesce(placed.here_status, 'removed') = 'removed',
    coalesce(
        placed.taken AND (
            (placed.brings_address AND placed.brings_latest_address)
            OR (placed.speaks AND NOT gone.away AND (
                mapped.first_name <> coalesce(person.first_name, '')
                OR mapped.last_name <> coalesce(person.last_name, '')
                OR (this_fetch.clears_first_name AND mapped.first_name IS NULL AND person.first_name IS NOT NULL)
                OR (this_fetch.clears_last_name AND mapped.last_name IS NULL AND person.last_name IS NOT NULL)
                OR jsonb_strip_nulls(person.fields || mapped.fields) <> person.fields
            ))
        ), false)
FROM placed
CROSS JOIN this_fetch
JOIN batch AS mapped ON mapped.record_no = placed.record_no
LEFT JOIN contacts.contact AS person ON person.contact_id = placed.target_id
-- who is out by now, and comes with no record but those deleted since, does not come back by them
CROSS JOIN LATERAL (
    SELECT placed.none_live AND (person.deleted_at IS NOT NULL OR coalesce(placed.here_status = 'removed', false)) AS away
) AS gone
