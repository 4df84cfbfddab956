"""Files of events, read in chunks of rows so that memory stays flat: CSV, JSON Lines, Parquet (CAMP-1).

What a file is tells its ending. One file holds one kind, which --kind or the beginning of its name tells; rows of JSON
Lines may each tell it in a key `type`. A row that cannot be read is handed on with what is wrong; refused is a file
that cannot be opened, is of no known form, or whose head names other columns than its kind has.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, BinaryIO

import msgspec

from contact_sync.core.events import COLUMNS, SET_ASIDE, Flaw, Kind, Rows, check_head, kind_by_name, unknown_column
from contact_sync.errors import ConfigError, Unavailable
from contact_sync.stages import event_lines
from contact_sync.stages.event_csv import read_csv
from contact_sync.stages.event_lines import LONGEST_LINE, TOO_LONG, lines_of_bytes, shown_of_a_line

_NO_VALUE = "the value is not UTF-8, or no moment from the year 1 to 9999 in a known zone."
_DEEPEST = 50
"""Lists and mappings in one row; a list of lists holds two."""
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
        before = _state(stream)
        try:
            yield from reader(file.name, stream, kind)
        except OSError as error:
            raise Unavailable(
                f"{file.name} broke off while it was read: {error.strerror or type(error).__name__}."
            ) from None
        if _state(stream) != before:
            raise Unavailable(
                f"{file.name} was changed while it was read. Wait until it is whole; nothing was imported."
            )


def _state(stream: BinaryIO) -> tuple[int, int] | None:
    """Size and time of a file of this machine; None for what has neither."""
    try:
        told = os.fstat(stream.fileno())
    except (AttributeError, OSError):
        return None
    return told.st_size, told.st_mtime_ns


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
    except ValueError:  # quotes what may hold a password
        raise ConfigError(
            f"{file.name} cannot be read: its URL cannot be understood, or stores of its kind are not installed "
            "(docs/events.md). Nothing was imported."
        ) from None
    except OSError as error:
        plain = "no such file" if isinstance(error, FileNotFoundError) else type(error).__name__
        why = (error.strerror or plain).lower()
        raise ConfigError(f"{file.name} cannot be read: {why}. Nothing was imported.") from None


def _json_lines(name: str, stream: BinaryIO, kind: Kind | None) -> Iterator[Rows]:
    """An object a line. Rows of different kinds come in chunks of their own."""
    decode = msgspec.json.Decoder().decode
    numbered = enumerate(lines_of_bytes(stream), start=1)
    while chunk := _next_lines(numbered):
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


def _next_lines(numbered: Iterator[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    size = 0
    for line in numbered:
        found.append(line)
        size += len(line[1])
        if len(found) == event_lines.ROWS_AT_ONCE or size >= event_lines.CHARACTERS_AT_ONCE:
            break
    return found


def _of_objects(kind: Kind | None, rows: Sequence[tuple[int, dict[str, Any], Flaw | None]]) -> Rows:
    columns = [column.name for column in (COLUMNS[kind] if kind else (SET_ASIDE,))]
    flaws = {position: flaw for position, (_, _, flaw) in enumerate(rows) if flaw}
    return Rows(
        kind=kind,
        columns={name: [row.get(name) for _, row, _ in rows] for name in columns},
        lines=[line for line, _, _ in rows],
        flaws=flaws,
        raw={position: rows[position][1] for position in flaws},
    )


def _object(text: bytes, decode: Callable[[bytes], Any]) -> tuple[dict[str, Any], Flaw | None]:
    if len(text) > LONGEST_LINE:
        return {"line": shown_of_a_line(text)}, Flaw("unreadable", TOO_LONG)
    if text.count(b"[") + text.count(b"{") > _DEEPEST and _is_deep(text):
        return {"line": shown_of_a_line(text)}, Flaw("unreadable", "lists or mappings in it stand in too many others.")
    try:
        row = decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        row = _with_lone_surrogates(text)
    if isinstance(row, dict):
        return row, None
    return {"line": shown_of_a_line(text)}, Flaw("unreadable", "the line is not a JSON object in UTF-8.")


def _is_deep(text: bytes) -> bool:
    depth = deepest = 0
    for byte in re.findall(rb"[\[\]{}]", re.sub(rb'"(?:[^"\\]|\\.)*"', b"", text)):
        depth += 1 if byte in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest > _DEEPEST


def _with_lone_surrogates(text: bytes) -> Any:
    """What JSON allows and UTF-8 does not: they are taken out later (OUT-14)."""
    if b"\\ud" not in text.lower():
        return None
    try:
        return json.loads(text)
    except ValueError:
        return None


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

    refused = ConfigError(f"{name} is not a Parquet file, or not a whole one. Nothing was imported.")
    try:
        file = parquet.ParquetFile(stream, buffer_size=1 << 20, pre_buffer=False)
        check_head(kind, file.schema_arrow.names, name)
        done = 0
        for batch in file.iter_batches(batch_size=event_lines.ROWS_AT_ONCE):
            flaws: dict[int, Flaw] = {}
            columns = {each: _column(each, batch.column(each), flaws) for each in batch.schema.names}
            yield Rows(kind, columns, list(range(done + 1, done + 1 + batch.num_rows)), flaws)
            done += batch.num_rows
    except pyarrow.ArrowException:
        raise refused from None
    except OSError as error:
        if type(error) is OSError and error.errno is None:  # so Arrow tells of pages that cannot be unpacked
            raise refused from None
        raise


def _column(name: str, column: Any, flaws: dict[int, Flaw]) -> list[Any]:
    """The values of a column; None, and a flaw, where one cannot be had: a text of other bytes, the year 100000."""
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        pass
    values: list[Any] = []
    for position, cell in enumerate(column):
        try:
            values.append(cell.as_py())
        except (ValueError, OverflowError):
            values.append(None)
            flaws[position] = Flaw("unreadable", f"{name}: {_NO_VALUE}")
    return values


def name_of(path: str) -> str:
    """The name of a file by its path or URL, without what a web address has behind it, which may be a password."""
    name = path.rpartition("/")[2]
    return re.split("[?#]", name)[0] if path.startswith(("http://", "https://")) else name


READERS = {"csv": read_csv, "jsonl": _json_lines, "ndjson": _json_lines, "parquet": _parquet}
"""Ending of a file's name → what reads it."""
