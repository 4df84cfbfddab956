"""Files of events, read in chunks of rows so that memory stays flat: CSV, JSON Lines, Parquet (CAMP-1).

What a file is tells its ending. One file holds one kind, which --kind or the beginning of its name tells; rows of JSON
Lines may each tell it in a key `type`. A row that cannot be read is handed on with what is wrong; refused is a file
that cannot be opened, is of no known form, or whose head names other columns than its kind has.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any, BinaryIO

import msgspec

from contact_sync.core.events import COLUMNS, Flaw, Kind, Rows, check_head, kind_by_name, unknown_column
from contact_sync.errors import ConfigError, Unavailable

ROWS_AT_ONCE = 10_000
LONGEST_LINE = 1_000_000
"""Characters of a line, or of one cell; what is longer is no event."""
_SHOWN_OF_A_LINE = 500
_BY_TYPE = {kind.one: kind for kind in Kind}


@dataclass(frozen=True)
class EventFile:
    """A file of events: its name without folder, and what opens it to be read as bytes."""

    name: str
    open: Callable[[], BinaryIO]


def read(file: EventFile, kind: Kind | None) -> Iterator[Rows]:
    """The rows of a file, chunk by chunk. kind: as given by hand; None: as the file tells.

    Raises ConfigError for a file that is not what it should be, Unavailable if it breaks off in the middle.
    """
    reader = _reader(file.name)
    kind = kind or kind_by_name(file.name)
    if kind is None and reader is not _json_lines:
        raise ConfigError(
            f"{file.name}: what its rows are is not known. Say --kind with one of {', '.join(Kind)}, or let the name "
            "of the file begin with that word."
        )
    with _opened(file) as stream:
        try:
            yield from reader(file.name, stream, kind)
        except OSError as error:
            raise Unavailable(
                f"{file.name} broke off while it was read: {error.strerror or type(error).__name__}."
            ) from None


def _reader(name: str) -> "Callable[[str, BinaryIO, Any], Iterator[Rows]]":
    ending = name.rpartition(".")[2].casefold() if "." in name else ""
    if ending not in READERS:
        close = get_close_matches(ending, READERS, n=1)
        hint = f" Did you mean .{close[0]}?" if close else ""
        raise ConfigError(f"{name}: only files that end in .{', .'.join(READERS)} can be read.{hint}")
    return READERS[ending]


def _opened(file: EventFile) -> BinaryIO:
    try:
        return file.open()
    except ImportError as error:
        raise ConfigError(f"{file.name}: the library for this kind of store is not installed: {error.name}.") from None
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or type(error).__name__).lower()
        raise ConfigError(f"{file.name} cannot be read: {why}. Nothing was imported.") from None


def _csv(name: str, stream: BinaryIO, kind: Kind) -> Iterator[Rows]:
    """Head in the first line, comma, semicolon or tab between cells, UTF-8; lines are those of the file."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    csv.field_size_limit(LONGEST_LINE)
    head_line = text.readline(LONGEST_LINE)
    delimiter = max(",;\t", key=head_line.count)
    head = [cell.strip().casefold() for cell in next(csv.reader([head_line], delimiter=delimiter), [])]
    if not any(head):
        raise ConfigError(f"{name} is empty: the first line names the columns.")
    check_head(kind, head, name)
    rows = csv.reader(text, delimiter=delimiter)
    while True:
        lines, cells, flaws = _csv_rows(rows, len(head))
        if not lines:
            return
        raw = {place: _as_received(cells[place]) for place in flaws}
        for place in flaws:
            cells[place] = [*cells[place][: len(head)], *[""] * (len(head) - len(cells[place]))]
        columns = dict(zip(head, map(list, zip(*cells, strict=True)), strict=True))
        yield Rows(kind, columns, lines, flaws, raw)


