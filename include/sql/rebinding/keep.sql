-- Purpose:    keep the choices that bound the older pairs, so that the act can be taken back.
-- Parameters: act_id, sync_no, source_no; reads the transaction's table older_pair.
-- Returns:    nothing; rows affected are pairs.
INSERT INTO sync.rebound_pair (sync_no, source_no, record_id, list_id, act_id, opt_out, deleted, unsubscribed)
SELECT :sync_no, :source_no, record_id, list_id, :act_id, opt_out, deleted, unsubscribed
FROM older_pair
