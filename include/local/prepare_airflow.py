"""Bring Airflow's own database up to date and fill it: migration, connections, pools, variables.

Runs as a process of its own with the environment of `include.local.airflow`. Airflow's commands are called through
its own argument parser in this one process, because each call of the command line costs seconds. The files that
hold secrets for the import lie in a private folder and are gone afterwards.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from include.local import settings
from include.local.state import PROJECT


def run_airflow(parser: argparse.ArgumentParser, *arguments: str) -> None:
    """One command of the airflow command line, here and now; its failures are raised."""
    parsed = parser.parse_args(list(arguments))
    parsed.func(parsed)


def main() -> None:
    """Migrate, then import what airflow_settings.yaml names, with the addresses of the services of this runtime."""
    from airflow.cli.cli_parser import get_parser

    parser = get_parser()
    run_airflow(parser, "db", "migrate")
    found = settings.read_settings(PROJECT / "airflow_settings.yaml")
    imports: dict[str, tuple[Any, list[str]]] = {
        "connections": (
            settings.connections(
                found, os.environ["CONTACT_SYNC_WAREHOUSE_URL"], os.environ["CONTACT_SYNC_SANDBOX_URL"]
            ),
            ["--overwrite"],
        ),
        "pools": (settings.pools(found), []),
        "variables": (settings.variables(found), []),
    }
    with tempfile.TemporaryDirectory(prefix="import-", dir=os.environ["AIRFLOW_HOME"]) as folder:
        for name, (content, options) in imports.items():
            if content:
                file = Path(folder) / f"{name}.json"
                file.write_text(json.dumps(content), encoding="utf-8")
                run_airflow(parser, name, "import", str(file), *options)


if __name__ == "__main__":
    main()
