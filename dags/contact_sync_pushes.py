"""The loader of airflow DAGs push_<account>: switches of organisation.yaml whose list no sync feeds (PUSH-0).

A dag of its own file each: nothing wrong with one of them reaches the syncs.
"""

from airflow.sdk import get_parsing_context

from contact_sync.paths import include_folder
from contact_sync.push_dags import build_push_dags

_context = get_parsing_context()

for _dag_id, _dag in build_push_dags(include_folder(), _context.dag_id, _context.task_id).items():
    _dag.validate()
    globals()[_dag_id] = _dag
