-- Purpose: whom the push of one fetch made or changed, as its page asks for them. A warehouse may have the index already:
-- for a while 0017 made it.
CREATE INDEX IF NOT EXISTS push_ledger_fetch ON sync.push_ledger (fetch_id, push_id) WHERE fetch_id IS NOT NULL;