def _csv_rows(rows: Any, width: int) -> tuple[list[int], list[list[str]], dict[int, Flaw]]:
    """Lines and cells of the next rows, and what is wrong with some, by position; blank lines are none."""
    lines: list[int] = []
    found: list[list[str]] = []
    flaws: dict[int, Flaw] = {}
    while len(lines) < ROWS_AT_ONCE:
        line = rows.line_num + 2  # the head was read before; the next row begins on the next line
        try:
            cells = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            flaws[len(lines)] = Flaw("unreadable", f"the line is not CSV: {error}.")
            cells = [""]
        if not cells:
            continue
        if len(cells) != width:
            flaws.setdefault(len(lines), Flaw("unreadable", f"it has {len(cells)} cells, and the head has {width}."))
        lines.append(line)
        found.append(cells)
    if not _is_utf8("".join(map("".join, found))):
        for place, cells in enumerate(found):
            if not _is_utf8("".join(cells)):
                flaws[place] = Flaw("unreadable", "it is not UTF-8. Save the file in that encoding.")
    return lines, found, flaws


def _json_lines(name: str, stream: BinaryIO, kind: Kind | None) -> Iterator[Rows]:
    """An object a line. Rows of different kinds come in chunks of their own."""
    decode = msgspec.json.Decoder().decode
    numbered = enumerate(stream, start=1)
    while chunk := list(islice(numbered, ROWS_AT_ONCE)):
        by_kind: dict[Kind | None, list[tuple[int, dict[str, Any], Flaw | None]]] = {}
        for line, text in chunk:
            if not text.strip():
                continue
            row, flaw = _object(text, decode)
            of, wrong = (kind, flaw) if flaw else _kind_of_row(row, kind)
            flaw = flaw or wrong or (_unknown_key(of, row) if of else None)
            by_kind.setdefault(of, []).append((line, row, flaw))
        for of, rows in by_kind.items():
            yield _of_objects(of, rows)


def _of_objects(kind: Kind | None, rows: Sequence[tuple[int, dict[str, Any], Flaw | None]]) -> Rows:
    columns = [column.name for column in COLUMNS[kind]] if kind else []
    flaws = {position: flaw for position, (_, _, flaw) in enumerate(rows) if flaw}
    return Rows(
        kind=kind,
        columns={name: [row.get(name) for _, row, _ in rows] for name in columns},
        lines=[line for line, _, _ in rows],
        flaws=flaws,
        raw={position: rows[position][1] for position in flaws},
    )


def _object(text: bytes, decode: Callable[[bytes], Any]) -> tuple[dict[str, Any], Flaw | None]:
    try:
        row = decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        row = None
    if isinstance(row, dict):
        return row, None
    return {"line": _clean(text)}, Flaw("unreadable", "the line is not a JSON object in UTF-8.")


def _kind_of_row(row: dict[str, Any], kind: Kind | None) -> tuple[Kind | None, Flaw | None]:
    """The kind of a row by its `type`, which is taken out; a file of one kind needs none."""
    if "type" not in row and kind:
        return kind, None
    told = str(row.get("type") or "").strip().casefold()
    found = _BY_TYPE.get(told)
    if found is None or (kind and found is not kind):
        allowed = [kind.one] if kind else list(_BY_TYPE)
        close = get_close_matches(told, allowed, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        return kind, Flaw("unknown_type", f"type says none of {', '.join(allowed)}.{hint}")
    row.pop("type")
    return found, None


def _unknown_key(kind: Kind, row: dict[str, Any]) -> Flaw | None:
    unknown = row.keys() - {column.name for column in COLUMNS[kind]}
    return Flaw("unknown_column", unknown_column(kind, min(unknown))) if unknown else None


def _parquet(name: str, stream: BinaryIO, kind: Kind) -> Iterator[Rows]:
    """Row groups, batch by batch; lines are numbers of rows."""
    import pyarrow
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(stream)
        check_head(kind, file.schema_arrow.names, name)
        done = 0
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
            yield Rows(kind, batch.to_pydict(), list(range(done + 1, done + 1 + batch.num_rows)))
            done += batch.num_rows
    except pyarrow.ArrowException:
        raise ConfigError(f"{name} is not a Parquet file, or not a whole one. Nothing was imported.") from None


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_received(cells: Sequence[str]) -> dict[str, Any]:
    return {"line": _clean(", ".join(cells).encode(errors="surrogateescape"))}


def _clean(text: bytes) -> str:
    return text.decode(errors="replace").replace("\x00", "").strip()[:_SHOWN_OF_A_LINE]


READERS = {"csv": _csv, "jsonl": _json_lines, "ndjson": _json_lines, "parquet": _parquet}
"""Ending of a file's name → what reads it."""
