-- The rows stay as they are: what was bound for each list is not known any more.
COMMENT ON TABLE sync.taken_record IS 'The (sync, record) pairs: which sync supplies which record to which list, since when. Options bind to them (ADV-5).';
COMMENT ON COLUMN sync.taken_record.first_fetch IS 'The fetch that first took it.';
COMMENT ON COLUMN sync.taken_record.gone_at IS 'The deletion of the record that this sync has dealt with; empty while it is live.';
COMMENT ON COLUMN sync.rebound_pair.list_id IS 'The list that the pair supplies.';
