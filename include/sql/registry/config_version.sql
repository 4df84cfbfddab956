-- Purpose:    register a configuration of a sync, or that one seen before is in force again after another (CFG-1); a
--             mapping keeps its number. The one seen last is the newest, whatever the clocks of those who saw it say.
-- Parameters: sync_no, fingerprint, mapping_fingerprint, settings (JSON), now
-- Returns:    nothing; rows affected: 0 if it is the one in force already.
INSERT INTO sync.config_version AS version (
    sync_no, fingerprint, mapping_fingerprint, mapping_version, settings, registered_at, in_force_since
)
SELECT
    :sync_no,
    :fingerprint,
    :mapping_fingerprint,
    coalesce(
        min(mapping_version) FILTER (WHERE mapping_fingerprint = :mapping_fingerprint),
        coalesce(max(mapping_version), 0) + 1
    ),
    CAST(:settings AS jsonb),
    :now,
    greatest(:now, max(in_force_since) + interval '1 microsecond')
FROM sync.config_version
WHERE sync_no = :sync_no
ON CONFLICT (sync_no, fingerprint) DO UPDATE SET in_force_since = excluded.in_force_since
WHERE EXISTS (
    SELECT FROM sync.config_version AS other
    WHERE other.sync_no = version.sync_no
      AND (other.in_force_since, other.config_version) > (version.in_force_since, version.config_version))
