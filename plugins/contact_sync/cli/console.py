"""How the command line speaks: findings on stdout, mistakes and progress on stderr, tables readable in a log.

Exit codes: 0 all well, 1 problems found, 2 the command was used wrongly, 3 skipped by rule.
"""

import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from contact_sync.errors import ConfigError

PROBLEMS_FOUND = 1
USED_WRONGLY = 2
SKIPPED = 3
_LOG_WIDTH = 120


def show_what_the_screen_can() -> None:
    """From now on stdout shows '?' for a character that its encoding lacks, where it would end with an error."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


class UsageMistake(ConfigError):
    """An argument or option that cannot be meant: the command ends with exit code 2."""


def console(*, error: bool = False) -> Console:
    """A console on the streams of this moment; without a terminal it is as wide as COLUMNS says, or 120."""
    stream = sys.stderr if error else sys.stdout
    knows_width = stream.isatty() or "COLUMNS" in os.environ
    return Console(file=stream, width=None if knows_width else _LOG_WIDTH, highlight=False)


def say(text: str, *, style: str | None = None, error: bool = False) -> None:
    """Print text as it is: never wrapped, never read as markup."""
    console(error=error).print(text, style=style, markup=False, soft_wrap=True)


def say_json(value: Any) -> None:
    """Print a value as JSON, times in ISO 8601; other scripts stay readable if stdout can hold them."""
    escape = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=escape, default=_plain) + "\n")


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Say on a terminal's stderr what is being done, and for how long; gone at the end, nothing on a pipe.

    Gives what changes the words. While it shows, nothing may be printed on stdout.
    """
    if not sys.stderr.isatty():
        yield lambda words: None
        return
    from rich.markup import escape
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console(error=True), transient=True, redirect_stdout=False) as shown:
        task = shown.add_task(escape(what), total=None)
        yield lambda words: shown.update(task, description=escape(words))


def table(title: str | None, columns: Sequence[str], *, numbers: Sequence[str] = (), lines: bool = False) -> Table:
    """An empty table in the house's look; columns in `numbers` are aligned to the right."""
    result = Table(title=title, title_justify="left", title_style="bold", show_lines=lines, header_style="bold")
    for column in columns:
        result.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    return result


def counted(number: int, one: str, several: str | None = None) -> str:
    """A number and what it counts: `1 person`, `2,000 people`; without `several`, one more with an s."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def clock(moment: datetime | None, zone: ZoneInfo) -> str:
    """A moment for people, in `zone`."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else "–"


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "__float__"):  # Decimal of a view
        number = float(value)
        return int(number) if number.is_integer() else number
    return str(value)
