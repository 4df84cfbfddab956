"""How a plan looks: sections of facts and tables, as text for a terminal or Markdown for a pull request."""

from collections.abc import Iterable, Sequence

from rich.text import Text

from contact_sync.cli.console import console, say, table
from contact_sync.core.sections import Section


def print_text(sections: Iterable[Section]) -> None:
    """Print for a person."""
    for each in sections:
        say(each.title, style="bold")
        for line in each.lines:
            say(f"  {line}")
        for found in each.tables:
            shown = table(None, found.columns, numbers=found.numbers)
            for row in found.rows:
                shown.add_row(*map(Text, row))  # as Text, for a record id may hold what Rich takes for markup
            console().print(shown)


def print_markdown(sections: Iterable[Section]) -> None:
    """Print for a page that understands GitHub's Markdown."""
    for number, each in enumerate(sections):
        say(f"{'#' * (2 if number == 0 else 3)} {_plain(each.title)}\n")
        if each.lines:
            say("\n".join(f"- {_plain(line)}" for line in each.lines) + "\n")
        for found in each.tables:
            say(_rows([found.columns]))
            say(_rows([["--:" if column in found.numbers else "---" for column in found.columns]]))
            say(_rows([[_plain(cell) for cell in row] for row in found.rows]) + "\n")


def _rows(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _plain(text: str) -> str:
    """Text that stays as it is: no table cell ends within, nothing becomes a tag or a mark."""
    for mark in "\\`*_|<>[]#@":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
