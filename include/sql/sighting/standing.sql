-- Purpose:    what a sync has to look for beside its batch, and since when: where its last successful fetch of the
--             source ended, by the source's clock, unless that one left the look for later (OPS-1). Choices bind pairs,
--             whatever the file says by now (ADV-5).
-- Parameters: sync_no, source_no
-- Returns:    one row: read_until (NULL: nothing was ever loaded), binds_deleted, binds_opt_out.
SELECT
    (
        SELECT coalesce(
            max(least(window_end, source_clock)) FILTER (WHERE moves_watermark AND NOT left_for_later),
            -- backfills alone took what there is
            min(started_at)
        )
        FROM sync.fetch
        WHERE sync_no = :sync_no AND source_no = :source_no AND loaded_at IS NOT NULL
    ) AS read_until,
    EXISTS (
        SELECT FROM sync.taken_record WHERE sync_no = :sync_no AND source_no = :source_no AND deleted <> 'keep'
    ) AS binds_deleted,
    EXISTS (
        SELECT FROM sync.taken_record WHERE sync_no = :sync_no AND source_no = :source_no AND opt_out <> 'dont_exclude'
    ) AS binds_opt_out
