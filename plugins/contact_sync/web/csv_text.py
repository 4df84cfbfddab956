"""Rows as CSV that spreadsheets take for text and nothing else.

A cell that begins like a formula gets an apostrophe in front, which spreadsheets do not show: names and addresses come
from people, and a formula of theirs must not run on the machine of who opens the file.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from fastapi.responses import StreamingResponse

from contact_sync.web.rendering import as_words

_MARK = "\ufeff"
"""Without this mark Excel takes UTF-8 for another encoding."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PIECE = 500


def download(name: str, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> StreamingResponse:
    """Rows as a file of that name, sent while they are read."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(lines(columns, rows), media_type="text/csv; charset=utf-8", headers=headers)


def lines(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The text of the file, some hundred lines at a time."""
    text = io.StringIO()
    writer = csv.writer(text)
    text.write(_MARK)
    writer.writerow(columns)
    for number, row in enumerate(rows, 1):
        writer.writerow([cell(row[column]) for column in columns])
        if number % _PIECE == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def cell(value: Any) -> str:
    """One value as a cell: never a formula, whatever a person wrote."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    words = as_words(value)
    return f"'{words}" if words.lstrip(" \u00a0").startswith(_FORMULA) else words
