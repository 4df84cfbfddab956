"""The generated JSON Schemas agree with the models, the examples are in order, and reading them is cheap."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.config.schema import SCHEMAS, schema_text, stale_schemas, write_schemas
from contact_sync.config.yaml_text import read_yaml
from contact_sync.paths import PROJECT

INCLUDE = PROJECT / "include"


def test_the_committed_schemas_are_current() -> None:
    assert [problem.render() for problem in stale_schemas(INCLUDE)] == []


def test_a_stale_schema_is_told_and_written(tmp_path: Path) -> None:
    write_schemas(tmp_path)
    assert write_schemas(tmp_path) == []
    path = tmp_path / "schema" / "sync.schema.json"
    path.write_text("{}")
    assert [problem.message for problem in stale_schemas(tmp_path)] == [
        "is out of date: it is generated from the models. Write it with: contact-sync lint --write-schema"
    ]
    assert write_schemas(tmp_path) == [path]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_are_valid_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text(name)))


def test_the_examples_are_in_order() -> None:
    """SRC-1 to SRC-6: every kind of source, each frequency; room is left for a newcomer's own syncs (LIM-2)."""
    loaded = load_syncs(INCLUDE)
    assert [found.render() for found in loaded.problems + loaded.warnings] == []
    kinds = {(sync.module, sync.scope, sync.schedule.frequency, sync.list_name) for sync in loaded.syncs.values()}
    assert {
        ("Candidates", "all", "daily", "Talent news"),
        ("Candidates", "view", "weekly", "Engineering talks"),
        ("Candidates", "criteria", "weekly", "Engineering talks"),
        ("Contacts", "criteria", "daily", "Client news"),
        ("Contacts", "criteria", "weekly", "Client news"),
        ("Alumni", "all", "monthly", "Alumni letter"),
        ("talent-desk/All_Applicants", "all", "daily", "Talent news"),
        ("Candidates", "all", "once", "Careers site launch"),
    } <= kinds
    assert len(loaded.syncs) <= 8


@pytest.mark.parametrize("path", [*sorted((INCLUDE / "syncs").glob("*.yaml")), INCLUDE / "organisation.yaml"])
def test_examples_pass_the_schema_that_their_first_line_names(path: Path) -> None:
    text = path.read_text()
    first = text.splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    schema = json.loads((path.parent / first.partition("=")[2]).read_text())
    jsonschema.Draft202012Validator(schema).validate(read_yaml(text).value)


@pytest.mark.parametrize("wrong", ["schedule: {frequency: dayly}", "push: yes", "retrieve: {after: 3}", "lst: x"])
def test_the_schema_refuses_what_the_models_refuse(sync_text: str, wrong: str) -> None:
    value = read_yaml(sync_text).value
    validator = jsonschema.Draft202012Validator(json.loads(schema_text("sync.schema.json")))
    validator.validate(value)
    assert not validator.is_valid(value | read_yaml(wrong).value)


def test_reading_the_configuration_imports_nothing_heavy() -> None:
    """The DAG processor reads the files again and again: design, dependency rule."""
    code = (
        "import sys; from pathlib import Path; from contact_sync.config.loader import load_syncs; "
        f"assert load_syncs(Path({str(INCLUDE)!r})).syncs; "
        "print([name for name in ('pandas', 'sqlalchemy', 'airflow', 'great_expectations') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(PROJECT / "plugins")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("pattern", "loaded"), [("", "[]"), ("pattern: 2 or 1", "['lark']")])
def test_the_parser_of_patterns_is_imported_for_a_pattern_only(folder: Path, pattern: str, loaded: str) -> None:
    """CRIT-3: it takes a tenth of a second, which the loader of many files has not."""
    conditions = "{1: {field: A, is: is_empty}, 2: {field: B, is: is_empty}}"
    with (folder / "syncs" / "good.yaml").open("a") as sync:
        sync.write(f"source: {{scope: criteria, criteria: {{conditions: {conditions}, {pattern}}}}}\n")
    code = (
        "import sys; from pathlib import Path; from contact_sync.config.loader import load_syncs; "
        f"assert load_syncs(Path({str(folder)!r})).syncs; print([name for name in ('lark',) if name in sys.modules])"
    )
    env = {"PYTHONPATH": str(PROJECT / "plugins")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded
