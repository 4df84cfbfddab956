"""What is shown to a person, whichever way: headings, sentences and tables of text, before any of it has a look."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text; columns in `numbers` are aligned to the right.

    fetches: the fetch that each row tells of, as id of its sync and number, where a page leads there; empty for none.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[str] = ()
    fetches: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, sentences below it, then tables."""

    title: str
    lines: Sequence[str] = ()
    tables: Sequence[Table] = field(default=())
