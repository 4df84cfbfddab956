"""Gives the tests an Airflow home of their own. Imported before anything imports airflow, which reads it once."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def environment(home: Path) -> dict[str, str]:
    """The variables of an Airflow that sees this project's DAGs and plugins, and nothing of the machine's own."""
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "plugins")]),
    }


if "airflow" in sys.modules:
    raise RuntimeError(
        "Import tests.airflow_home before anything that imports airflow: it would use the home of this user."
    )
HOME = Path(tempfile.mkdtemp(prefix="contact-sync-airflow-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ.update(environment(HOME))
