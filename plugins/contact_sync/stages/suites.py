"""What is wrong with the suites of include/expectations, told before a run meets it.

Reads files only: no warehouse, and nothing that runs a suite is imported, so lint stays quick.
"""

from dataclasses import dataclass
from pathlib import Path

from contact_sync.errors import ConfigError
from contact_sync.validation.suites import load_suite, suite_names

EXPECTATIONS_FOLDER = "expectations"


@dataclass(frozen=True, slots=True)
class SuiteFlaw:
    """One flaw. `file` as people name it, such as include/expectations/candidates.yaml; line 0: the whole of it."""

    file: str
    line: int
    message: str


def check_suites(folder: Path) -> list[SuiteFlaw]:
    """Every flaw of every suite; `folder` is the one that holds expectations/ (`paths.include_folder()`)."""
    shown = f"{folder.name}/{EXPECTATIONS_FOLDER}"
    names = suite_names(folder / EXPECTATIONS_FOLDER)
    if not names:
        message = "holds no suite (*.yaml), and the task validate of every sync needs one, such as candidates.yaml."
        return [SuiteFlaw(shown, 0, message)]
    return [flaw for name in names for flaw in _flaws(folder / EXPECTATIONS_FOLDER, name, f"{shown}/{name}.yaml")]


def _flaws(expectations: Path, name: str, shown: str) -> list[SuiteFlaw]:
    try:
        load_suite(expectations, name)
    except ConfigError as error:
        place = f"{expectations / name}.yaml:"
        return [_flaw(line.removeprefix(place), shown) for line in str(error).splitlines()]
    except UnicodeDecodeError:
        return [SuiteFlaw(shown, 0, "is not UTF-8. Save the file in that encoding.")]
    except OSError as error:
        return [SuiteFlaw(shown, 0, f"cannot be read: {(error.strerror or type(error).__name__).lower()}.")]
    return []


def _flaw(text: str, shown: str) -> SuiteFlaw:
    """`12: checks[2].severity: …` apart: the line and the rest."""
    line, colon, message = text.partition(": ")
    return SuiteFlaw(shown, int(line), message) if colon and line.isdigit() else SuiteFlaw(shown, 0, text)
