"""Runs the .sql files of a migration, which lie in a folder of its name beside it."""

from pathlib import Path
from typing import Any

from alembic import op


def run_scripts(migration: str, *names: str) -> None:
    """Run these files of a migration, in this order. migration: its `__file__`. names: without the ending."""
    folder = Path(migration).with_suffix("")
    driver: Any = op.get_bind().connection.driver_connection
    for name in names:
        script = (folder / f"{name}.sql").read_text(encoding="utf-8")
        # straight to the driver: several statements at once, and no placeholder is looked for in them
        driver.execute(script)
