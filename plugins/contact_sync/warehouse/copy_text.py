"""Columns of Python values as lines of COPY's text format, a column at a time: a call per value would cost far more.

A column is looked at as a whole; only one that holds what COPY reads specially (backslash, tab, line ends) is looked at
value by value. Text, numbers, truth values, bytes and aware moments have their text here, JSON columns take whatever
JSON has. Refused: any other kind of value, and columns of different length. (Postgres manual, COPY, file formats.)
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

NULL = r"\N"
LINES_AT_ONCE = 1_000
"""Lines to a piece: long enough to pay, short enough for the server to read one while the next is written."""

_AS_JSON = msgspec.json.Encoder()
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def columns_given(columns: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """The columns that hold anything; the others need not be named in a COPY, which leaves them NULL."""
    return {name: values for name, values in columns.items() if not _only_none(values)}


def lines(columns: Mapping[str, Sequence[Any]], json_columns: Collection[str]) -> Iterator[str]:
    """The rows in pieces of COPY text, each line ended. json_columns: names of those whose values are JSON.

    Raises TypeError for a value that has no text here, ValueError for columns of different length.
    """
    cells = [_json(values) if name in json_columns else _cells(values) for name, values in columns.items()]
    rows = map("\t".join, zip(*cells, strict=True))
    while piece := list(islice(rows, LINES_AT_ONCE)):
        yield "\n".join([*piece, ""])


def _only_none(values: Sequence[Any]) -> bool:
    return all(value is None for value in values)


def _cells(values: Sequence[Any]) -> list[str]:
    """The values as fields of a line."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return _escaped(values)
    if len(kinds) == 1:
        return list(map(_writer(*kinds), values))
    if kinds == {str, type(None)}:
        texts = _escaped([value or "" for value in values])
        return [NULL if value is None else text for value, text in zip(values, texts, strict=True)]
    writers = {kind: _writer(kind) for kind in kinds}
    return [writers[type(value)](value) for value in values]


def _escaped(texts: Sequence[str]) -> list[str]:
    joined = "".join(texts)
    if "\\" in joined or "\t" in joined or "\n" in joined or "\r" in joined:
        return [text.translate(_ESCAPES) for text in texts]
    return list(texts)


def _json(values: Sequence[Any]) -> list[str]:
    """JSON has no raw tab or line end, so that only backslashes need care."""
    if any(value is None for value in values):
        return [NULL if value is None else _one_json(value) for value in values]
    return _AS_JSON.encode_lines(values).decode().replace("\\", r"\\").split("\n")[:-1]


def _one_json(value: Any) -> str:
    return _AS_JSON.encode(value).decode().replace("\\", r"\\")


def _writer(kind: type) -> Callable[[Any], str]:
    for known, write in _WRITERS.items():
        if issubclass(kind, known):
            return write
    raise TypeError(f"COPY has no text for a value of type {kind.__name__}")


_WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: NULL,
    bool: lambda value: "t" if value else "f",
    int: str,
    str: lambda value: value.translate(_ESCAPES),
    bytes: lambda value: r"\\x" + value.hex(),
    datetime: datetime.isoformat,
}
"""Kind of value → its text, the narrower kind first: a bool is an int."""
