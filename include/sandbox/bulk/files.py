"""The file of a bulk job: a zip with one CSV, made while it is sent.

Columns carry API names, the first is always ``id``. Date-times are ISO-8601 with the organisation's offset, true and
false are words, a multi-select is joined by semicolons, a lookup is the id of what it names; ``Lookup.Field`` is a
field of the record named, ``Lookup.id`` its id. UTF-8 has no half surrogate pairs: a question mark stands in their
place. Rows are made in blocks with the state's lock held, so memory does not grow with the number of rows.
"""

import csv
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from threading import RLock
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from include.sandbox.store import RecordStore

BLOCK_ROWS = 2_000
# Fast rather than small: the file goes over loopback.
_LEVEL = 1
_Row = dict[str, Any]


class _Sink:
    """A file that only grows; what was written can be taken away."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._chunks.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        taken = b"".join(self._chunks)
        self._chunks.clear()
        return taken


class _Lines:
    """Where the CSV writer writes."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def write(self, line: str) -> int:
        self._lines.append(line)
        return len(line)

    def take(self) -> bytes:
        taken = "".join(self._lines).encode("utf-8", "replace")
        self._lines.clear()
        return taken


def zipped(
    name: str,
    at: datetime,
    stores: Mapping[str, RecordStore],
    module: str,
    columns: Sequence[str],
    indexes: "array[int]",
    lock: RLock,
) -> Iterator[bytes]:
    """Pieces of the zip that holds ``name`` with these columns of these records."""
    sink, lines = _Sink(), _Lines()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(["id", *columns])
    row_of = _row_maker(stores, module, columns)
    # It asks no more of a file than this one has.
    with ZipFile(cast(IO[bytes], sink), "w") as file:
        entry = ZipInfo(name, at.timetuple()[:6])
        entry.compress_type, entry._compresslevel = ZIP_DEFLATED, _LEVEL  # type: ignore[attr-defined]
        with file.open(entry, "w", force_zip64=True) as content:
            for start in range(0, max(len(indexes), 1), BLOCK_ROWS):
                with lock:
                    writer.writerows(row_of(indexes[start : start + BLOCK_ROWS]))
                content.write(lines.take())
                yield sink.take()
    yield sink.take()


def _row_maker(
    stores: Mapping[str, RecordStore], module: str, columns: Sequence[str]
) -> Callable[["array[int]"], Iterator[list[Any]]]:
    store = stores[module]
    plain = [name.split(".")[0] for name in columns]
    names = list(dict.fromkeys(plain))
    written = [(place, _writer(stores, store, name)) for place, name in enumerate(columns, 1)]
    special = [(place, write) for place, write in written if write is not None]

    def rows(indexes: "array[int]") -> Iterator[list[Any]]:
        for record in store.records(indexes, names):
            row = [record["id"], *(record.get(name) for name in plain)]
            for place, write in special:
                row[place] = write(row[place])
            yield row

    return rows


def _writer(stores: Mapping[str, RecordStore], store: RecordStore, name: str) -> Callable[[Any], Any] | None:
    """How a value of this column is written; None where the CSV writer's own way is right."""
    lookup, _, inner = name.partition(".")
    field = store.spec.field(lookup)
    if field is None:
        return _word
    if inner and inner != "id":
        return lambda value: _of_target(stores[field.target], value, inner)
    return _WRITERS.get(field.type)


def _of_target(target: RecordStore, value: _Row | None, name: str) -> Any:
    index = target.index_of(value["id"]) if value else None
    if index is None:
        return ""
    write = _writer({}, target, name)
    found = target.record(index, (name,))[name]
    return write(found) if write is not None else found


def _word(value: bool) -> str:
    return "true" if value else "false"


_WRITERS: dict[str, Callable[[Any], Any]] = {
    "boolean": _word,
    "lookup": lambda value: (value or {}).get("id"),
    "ownerlookup": lambda value: (value or {}).get("id"),
    "multiselectpicklist": lambda value: ";".join(value or ()),
}
