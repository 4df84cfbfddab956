"""Where the data of the project lies: `include/` beside `plugins/`.

The package is installed in editable form, so the project root is two folders up. A deployment that keeps
its sync files elsewhere names that folder in CONTACT_SYNC_INCLUDE.
"""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def include_folder() -> Path:
    """The folder with syncs/, expectations/, reference/ and organisation.yaml: what people edit."""
    return Path(os.environ.get("CONTACT_SYNC_INCLUDE") or PROJECT / "include")


def sql_folder() -> Path:
    """The statements. They belong to this version of the package, wherever the sync files are kept."""
    return PROJECT / "include" / "sql"
