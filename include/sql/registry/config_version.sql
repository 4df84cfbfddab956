-- Purpose:    register a configuration of a sync unless a run has seen it before (CFG-1); a mapping keeps its number.
-- Parameters: sync_no, fingerprint, mapping_fingerprint, settings (JSON), now
-- Returns:    nothing; rows affected: 1 if it is new.
INSERT INTO sync.config_version (sync_no, fingerprint, mapping_fingerprint, mapping_version, settings, registered_at)
SELECT
    :sync_no,
    :fingerprint,
    :mapping_fingerprint,
    coalesce(
        min(mapping_version) FILTER (WHERE mapping_fingerprint = :mapping_fingerprint),
        coalesce(max(mapping_version), 0) + 1
    ),
    CAST(:settings AS jsonb),
    :now
FROM sync.config_version
WHERE sync_no = :sync_no
ON CONFLICT (sync_no, fingerprint) DO NOTHING
