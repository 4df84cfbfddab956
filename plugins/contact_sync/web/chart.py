"""A chart of outcomes over fetches: plain SVG, one bar a fetch, its parts stacked.

By hand, because a chart here needs forty lines, takes its colours from the style sheet and so follows the theme, and
brings no script: a charting library would bring its own of each. The table beside it says the same in numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PARTS = ("new", "re_added", "duplicate", "ignored")
"""From the foot of a bar upwards; their colours are in pages.css."""
BAR, GAP, HEIGHT = 16.0, 6.0, 160.0
_LEAST = 1.0
"""What there is of something is seen, however little it is."""


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a bar: where it stands, and what a mouse over it tells."""

    part: str
    x: float
    y: float
    height: float
    told: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All blocks; most: the records of the highest bar; width, in units of the picture."""

    blocks: tuple[Block, ...]
    failed: tuple[Block, ...]
    most: int
    width: float
    height: float = HEIGHT
    bar: float = BAR


def chart(history: Sequence[Mapping[str, Any]]) -> Chart | None:
    """The chart of a history, which comes newest first; None if no fetch of it counted anything.

    Fetches that failed or were skipped stand as a mark at the foot, and previews, which took nobody in.
    """
    fetches = list(reversed(history))
    most = max((_total(fetch) for fetch in fetches), default=0)
    if not most:
        return None
    blocks: list[Block] = []
    marks: list[Block] = []
    for number, fetch in enumerate(fetches):
        x = number * (BAR + GAP)
        if _is_mark(fetch):
            marks.append(Block(str(fetch["status"]), x, HEIGHT - 4, 4, _told(fetch, str(fetch["status"]))))
        else:
            blocks.extend(_bar(fetch, x, most))
    return Chart(tuple(blocks), tuple(marks), most, len(fetches) * (BAR + GAP))


def _bar(fetch: Mapping[str, Any], x: float, most: int) -> list[Block]:
    bar, foot = [], HEIGHT
    for part in PARTS:
        records = fetch[part] or 0
        if records:
            height = max(_LEAST, HEIGHT * records / most)
            foot -= height
            bar.append(Block(part, x, round(foot, 2), round(height, 2), _told(fetch, f"{part}: {records:,}")))
    return bar


def _is_mark(fetch: Mapping[str, Any]) -> bool:
    return fetch["total"] is None or fetch["status"] == "preview"


def _total(fetch: Mapping[str, Any]) -> int:
    return 0 if _is_mark(fetch) else sum(fetch[part] or 0 for part in PARTS)


def _told(fetch: Mapping[str, Any], what: str) -> str:
    return f"{fetch['started_at']:%Y-%m-%d %H:%M} UTC, {what}"
