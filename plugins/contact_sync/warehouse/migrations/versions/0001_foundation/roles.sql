-- Roles: reader for the views, writer for the tasks. Roles belong to the whole server, so another database on it may
-- have made them already; a user who may not make roles goes on without them.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['contact_sync_reader', 'contact_sync_writer'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;
                WHEN insufficient_privilege THEN
                    RAISE NOTICE 'role % is not made: this user may not make roles', role_name;
            END;
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'contact_sync_reader') THEN
        GRANT USAGE ON SCHEMA contacts, sync TO contact_sync_reader;
        GRANT SELECT ON contacts.mailable_members, sync.import_history, sync.ignored_by_reason TO contact_sync_reader;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'contact_sync_writer') THEN
        GRANT USAGE ON SCHEMA contacts, sync TO contact_sync_writer;
        GRANT USAGE, CREATE ON SCHEMA staging TO contact_sync_writer;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA contacts, sync TO contact_sync_writer;
        GRANT SELECT ON ALL TABLES IN SCHEMA staging TO contact_sync_writer;
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA contacts, sync TO contact_sync_writer;
        GRANT EXECUTE ON FUNCTION sync.make_ledger_partitions, sync.drop_ledger_partitions TO contact_sync_writer;
    END IF;
END $$;
