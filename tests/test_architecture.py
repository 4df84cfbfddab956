"""The house rules that a machine can check: who may import whom, where Airflow and heavy libraries may appear."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "plugins" / "contact_sync"

ALLOWED = {
    "core": {"core", "errors"},
    "config": {"config", "core", "errors", "paths"},
    "zoho": {"zoho", "core", "errors", "redact"},
    "warehouse": {"warehouse", "core", "errors", "redact", "paths"},
    "validation": {"validation", "core", "errors", "redact"},
    "stages": {"stages", "zoho", "warehouse", "validation", "config", "core", "errors", "redact", "paths"},
    "hooks": {"hooks", "zoho", "warehouse", "core", "errors", "redact", "paths"},
    "operators": {"operators", "hooks", "stages", "config", "core", "errors", "paths", "warehouse"},
    "cli": {"cli", "stages", "config", "warehouse", "zoho", "core", "errors", "redact", "paths"},
    "web": {"web", "warehouse", "config", "core", "errors", "redact", "paths"},
    "dag_factory": {"dag_docs", "operators", "config", "core", "timetables"},
    "dag_docs": {"config", "core"},
    "push_dags": {"operators", "config", "timetables"},
    "timetables": {"core", "errors"},
    "run_notes": {"operators"},
    "answer_rights": set(),
    "provider": set(),
    "errors": set(),
    "redact": set(),
    "paths": set(),
}
"""Which parts of the package a part may import (the dependency rule of CONTRIBUTING)."""
AIRFLOW = {
    "answer_rights", "dag_factory", "hooks", "operators", "provider", "push_dags", "run_notes", "timetables",
}  # fmt: skip
IN_ONE_PLACE = {"cli": {"connections.py"}, "web": {"reading.py", "rights.py"}}
"""Modules of parts that else know neither Airflow nor the hooks."""
HEAVY = {"pandas", "great_expectations", "sqlalchemy", "psycopg", "requests"}
LIGHT = AIRFLOW - {"hooks"} | {"config", "dag_docs", "errors", "redact", "paths"}
"""Parts that the DAG loader reaches: nothing heavy at module level."""


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, *, top_level: bool = False) -> Iterator[str]:
    """Absolute names imported; with `top_level` only those executed on import (no functions, no TYPE_CHECKING)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = _executed(tree) if top_level else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            if node.module == "contact_sync":
                yield from (f"contact_sync.{alias.name}" for alias in node.names)


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _executed(child)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_dependency_rule(path: Path) -> None:
    """Upper parts may import lower ones, never back; only named parts know Airflow."""
    part = part_of(path)
    if part in {"__init__", "__main__"}:
        return
    for name in imports(path):
        root, _, rest = name.partition(".")
        if root == "contact_sync" and rest:
            target = rest.split(".")[0]
            if part in IN_ONE_PLACE and target == "hooks":
                assert path.name in IN_ONE_PLACE[part], f"{path.name} imports {name}"
            else:
                assert target in ALLOWED[part], f"{part} must not import {target} ({path.name})"
        assert root not in {"include", "dags", "tests"}, f"{path.name} imports {name}"
        if root == "airflow":
            assert part in AIRFLOW or path.name in IN_ONE_PLACE.get(part, ()), f"{path.name} imports Airflow"


@pytest.mark.parametrize(
    "path",
    [path for path in modules() if part_of(path) in LIGHT],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_nothing_heavy_at_module_level(path: Path) -> None:
    """What the DAG loader reaches imports pandas and its like only inside functions."""
    for name in imports(path, top_level=True):
        assert name.split(".")[0] not in HEAVY, f"{path.name} imports {name} at module level"
        if path.name != "approvals.py":  # of contact_sync_approvals alone; no sync's DAG is loaded with it
            assert not name.startswith("airflow.providers."), f"{path.name} imports {name} at module level"


def test_sandbox_and_product_share_nothing() -> None:
    """The sandbox and the local runtime import nothing of the product, so that an error in it excuses nothing."""
    for folder in ("sandbox", "local"):
        for path in (PROJECT / "include" / folder).rglob("*.py"):
            assert not [name for name in imports(path) if name.startswith("contact_sync")], path


def test_plugin_scanner_runs_none_of_our_modules_by_bare_name() -> None:
    """Airflow executes every .py in plugins/ by its bare name; .airflowignore keeps the package out of that."""
    script = (
        "import tests.airflow_home, sys\n"
        "from airflow.plugins_manager import get_plugin_info\n"
        "get_plugin_info()\n"
        "bare = {'run', 'api', 'email', 'secrets', 'window', 'auth', 'paging'} & set(sys.modules)\n"
        "wrong = [n for n in bare if 'contact_sync' in (getattr(sys.modules[n], '__file__', None) or '')]\n"
        "print('wrong:', wrong)\n"
    )
    path = os.pathsep.join([str(PROJECT), str(PROJECT / "plugins")])
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": path},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "wrong: []" in done.stdout, done.stdout + done.stderr


def test_no_assert_outside_tests() -> None:
    """An assert vanishes under python -O."""
    for folder in ("plugins", "include", "dags"):
        for path in (PROJECT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            assert not [node for node in ast.walk(tree) if isinstance(node, ast.Assert)], path
