-- Back to where the address of a record that was kept out was not kept.
ALTER TABLE contacts.source_link DROP COLUMN untaken_key;
