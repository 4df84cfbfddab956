-- Options bind a (sync, record) pair. A sync that went on to another list bound the record there anew until now: what was
-- bound first holds, and a flag that was dealt with for one list is dealt with.
UPDATE sync.taken_record AS taken
SET first_fetch  = earliest.first_fetch,
    taken_at     = earliest.taken_at,
    opt_out      = earliest.opt_out,
    deleted      = earliest.deleted,
    unsubscribed = earliest.unsubscribed,
    opted_out    = earliest.ever_opted_out
FROM (
    SELECT DISTINCT ON (sync_no, source_no, record_id)
        sync_no, source_no, record_id, first_fetch, taken_at, opt_out, deleted, unsubscribed,
        bool_or(opted_out) OVER (PARTITION BY sync_no, source_no, record_id) AS ever_opted_out,
        count(*) OVER (PARTITION BY sync_no, source_no, record_id)           AS lists
    FROM sync.taken_record
    ORDER BY sync_no, source_no, record_id, taken_at, list_id
) AS earliest
WHERE earliest.lists > 1
  AND taken.sync_no = earliest.sync_no
  AND taken.source_no = earliest.source_no
  AND taken.record_id = earliest.record_id;
COMMENT ON TABLE sync.taken_record IS 'The (sync, record) pairs: which sync supplies which record to which list. Options bind a pair, not its lists: all rows of a pair say the same but for gone_at (ADV-5).';
COMMENT ON COLUMN sync.taken_record.first_fetch IS 'The fetch in which the sync first took the record, into whichever list.';
COMMENT ON COLUMN sync.taken_record.gone_at IS 'The deletion of the record that this sync has dealt with for this list; empty while it is live.';
COMMENT ON COLUMN sync.rebound_pair.list_id IS 'One of the lists that the pair supplies.';
