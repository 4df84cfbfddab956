"""Lines of event files, none longer than an event can be, so that memory stays flat whatever a file holds (CAMP-1).

Of a line that is too long the beginning is handed on, to be set aside. What is shown of a line is short, and never
ends in half an address.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

ROWS_AT_ONCE = 10_000
CHARACTERS_AT_ONCE = 1 << 24
"""A chunk ends at whichever comes first."""

LONGEST_LINE = 100_000
"""Characters of a line of CSV, bytes of one of JSON Lines; what is longer is no event."""
_SHOWN_OF_A_LINE = 500
_CUT_WORD = re.compile(r"[^\s\"'\\,;:|<>()\[\]{}]+\Z")
"""The end of a text that was cut: half an address would be found by nobody."""
_BLOCK = 1 << 18
TOO_LONG = f"it has more than {LONGEST_LINE:,} characters, and no event has."


def lines_of_bytes(stream: BinaryIO) -> Iterator[bytes]:
    """Lines without their ends; of one that is too long LONGEST_LINE + 1 bytes. A byte order mark is left out."""
    rest, skipping = b"", False
    head = stream.read(_BLOCK)
    block = head.removeprefix(b"\xef\xbb\xbf")
    while head:
        *ended, rest = (rest + block).split(b"\n")
        if skipping and ended:
            ended, skipping = ended[1:], False
        for line in ended:
            yield line[: LONGEST_LINE + 1]
        if skipping:
            rest = b""
        elif len(rest) > LONGEST_LINE:
            yield rest[: LONGEST_LINE + 1]
            rest, skipping = b"", True
        head = block = stream.read(_BLOCK)
    if rest:
        yield rest


def shown_of_a_line(text: bytes) -> str:
    """The beginning of a line; what was cut ends before the word that was cut."""
    line = text.decode(errors="replace").replace("\x00", "").strip()
    return line if len(line) <= _SHOWN_OF_A_LINE else _CUT_WORD.sub("", line[:_SHOWN_OF_A_LINE])
