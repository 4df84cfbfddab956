-- Whoever writes what classification reads first takes the organisation's row and raises its number. A load compares
-- the number with the one that classify saw, so a write in between is never overlooked, not even one made with psql.
-- A load, which knows whether it changed a row, says so in contact_sync.counts_changes and raises the number itself.
-- The trigger fires before the statement, so the row is always locked before any other: no two writers can deadlock.
CREATE FUNCTION sync.note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('contact_sync.counts_changes', true) = 'on' THEN
        PERFORM FROM sync.organisation FOR UPDATE;
    ELSE
        UPDATE sync.organisation SET change_no = change_no + 1;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION sync.note_change IS 'Raises the organisation''s change number and holds its row until the transaction ends.';

CREATE TRIGGER note_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON contacts.contact     FOR EACH STATEMENT EXECUTE FUNCTION sync.note_change();
CREATE TRIGGER note_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON contacts.membership  FOR EACH STATEMENT EXECUTE FUNCTION sync.note_change();
CREATE TRIGGER note_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON contacts.suppression FOR EACH STATEMENT EXECUTE FUNCTION sync.note_change();
CREATE TRIGGER note_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON contacts.bounce      FOR EACH STATEMENT EXECUTE FUNCTION sync.note_change();
CREATE TRIGGER note_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON contacts.source_link FOR EACH STATEMENT EXECUTE FUNCTION sync.note_change();

-- A value changed by hand, with psql, says so: no revert of a fetch overwrites it (OPS-12). Our own statements, which
-- run under the lock above, note the change themselves.
CREATE FUNCTION contacts.note_change_by_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    NEW.updated_by_fetch := NULL;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION contacts.note_change_by_hand IS 'Marks a contact as changed by a person.';

CREATE TRIGGER note_change_by_hand BEFORE UPDATE ON contacts.contact FOR EACH ROW
WHEN (NEW.updated_at = OLD.updated_at AND current_setting('contact_sync.counts_changes', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION contacts.note_change_by_hand();
