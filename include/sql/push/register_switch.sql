-- Purpose:    register a push switch as the configuration has it now; turned on anew it starts a new look-back (PUSH-7).
--             It names one list (PUSH-0): for others that it named before it is off.
-- Parameters: account, module, response, list_id, enabled, mapped: fields of Recruit that are filled; now
-- Returns:    switch_no, enabled, enabled_since, arrived_until
WITH named_before AS (
    UPDATE sync.push_switch SET enabled = false
    WHERE account = :account AND module = :module AND response = :response AND list_id <> :list_id AND enabled
)
INSERT INTO sync.push_switch AS switch (account, module, response, list_id, enabled, enabled_since, mapped)
VALUES (:account, :module, :response, :list_id, :enabled, :now, CAST(:mapped AS text[]))
ON CONFLICT (account, module, response, list_id) DO UPDATE
SET enabled       = excluded.enabled,
    mapped        = excluded.mapped,
    enabled_since = CASE WHEN excluded.enabled AND NOT switch.enabled THEN excluded.enabled_since
                         ELSE switch.enabled_since END,
    arrived_until = CASE WHEN excluded.enabled AND NOT switch.enabled THEN NULL ELSE switch.arrived_until END
RETURNING switch_no, enabled, enabled_since, arrived_until
