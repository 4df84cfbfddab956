-- Purpose:    the configurations of a sync that runs saw (CFG-1).
-- Parameters: sync_id.
-- Returns:    the one in force first: config_version, mapping_version, fingerprint, settings (JSON), registered_at,
--             in_force_since.
SELECT version.config_version, version.mapping_version, version.fingerprint, version.settings, version.registered_at, version.in_force_since
FROM sync.config_version AS version
JOIN sync.sync USING (sync_no)
WHERE sync.sync_id = :sync_id
ORDER BY version.in_force_since DESC, version.config_version DESC
