"""Dates as a Creator application writes them: its own format and zone, in Java's letters.

Known: d dd M MM MMM MMMM yy yyyy E EEE EEEE H HH h hh m mm s ss a; anything in single quotes and every other sign is
itself. Month and day names are English. An unknown letter is a SandboxError.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from include.sandbox.errors import SandboxError

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PIECES = re.compile(r"([A-Za-z])\1*|'([^']*)'|[^A-Za-z']+")

_WRITERS: dict[str, Callable[[datetime], str]] = {
    "d": lambda at: str(at.day),
    "dd": lambda at: f"{at.day:02d}",
    "M": lambda at: str(at.month),
    "MM": lambda at: f"{at.month:02d}",
    "MMM": lambda at: MONTHS[at.month - 1][:3],
    "MMMM": lambda at: MONTHS[at.month - 1],
    "yy": lambda at: f"{at.year % 100:02d}",
    "yyyy": lambda at: f"{at.year:04d}",
    "E": lambda at: DAYS[at.weekday()][:3],
    "EEE": lambda at: DAYS[at.weekday()][:3],
    "EEEE": lambda at: DAYS[at.weekday()],
    "H": lambda at: str(at.hour),
    "HH": lambda at: f"{at.hour:02d}",
    "h": lambda at: str((at.hour + 11) % 12 + 1),
    "hh": lambda at: f"{(at.hour + 11) % 12 + 1:02d}",
    "m": lambda at: str(at.minute),
    "mm": lambda at: f"{at.minute:02d}",
    "s": lambda at: str(at.second),
    "ss": lambda at: f"{at.second:02d}",
    "a": lambda at: "AM" if at.hour < 12 else "PM",
}
_NUMBERS = {"d": "day", "M": "month", "y": "year", "H": "hour", "h": "half", "m": "minute", "s": "second"}


class DateStyle:
    """How one application writes dates (``date_format``), times of day (``time_format``), and in which zone."""

    def __init__(self, date_format: str, time_format: str, zone: str) -> None:
        self.date_format, self.time_format = date_format, time_format
        self.zone = ZoneInfo(zone)
        self._date, self._time = _pieces(date_format), _pieces(f"{date_format} {time_format}")

    def day(self, value: date) -> str:
        """A date."""
        return _written(datetime(value.year, value.month, value.day, tzinfo=self.zone), self._date)

    def moment(self, value: datetime) -> str:
        """An aware date-time, in the application's zone and without saying so."""
        return _written(value.astimezone(self.zone), self._time)

    def read(self, text: str) -> datetime:
        """A literal of a criteria: a date-time, or a date as its midnight. SandboxError for another text."""
        for pieces in (self._time, self._date):
            found = re.fullmatch("".join(map(_pattern, pieces)), text, re.IGNORECASE)
            if found is not None:
                return _moment(found.groupdict(), self.zone)
        raise SandboxError(f"{text!r} is not written as '{self.date_format} {self.time_format}'")


def _pieces(text: str) -> list[tuple[str, bool]]:
    """(piece, whether it is a letter group) in order."""
    pieces: list[tuple[str, bool]] = []
    for found in _PIECES.finditer(text):
        group = found.group()
        if found.group(1) and group not in _WRITERS:
            raise SandboxError(f"'{group}' in the date format '{text}' is unknown. Allowed: {' '.join(_WRITERS)}.")
        pieces.append((found.group(2) or group.replace("'", ""), bool(found.group(1))))
    return pieces


def _written(at: datetime, pieces: list[tuple[str, bool]]) -> str:
    return "".join(_WRITERS[piece](at) if letters else piece for piece, letters in pieces)


def _pattern(piece: tuple[str, bool]) -> str:
    text, letters = piece
    if not letters:
        return re.escape(text)
    if text in ("MMM", "MMMM"):
        return f"(?P<name>{'|'.join(month[: 3 if text == 'MMM' else None] for month in MONTHS)})"
    if text == "a":
        return "(?P<noon>AM|PM)"
    if text[0] == "E":
        return "[A-Za-z]+"
    digits = "{4}" if text == "yyyy" else "{1,2}" if len(text) == 1 else "{2}"
    return rf"(?P<{_NUMBERS[text[0]]}>\d{digits})"


def _moment(parts: dict[str, str], zone: ZoneInfo) -> datetime:
    month = int(parts["month"]) if parts.get("month") else 0
    for number, name in enumerate(MONTHS, start=1):
        if parts.get("name") and name.lower().startswith(parts["name"].lower()):
            month = month or number
    hour = int(parts.get("hour") or 0)
    if parts.get("half"):
        hour = int(parts["half"]) % 12 + (12 if (parts.get("noon") or "").upper() == "PM" else 0)
    year = int(parts["year"])
    try:
        return datetime(
            year if year > 99 else 2000 + year,
            month,
            int(parts["day"]),
            hour,
            int(parts.get("minute") or 0),
            int(parts.get("second") or 0),
            tzinfo=zone,
        )
    except ValueError as error:
        raise SandboxError(str(error)) from None
