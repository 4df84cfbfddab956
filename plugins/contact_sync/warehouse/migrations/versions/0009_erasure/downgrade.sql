-- Back to where nobody could be erased. What was erased stays so; by what people were known again is lost.
DROP TABLE sync.erased;
ALTER TABLE staging.batch_template DROP COLUMN record_hash, DROP COLUMN erased_by;
ALTER TABLE sync.act DROP COLUMN detail;
UPDATE contacts.suppression SET carried_from = NULL WHERE carried_from IN (
    SELECT suppression_id FROM contacts.suppression WHERE contact_id IS NULL AND email_key IS NULL);
DELETE FROM contacts.suppression WHERE contact_id IS NULL AND email_key IS NULL;
ALTER TABLE contacts.suppression DROP CONSTRAINT suppression_check;
ALTER TABLE contacts.suppression ADD CONSTRAINT suppression_check CHECK (contact_id IS NOT NULL OR email_key IS NOT NULL);
ALTER TABLE contacts.suppression DROP COLUMN address_hash;
