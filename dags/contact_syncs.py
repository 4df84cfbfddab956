"""The loader: every file of include/syncs/ becomes an Airflow DAG.

Files that are broken have no DAG and do no harm to the others; contact_sync_errors.py says what is wrong with them.
A worker builds only the DAG that it is about to run.
"""

from airflow.sdk import get_parsing_context

from contact_sync.dag_factory import build_dags
from contact_sync.paths import include_folder

_context = get_parsing_context()

for _dag_id, _dag in build_dags(include_folder(), _context.dag_id, _context.task_id).dags.items():
    globals()[_dag_id] = _dag
