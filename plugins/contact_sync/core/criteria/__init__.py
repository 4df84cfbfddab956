"""Criteria: which records are in scope (CRIT). Pure, and cheap to import: files with criteria are read often."""
