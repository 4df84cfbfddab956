"""The file of a bulk job: a zip with one CSV, read as rows a few thousand at a time, whatever its size.

Refused: a zip with more than one file, with a name that leads elsewhere, encrypted, or larger than it may be; a CSV
that does not hold exactly as many rows as the job says (SRC-12). Nothing is unpacked to disk.
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import islice
from typing import IO, Any
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from contact_sync.errors import ContractBroken, Unavailable
from contact_sync.zoho.bulk_values import Column, checked_header, rows_of

PAGE_ROWS = 4_000
MOST_UNPACKED = 8 * 1024**3
"""Bytes of CSV that one file may come to: 200,000 rows of 40 kB."""
_ENCRYPTED = 0x1


def read_rows(
    file: IO[bytes],
    columns: Sequence[Column],
    expected: int,
    *,
    where: str,
    page_rows: int = PAGE_ROWS,
    most_unpacked: int = MOST_UNPACKED,
) -> Iterator[list[dict[str, Any]]]:
    """The rows as a listing would give them, `page_rows` at a time.

    expected: the job's own count; where: of which job, for messages. Raises ContractBroken for a file that is not what
    was asked for or cannot be proved whole, Unavailable for one that arrived damaged.
    """
    found = 0
    with _lines(file, where, most_unpacked) as lines:
        header = checked_header(next(lines, []), columns)
        while some := list(islice(lines, page_rows)):
            found += len(some)
            yield rows_of(some, header, columns)
    if found != expected:
        raise ContractBroken(
            f"{where}: the file holds {found:,} rows and the job says {expected:,}. The read cannot be proved complete"
            " (SRC-12), so nothing of it is used. Clear the task: it makes a new job."
        )


@contextmanager
def _lines(file: IO[bytes], where: str, most_unpacked: int) -> Iterator[Iterator[list[str]]]:
    """The lines of the one CSV; what is wrong with zip or CSV becomes an error of ours."""
    try:
        # strict: a quote in the wrong place is an error, and not a guess. Bytes that are no UTF-8 become lone
        # surrogates, which cleaning takes out of a value and notes, as it does with those of a listing (OUT-14).
        with (
            ZipFile(file) as archive,
            archive.open(_only_file(archive, where, most_unpacked)) as content,
            TextIOWrapper(content, encoding="utf-8-sig", errors="surrogateescape", newline="") as text,
        ):
            yield csv.reader(text, strict=True)
    except (BadZipFile, ZlibError, EOFError) as error:
        raise Unavailable(f"{where}: the file arrived damaged ({type(error).__name__}); it is fetched again.") from None
    except csv.Error as error:
        raise ContractBroken(f"{where}: the file is no proper CSV ({error}).") from None


def _only_file(archive: ZipFile, where: str, most_unpacked: int) -> ZipInfo:
    files = archive.infolist()
    if len(files) != 1:
        raise ContractBroken(f"{where}: the zip holds {len(files)} files instead of one CSV.")
    (only,) = files
    # orig_filename: zipfile itself cuts a name at a NUL and turns separators round
    if not only.orig_filename.isprintable() or set(only.orig_filename) & set("/\\:") or only.filename[-4:] != ".csv":
        raise ContractBroken(f"{where}: the file in the zip has a name that is no plain name of a CSV.")
    if only.flag_bits & _ENCRYPTED:
        raise ContractBroken(f"{where}: the file in the zip is encrypted.")
    if only.file_size > most_unpacked:
        raise ContractBroken(
            f"{where}: the CSV would unpack to {only.file_size:,} bytes; at most {most_unpacked:,} are read."
        )
    return only
