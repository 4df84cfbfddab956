"""The DAGs that belong to no sync: there whatever is wrong with the syncs, and cheap to parse."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.airflow_home import PROJECT, environment
from tests.dags.conftest import ADMIN, APPROVALS, HOUSEKEEPING, parsed

if TYPE_CHECKING:
    from tests.dags.conftest import Include

HEAVY = ("pandas", "great_expectations", "sqlalchemy", "psycopg", "contact_sync.stages.", "contact_sync.hooks.")


@pytest.mark.parametrize("broken", ["organisation", "sync"])
@pytest.mark.parametrize("dag_id", [ADMIN, APPROVALS, HOUSEKEEPING])
def test_it_is_there_whatever_is_broken(include: "Include", dag_id: str, broken: str) -> None:
    """LIM-4, ADV-8, OPS-9, OPS-11: people act and answer, and personal data go, while a file elsewhere is broken."""
    if broken == "organisation":
        include.organisation(timezone="Europe/Berlln")
    else:
        include.write("nightly", schedule={"frequency": "dayly", "at": "02:00"})
    assert parsed(dag_id).dag_id == dag_id


@pytest.mark.parametrize("dag_id", [ADMIN, APPROVALS, HOUSEKEEPING])
def test_parsing_imports_nothing_heavy(include: "Include", tmp_path: Path, dag_id: str) -> None:
    """LIM-4: the DAG processor reads the file again and again."""
    script = (
        "import runpy, sys; import airflow.sdk; before = set(sys.modules)\n"
        f"runpy.run_path({str(PROJECT / 'dags' / f'{dag_id}.py')!r})\n"
        f"print(sorted(name for name in set(sys.modules) - before if name.startswith({HEAVY!r})))\n"
    )
    env = {**os.environ, **environment(tmp_path), "CONTACT_SYNC_INCLUDE": str(include.folder)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
