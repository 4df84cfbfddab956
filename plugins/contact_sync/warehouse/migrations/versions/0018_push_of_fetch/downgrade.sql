-- Back to no such index; its page is slower then.
DROP INDEX sync.push_ledger_fetch;
