"""The errors of the local runtime: one class, shown as a message rather than as a stack.

A LocalError says what failed, where its log is, and what to do next. Anything else that escapes is a fault
of the runtime itself and keeps its stack.
"""

from pathlib import Path


class LocalError(Exception):
    """Something on this machine keeps the local runtime from working; the text is for the person who started it."""


def tail(log: Path, lines: int = 15) -> str:
    """The last `lines` lines of a log, indented for a message; says so when there is nothing to show."""
    if not log.is_file():
        return f"  ({log} was not written)"
    text = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    return "\n".join(f"  {line}" for line in text) or f"  ({log} is empty)"
