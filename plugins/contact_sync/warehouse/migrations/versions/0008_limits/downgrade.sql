-- Back to where nothing was limited.
DROP TABLE sync.initiation, sync.place;
ALTER TABLE sync.sync DROP COLUMN missing_since;
