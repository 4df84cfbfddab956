-- A configuration that was left and comes back is in force since it was seen again, not since it was first seen (CFG-1).
ALTER TABLE sync.config_version ADD COLUMN in_force_since timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN sync.config_version.in_force_since IS 'When a run, activate or lint --register first saw it, or saw it again after another one: the moment of "changed" in the rules. The newest of a sync is in force.';
COMMENT ON COLUMN sync.config_version.registered_at IS 'When it was first seen.';

UPDATE sync.config_version AS version
SET in_force_since = greatest(version.registered_at, (
    SELECT max(run.started_at) FROM sync.fetch AS run
    WHERE run.sync_no = version.sync_no AND run.config_version = version.config_version));
