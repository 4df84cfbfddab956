"""Values of event files, a column at a time: texts of CSV, values of JSON, typed values of Parquet (CAMP-1).

Each reader takes a column and gives back the same positions read, None where a cell is empty or wrong, with what is
wrong by position. Moments need a zone, words are read whatever their case. What is shown of a value in a sentence is
short, on one line, and never holds an address.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any, NamedTuple

from contact_sync.core.email import address_key

LONGEST_NAME, LONGEST_TEXT = 200, 1_000
FIRST_YEAR, LAST_YEAR = 2000, 2100
AHEAD = timedelta(days=1)
"""How far a mailer's clock may be ahead of ours."""
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)")
_LIKE_AN_ADDRESS = re.compile(r"[^\s\"'\\,;:|<>()\[\]{}]+@[^\s\"'\\,;:|<>()\[\]{}]+")
_BEYOND_JSON = 2**63
_AS_MOMENT = "Write date, time and zone, such as 2026-11-01T09:30:00+01:00."


class Wrong(NamedTuple):
    """What is wrong with a value: the word that is counted, and the rest of a sentence that begins with the column."""

    reason: str
    detail: str


class Read(NamedTuple):
    """A column read: its values, and by position what is wrong."""

    values: list[Any]
    flaws: dict[int, Wrong]


Reader = Callable[[Sequence[Any], datetime], Read]
"""Reads a column at a moment of ours."""


class _Bad(ValueError):
    def __init__(self, detail: str, reason: str = "bad_value") -> None:
        super().__init__(detail)
        self.wrong = Wrong(reason, detail)


def _each(read: Callable[[Any, datetime], Any]) -> Reader:
    """A reader that asks `read` for each value that is there."""

    def reader(column: Sequence[Any], now: datetime) -> Read:
        flaws: dict[int, Wrong] = {}
        found: list[Any] = []
        for position, value in enumerate(column):
            try:
                found.append(None if _is_empty(value) else read(value, now))
            except _Bad as bad:
                found.append(None)
                flaws[position] = bad.wrong
        return Read(found, flaws)

    return reader


def _remembering(read: Callable[[Any, datetime], Any]) -> Reader:
    """The same for columns in which few texts stand again and again."""

    def reader(column: Sequence[Any], now: datetime) -> Read:
        texts = set(column) if all(type(value) is str for value in column) else None
        if texts is None or len(texts) * 4 > len(column):
            return slowly(column, now)
        by_text = dict(zip(ordered := list(texts), (once := slowly(ordered, now)).values, strict=True))
        wrong = {ordered[position]: flaw for position, flaw in once.flaws.items()}
        flaws = {place: wrong[value] for place, value in enumerate(column) if value in wrong} if wrong else {}
        return Read([by_text[value] for value in column], flaws)

    slowly = _each(read)
    return reader


def _is_empty(value: Any) -> bool:
    return value is None or (type(value) is str and not value.strip()) or (type(value) is float and math.isnan(value))


def _text(value: Any, longest: int) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _Bad(f"{_kind(value)} is not a text.")
    text = str(value).strip()
    if len(text) > longest:
        raise _Bad(f"it has {len(text):,} characters, and {longest:,} is the most.")
    return text


def _address(value: Any, now: datetime) -> str:
    key = address_key(value) if isinstance(value, str) else None
    if key is None:
        raise _Bad("what stands there is not an e-mail address.", "bad_address")
    return key


def _sender(value: Any, now: datetime) -> str:
    _address(value, now)
    return str(value).strip()


def _moment(value: Any, now: datetime) -> datetime:
    if isinstance(value, str):
        text = value.strip()
        if not _MOMENT.fullmatch(text):
            raise _Bad(f"{shown(text)} is not a date-time with a zone. {_AS_MOMENT}")
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise _Bad(f"{shown(text)} is not a moment of the calendar.") from None
    elif isinstance(value, datetime):
        found = value
    else:
        raise _Bad(f"{_kind(value)} is not a date-time with a zone. {_AS_MOMENT}")
    if found.tzinfo is None:
        raise _Bad(f"{found.isoformat()} has no zone. {_AS_MOMENT}")
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _Bad(f"the year {found.year} is out of reach: {FIRST_YEAR} to {LAST_YEAR}.")
    return found


def _past(value: Any, now: datetime) -> datetime:
    found = _moment(value, now)
    if found > now + AHEAD:
        raise _Bad(f"{found.isoformat()} lies in the future, more than a day ahead.")
    return found


def _names(value: Any, now: datetime) -> list[str]:
    """A list of names, or a text of names between bars: A | B."""
    parts = value if isinstance(value, list | tuple) else str(value).split("|") if isinstance(value, str) else None
    if parts is None:
        raise _Bad(f"{_kind(value)} is not a list of names. Write them between bars: A | B.")
    found = [_text(part, LONGEST_NAME) for part in parts if not _is_empty(part)]
    if not found:
        raise _Bad("it names no list, and a campaign was sent to one at least.", "missing_value")
    return sorted(set(found))


def _number(value: Any, now: datetime) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"[1-9]\d{0,17}", str(value).strip()):
        raise _Bad(f"{shown(value)} is not the number of a row that was set aside.")
    return int(value)


def one_of(allowed: Mapping[str, str]) -> Reader:
    """A reader of words: each of them, whatever its case and with - or space for _, and what it stands for."""

    def word(value: Any, now: datetime) -> str:
        given = str(value).strip().casefold().replace("-", "_").replace(" ", "_")
        if isinstance(value, str) and given in allowed:
            return allowed[given]
        close = get_close_matches(given, list(allowed), n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        raise _Bad(f"{shown(value)} is not one of {', '.join(allowed)}.{hint}")

    return _remembering(word)


name: Reader = _remembering(lambda value, now: _text(value, LONGEST_NAME))
words: Reader = _each(lambda value, now: _text(value, LONGEST_TEXT))
names: Reader = _each(_names)
address: Reader = _each(_address)
sender: Reader = _each(_sender)
moment: Reader = _each(_moment)
past: Reader = _each(_past)
number: Reader = _each(_number)


def shown(value: Any) -> str:
    """A value as a sentence shows it: quoted, on one line, at most 40 characters, and no address."""
    text = " ".join(str(value).split())
    return "…" if "@" in text else f"'{text if len(text) <= 40 else text[:39] + '…'}'"


def addresses(row: Any) -> list[str]:
    """The addresses, as compared, in the texts of a row that could not be read: whose row it may be, each once."""
    text = json.dumps(row, ensure_ascii=False, default=str)
    if "@" not in text:
        return []
    found = (address_key(match.rstrip(".")) for match in _LIKE_AN_ADDRESS.findall(text))
    return list(dict.fromkeys(key for key in found if key))


def as_json(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): as_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, int) and abs(value) >= _BEYOND_JSON:
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _kind(value: Any) -> str:
    kinds = {bool: "a truth value", int: "a number", float: "a number", dict: "a mapping", list: "a list"}
    return next((word for kind, word in kinds.items() if isinstance(value, kind)), "it")
