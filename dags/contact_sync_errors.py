"""Shows broken sync files in the Airflow UI as one import error that lists them all, apart from the good DAGs (LIM-4).

An error on the loader's own file would make every DAG of that file stale. This file never holds a DAG.
"""

from airflow.sdk import get_parsing_context

from contact_sync.dag_factory import build_dags
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder


def _raise_problems() -> None:
    problems = build_dags(include_folder()).problems
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise ConfigError("\n".join([f"{count} in the configuration of contact syncs:", *problems]))


# A worker that runs a task of another DAG need not hear of it.
if get_parsing_context().dag_id is None:
    _raise_problems()
