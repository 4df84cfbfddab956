"""Event files in CSV, as spreadsheets and mailers write it (CAMP-1).

A quotation mark that is not closed would take every line up to the next one into its row. Such a row is set aside by
its first line alone; the other lines are given back and read as the rows that they are.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, TextIO

from contact_sync.core.events import Flaw, Kind, Rows, check_head
from contact_sync.errors import ConfigError
from contact_sync.stages import event_lines
from contact_sync.stages.event_lines import LONGEST_LINE, TOO_LONG, shown_of_a_line


class GivenBack(Iterator[str]):
    """Lines of a text, with their numbers. first: the number of the next one."""

    def __init__(self, text: TextIO, first: int) -> None:
        self._read = text.readline
        self._back: deque[str] = deque()
        self._number = first
        self.taken: list[str] = []
        """Lines of the row that is read."""

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._read(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        if len(line) > LONGEST_LINE:
            self._skip_rest(line)
        self.taken.append(line)
        return line

    def begin(self) -> int:
        """Begin a row; the number of its first line."""
        self._number += len(self.taken)
        self.taken.clear()
        return self._number

    def give_back(self) -> None:
        """Give back every line of the row but the first."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def _skip_rest(self, line: str) -> None:
        while line and not line.endswith(("\n", "\r")):
            line = self._read(LONGEST_LINE + 1)


def read_csv(name: str, stream: BinaryIO, kind: Kind) -> Iterator[Rows]:
    """Head in the first line, comma, semicolon or tab between cells, UTF-8; lines are those of the file.

    Raises ConfigError for an empty file and for other columns than the kind has.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield from _rows_of(name, text, kind)
    finally:
        text.detach()  # else it would close what the caller has opened


def _rows_of(name: str, text: TextIO, kind: Kind) -> Iterator[Rows]:
    csv.field_size_limit(LONGEST_LINE)
    head_line = text.readline(LONGEST_LINE)
    delimiter = max(",;\t", key=head_line.count)
    head = [cell.strip().casefold() for cell in next(csv.reader([head_line], delimiter=delimiter), [])]
    if not any(head):
        raise ConfigError(f"{name} is empty: the first line names the columns.")
    check_head(kind, head, name)
    source = GivenBack(text, first=2)
    rows = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        lines, cells, flaws = _csv_rows(rows, source, len(head), kind)
        if not lines:
            return
        raw = {place: _as_received(cells[place]) for place in flaws}
        for place in flaws:
            cells[place] = [*cells[place][: len(head)], *[""] * (len(head) - len(cells[place]))]
        columns = dict(zip(head, map(list, zip(*cells, strict=True)), strict=True))
        yield Rows(kind, columns, lines, flaws, raw)


def _csv_rows(
    rows: Iterator[list[str]], source: GivenBack, width: int, kind: Kind
) -> tuple[list[int], list[list[str]], dict[int, Flaw]]:
    """Lines and cells of the next rows, and what is wrong with some, by position; blank lines are none."""
    lines: list[int] = []
    found: list[list[str]] = []
    flaws: dict[int, Flaw] = {}
    size = 0
    while len(lines) < event_lines.ROWS_AT_ONCE and size < event_lines.CHARACTERS_AT_ONCE:
        line = source.begin()
        try:
            cells, wrong = next(rows), None
        except StopIteration:
            break
        except csv.Error as error:
            cells, wrong = [source.taken[0].rstrip()], f"the line is not CSV: {error}."
        if not cells:
            continue
        if len(cells) != width or len(source.taken) > 1 or wrong:
            cells, wrong = _of_one_line(cells, wrong, source, width, kind)
        if wrong:
            flaws[len(lines)] = Flaw("unreadable", wrong)
        size += len(source.taken[0])
        lines.append(line)
        found.append(cells)
    if not _is_utf8("".join(map("".join, found))):
        for place, cells in enumerate(found):
            if not _is_utf8("".join(cells)):
                flaws[place] = Flaw("unreadable", "it is not UTF-8. Save the file in that encoding.")
    return lines, found, flaws


def _of_one_line(
    cells: list[str], wrong: str | None, source: GivenBack, width: int, kind: Kind
) -> tuple[list[str], str | None]:
    """Cells of a row that may be wrong, and how. Of several lines only the first is taken: the others are rows too.

    Texts of campaigns may have several lines; nothing of a send or response has.
    """
    if len(source.taken[0]) > LONGEST_LINE:
        wrong = TOO_LONG
    elif wrong is None and len(cells) != width:
        wrong = f"it has {len(cells)} cells, and the head has {width}."
    several = len(source.taken) > 1
    if several and (wrong or (kind is not Kind.CAMPAIGNS and any("\n" in cell.strip() for cell in cells))):
        cells = [source.taken[0].rstrip()]
        wrong = "a quotation mark in the line is not closed. Write it twice, and quotation marks around the cell."
        source.give_back()
    return cells, wrong


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_received(cells: Sequence[str]) -> dict[str, Any]:
    return {"line": shown_of_a_line(", ".join(cells).encode(errors="surrogateescape"))}
