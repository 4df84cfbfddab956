"""Is this batch sane: suites of expectations over staging."""
