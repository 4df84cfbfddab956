"""The two DAG files, parsed as Airflow parses them, over good and broken sync files."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contact_sync.errors import ConfigError
from tests.airflow_home import PROJECT, environment

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

    from tests.dags.conftest import Include

Parse = Callable[[], "DagBag"]
ERRORS_FILE = "contact_sync_errors.py"
HEAVY = ("pandas", "great_expectations", "psycopg", "contact_sync.stages.", "contact_sync.hooks.")


def broken(include: "Include") -> None:
    include.write("bad_frequency", schedule={"frequency": "dayly", "at": "02:00"})
    include.text("bad_yaml", "name: [unclosed\n")
    include.write("long_tag", tags=["x" * 101])


def test_each_good_file_is_a_dag_named_after_it(include: "Include", parse: Parse) -> None:
    """SRC-0: one file, one DAG, its name is the id."""
    include.write("nightly")
    include.write("other.sync", name="Another", list="Other")
    bag = parse()
    assert set(bag.dags) == {"nightly", "other.sync"}
    assert bag.import_errors == {}
    assert {Path(dag.fileloc).name for dag in bag.dags.values()} == {"contact_syncs.py"}


def test_broken_files_leave_the_good_dags_alone(include: "Include", parse: Parse) -> None:
    """LIM-4: the loader's own file has no error, so its DAGs do not go stale; the other file names every problem."""
    include.write("nightly")
    broken(include)
    bag = parse()
    assert set(bag.dags) == {"nightly"}
    assert [Path(name).name for name in bag.import_errors] == [ERRORS_FILE]
    (text,) = bag.import_errors.values()
    assert "include/syncs/bad_frequency.yaml:" in text
    assert "schedule.frequency" in text
    assert "Did you mean 'daily'?" in text
    assert "contact-sync lint include/syncs/bad_frequency.yaml" in text
    assert "include/syncs/bad_yaml.yaml:" in text
    assert "include/syncs/long_tag.yaml" in text
    assert "nightly" not in text


def test_a_mended_file_has_its_dag_again(include: "Include", parse: Parse) -> None:
    """LIM-4: nothing but the file decides."""
    include.write("nightly", schedule={"frequency": "dayly", "at": "02:00"})
    assert not parse().dags
    include.write("nightly")
    bag = parse()
    assert set(bag.dags) == {"nightly"}
    assert bag.import_errors == {}


def test_a_broken_organisation_is_said_once(include: "Include", parse: Parse) -> None:
    """LIM-4: without policies and accounts no sync can be built; the error names the file to mend."""
    include.write("nightly")
    include.organisation(timezone="Europe/Berlln")
    bag = parse()
    assert not bag.dags
    (text,) = bag.import_errors.values()
    assert "include/organisation.yaml:2: timezone" in text
    assert "Did you mean 'Europe/Berlin'?" in text


def test_a_worker_builds_only_its_own_dag(include: "Include", parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    """LIM-4: a worker hears nothing of other syncs' problems."""
    include.write("nightly")
    include.write("weekly")
    broken(include)
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "weekly")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_TASK_ID", "load")
    bag = parse()
    assert set(bag.dags) == {"weekly"}
    assert bag.import_errors == {}


@pytest.mark.parametrize("vanished", [False, True], ids=["broken since", "removed since"])
def test_a_task_of_a_file_that_broke_meanwhile_still_finds_its_dag(
    include: "Include", parse: Parse, monkeypatch: pytest.MonkeyPatch, vanished: bool
) -> None:
    """LIM-4: a fetch under way goes on as it was configured; extract says what is wrong with the file."""
    from contact_sync.operators.extract import read_sync

    path = include.write("nightly", schedule={"frequency": "dayly", "at": "02:00"})
    if vanished:
        path.unlink()
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "nightly")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_TASK_ID", "load")
    dag = parse().dags["nightly"]
    assert [task.task_id for task in dag.topological_sort()] == ["extract", "validate", "classify", "load", "push"]
    with pytest.raises(
        ConfigError, match=r"nightly\.yaml.* is not there any more" if vanished else "schedule.frequency"
    ):
        read_sync("nightly")


def test_a_command_that_names_a_foreign_dag_gets_no_dag_of_ours(
    include: "Include", parse: Parse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LIM-4: `airflow dags test someone_elses` parses this file too, with that DAG's id."""
    include.write("nightly")
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "someone_elses")
    assert not parse().dags


def test_parsing_imports_nothing_heavy(include: "Include", tmp_path: Path) -> None:
    """LIM-4: a fresh interpreter that ran the loader holds no pandas, no expectations, no driver, no provider hook."""
    include.write("nightly")
    script = (
        "import runpy, sys\n"
        f"found = runpy.run_path({str(PROJECT / 'dags' / 'contact_syncs.py')!r})\n"
        "print([name for name in found if not name.startswith('_') and hasattr(found[name], 'dag_id')])\n"
        f"heavy = {HEAVY!r}\n"
        "print(sorted(name for name in sys.modules if name.startswith(heavy)"
        " or name.startswith('airflow.providers') and '.hooks' in name))\n"
    )
    env = {**os.environ, **environment(tmp_path), "CONTACT_SYNC_INCLUDE": str(include.folder)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["['nightly']", "[]"]


@pytest.mark.parametrize("name", ["contact_syncs.py", ERRORS_FILE])
def test_airflow_takes_the_file_for_a_dag_file(name: str) -> None:
    """LIM-4: without both words Airflow's safe mode passes a file over without a sound."""
    content = (PROJECT / "dags" / name).read_bytes().lower()
    assert b"airflow" in content
    assert b"dag" in content
