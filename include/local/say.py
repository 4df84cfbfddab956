"""What people see while they wait: one line for each phase, with its time, and a moving line in a terminal.

Without a terminal (a log, a pipe) each phase is announced when it begins and again when it ends, so that a log
tells where it hangs. Nothing here decides anything.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

console = Console(highlight=False, soft_wrap=True)


def show_warnings() -> None:
    """Let warnings of the runtime appear between the phases."""
    handler = _Lines(logging.INFO)
    logging.getLogger().addHandler(handler)
    logging.getLogger("include.local").setLevel(logging.INFO)


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        console.print(f"[yellow]  ![/yellow] {escape(record.getMessage())}")


def line(text: str = "") -> None:
    """A plain line."""
    console.print(text, markup=False)


@contextmanager
def phase(doing: str, done: str) -> Iterator[Callable[[str], None]]:
    """Show that something is being done, then that it is, with the seconds it took.

    Yields a function that replaces the moving text; a failure leaves the line of what was being done.
    """
    began = time.monotonic()
    if not console.is_terminal:
        line(f"  … {doing}")
    with console.status(escape(doing)) as status:
        try:
            yield lambda text: status.update(escape(text))
        except BaseException:
            status.stop()
            console.print(f"[red]  ✗[/red] {escape(doing)} ({time.monotonic() - began:.1f} s)")
            raise
    console.print(f"[green]  ✓[/green] {escape(done)} [dim]{time.monotonic() - began:.1f} s[/dim]")
