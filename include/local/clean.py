"""`make clean-demo`: forget the demo, and whatever demo-once runs that were killed have left behind.

Only state folders of this clone are removed, with the folders under /var/tmp that they name. A folder that a
running demo holds is left alone, and said.
"""

import shutil
import sys
from pathlib import Path

from include.local.errors import LocalError
from include.local.say import line, show_warnings
from include.local.server_user import forget
from include.local.state import BUILD, DEMO, State

LOGS = ("logs", "airflow/logs", "postgres/postgres.log")


def forget_state(folder: Path, keep_logs: bool = False) -> None:
    """Remove a state folder whose services are stopped; with `keep_logs` all but the logs."""
    if keep_logs:
        kept = folder.with_name(f"{folder.name}.logs")
        for name in LOGS:
            if (folder / name).exists():
                (kept / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(folder / name, kept / name)
    forget(folder / "postgres")
    shutil.rmtree(folder)
    if keep_logs and kept.exists():
        kept.rename(folder)


def main() -> int:
    """Remove the state folders that nobody holds; 1 when one is in use."""
    show_warnings()
    found = [folder for folder in (DEMO, *sorted(BUILD.glob("demo-once-*"))) if folder.is_dir()]
    code = 0
    for folder in found:
        state = State(folder)
        try:
            state.open()
            forget_state(folder)
            line(f"Forgot {folder}")
        except LocalError as problem:
            line(f"Left {folder} alone. {problem}")
            code = 1
        finally:
            state.close()
    if not found:
        line("There is no demo to forget.")
    return code


if __name__ == "__main__":
    sys.exit(main())
