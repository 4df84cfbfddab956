"""Pages of long lists by key: each begins behind the last row of the one before, whatever was added meanwhile.

No count and no offset: the hundredth page costs what the first one does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

ROWS = 100
"""Rows of a page."""
CHUNK = 5_000
"""Rows of a piece of an export."""

Fetch = Callable[[int | None, int], list[dict[str, Any]]]
"""Reads rows behind a key (None: from the first), at most so many."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows; after: the key behind which the next page begins, None if this is the last."""

    rows: list[dict[str, Any]]
    after: int | None


def one_page(read: Fetch, after: int | None, key: str, size: int = ROWS) -> Page:
    """The page behind a key. One row more is read than is shown, to know whether another page follows."""
    found = read(after, size + 1)
    shown = found[:size]
    return Page(shown, int(shown[-1][key]) if len(found) > size else None)


def all_rows(read: Fetch, key: str, size: int = CHUNK) -> Iterator[dict[str, Any]]:
    """Every row, read piece by piece, so that an export of any length needs the memory of one piece."""
    after: int | None = None
    while True:
        piece = one_page(read, after, key, size)
        yield from piece.rows
        after = piece.after
        if after is None:
            return
