-- Requests are counted by what they were made with, too: a connection under test has another name than its account.
ALTER TABLE sync.token_request ADD COLUMN credentials text;
CREATE INDEX token_request_credentials ON sync.token_request (credentials, at);
COMMENT ON COLUMN sync.token_request.credentials IS 'Keyed hash of the credentials that it was made with; empty in older rows.';
COMMENT ON COLUMN sync.token_request.account IS 'The account; empty text for a connection under test that is no known account''s.';
