"""What the scheduler of the tests loads once, so that each task forked from it need not: a third of a run's CPU time.

Airflow imports this module of its own accord where the path has it, in every process; others do without. Tasks fork
from the scheduler's workers (LocalExecutor) and would each spend seconds on importing pandas and Great Expectations.
"""

import sys

if "scheduler" in sys.argv:
    import contact_sync.operators.extract
    import contact_sync.operators.push
    import contact_sync.stages.load
    import contact_sync.validation.engine  # noqa: F401
