"""Where the data of the project lies: `include/` beside `plugins/`.

The package is installed in editable form, so the project root is two folders up. A deployment that keeps
its sync files elsewhere names that folder in CONTACT_SYNC_INCLUDE.
"""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def include_folder() -> Path:
    """The folder with syncs/, sql/, expectations/, reference/ and organisation.yaml."""
    return Path(os.environ.get("CONTACT_SYNC_INCLUDE") or PROJECT / "include")
