"""`env` of the demo's folder: what another terminal needs so that `contact-sync` and `airflow` speak to the demo.

Read with `. .demo/env`. Only its owner can read it, for it holds the passwords of this runtime; it is there only while
the demo is up.
"""

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from include.local.state import PROJECT

NAME = "env"
OURS = ("AIRFLOW", "CONTACT_SYNC_")


@contextmanager
def shell(folder: Path, env: Mapping[str, str]) -> Iterator[Path]:
    """The file, written for as long as this lasts. env: of the processes of the demo; of it what is the demo's own."""
    path = folder / NAME
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("".join(f"{each}\n" for each in _lines(env)), encoding="utf-8")
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _lines(env: Mapping[str, str]) -> Iterator[str]:
    yield f"# contact-sync and airflow of the demo that is up; in a shell: . {NAME}"
    for name in sorted(env):
        if name.startswith(OURS):
            yield f"export {name}={shlex.quote(env[name])}"
    yield f"export PYTHONPATH={shlex.quote(os.pathsep.join((str(PROJECT), str(PROJECT / 'plugins'))))}"
    yield f'export PATH={shlex.quote(str(PROJECT / ".venv" / "bin"))}:"$PATH"'
