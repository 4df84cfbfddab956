-- A record that is kept out may have changed its address meanwhile: the contact keeps the old one, and yet the new one
-- names the person, so that no other record makes somebody new of it.
ALTER TABLE contacts.source_link ADD COLUMN untaken_key text;
CREATE INDEX source_link_untaken ON contacts.source_link (untaken_key) WHERE untaken_key IS NOT NULL;
COMMENT ON COLUMN contacts.source_link.untaken_key IS 'The address that the record came with last, where its contact does not have it: whoever is kept out is known by it (OUT-11, OUT-13).';
