"""The Postgres contacts warehouse: tables, statements, locks."""
