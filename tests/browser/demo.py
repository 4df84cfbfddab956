"""The demo as a person has it, all examples run: for the tour of the README and the pictures of the documentation."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from include.local.state import PROJECT

UP = "Ctrl-C stops everything"


@dataclass(frozen=True)
class Demo:
    """A demo that is up. env: of a terminal beside it; folder: what `.demo/` is to a person."""

    folder: Path
    env: dict[str, str]
    ui: str
    password: str


@contextmanager
def demo_up(folder: Path) -> Iterator[Demo]:
    """`make demo` in a folder of its own, until it says that all is up; stopped as Ctrl-C does."""
    env = {**os.environ, "CONTACT_SYNC_DEMO": str(folder), "COLUMNS": "160"}
    command = [sys.executable, "-m", "include.local.demo"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            told = "".join(_until_up(process))
            ui, password = re.search(r"^Airflow +(\S+)", told, re.M), re.search(r"user admin, password (\S+)", told)
            assert ui is not None, told[-3000:]
            assert password is not None, told[-3000:]
            assert "as the independent count says" in told, told[-3000:]
            # what it says from now on must be read, or it would stand still
            threading.Thread(target=process.stdout.read, daemon=True).start()  # type: ignore[union-attr]
            yield Demo(folder, env, ui[1], password[1])
        finally:
            process.terminate()
            process.wait(90)


def _until_up(process: "subprocess.Popen[str]") -> Iterator[str]:
    for line in process.stdout or ():
        yield line
        if line.startswith(UP):
            return
