# ruff: noqa: F401 - to be loaded is all that is asked of them
"""What the scheduler loads once, so that no task that is forked from it need: half of a small run's CPU time.

Airflow imports this module of its own accord, in every process, when it is on the path. Tasks fork from workers of the
scheduler (LocalExecutor); without it each run spends seconds on importing pandas and Great Expectations.
"""

import logging
import sys

if "scheduler" in sys.argv:
    # Before the import: it would write some 250 lines into the scheduler's log.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import airflow.providers.http.hooks.http
    import airflow.providers.postgres.hooks.postgres
    import great_expectations.expectations
    import pandas
