"""Finds the Chromium that the tests of this folder drive: CHROMIUM, else that of the PATH, else Playwright's own.

A browser that is named and is not there is an error: another one in its place would prove something else. Looks at
files only and starts nothing.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

VARIABLE = "CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
REMEDY = (
    "On Debian: apt-get install chromium. Anywhere: .venv/bin/python -m playwright install chromium, which downloads "
    "Playwright's own. Or name one: make test-browser CHROMIUM=/path/to/chromium"
)


class NoChromiumError(Exception):
    """There is no browser; the text says how to get one."""


def find_chromium(environment: Mapping[str, str], own: Callable[[], str]) -> str:
    """The path of a Chromium that can be started.

    environment: its CHROMIUM names a program or a path, its PATH is searched. own: where Playwright would have
    put its own, whether it is there or not; asked last, because it starts Playwright's driver.
    Raises NoChromiumError, with what to do.
    """
    path = environment.get("PATH", os.defpath)
    if named := environment.get(VARIABLE):
        found = shutil.which(named, path=path)
        if found is None:
            raise NoChromiumError(f"{VARIABLE} names {named}, and no program is there. {REMEDY}")
        return found
    for name in NAMES:
        if found := shutil.which(name, path=path):
            return found
    bundled = Path(own())
    if os.access(bundled, os.X_OK) and bundled.is_file():
        return str(bundled)
    raise NoChromiumError(
        f"The tests of the pages need Chromium. None is named by {VARIABLE}, none of {', '.join(NAMES)} is on the "
        f"PATH, and Playwright has none of its own ({bundled}). {REMEDY}"
    )
