"""Dates as a Creator application writes them: its own format and zone, read into ISO 8601 with an offset (MAP-7).

The format is written in Creator's (Java's) letters, such as `dd-MMM-yyyy` or `MM/dd/yyyy hh:mm:ss a`; without a time of
day, times are read as HH:mm:ss. An unknown letter is a ConfigError with the close match. Not confirmed for Creator:
that months are written in English whatever the application's language. Two-digit years from 69 on are of last century.

A local time says less than an instant, so every reading errs to the later side: the second of the two hours when a
clock is set back, and with `latest` the last second of what the format leaves out. A reader of windows then meets a
record one window late rather than never.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from contact_sync.errors import ConfigError

USUAL_TIME = "HH:mm:ss"
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MONTH_OF = {name[:length].lower(): number for number, name in enumerate(MONTHS, start=1) for length in (3, len(name))}
_SHORT = "|".join(name[:3] for name in MONTHS)
_LETTERS: dict[str, tuple[str, str]] = {
    "d": ("day", r"\d{1,2}"),
    "dd": ("day", r"\d{2}"),
    "M": ("month", r"\d{1,2}"),
    "MM": ("month", r"\d{2}"),
    "MMM": ("month_name", _SHORT),
    "MMMM": ("month_name", "|".join(MONTHS)),
    "yy": ("short_year", r"\d{2}"),
    "yyyy": ("year", r"\d{4}"),
    "EEE": ("weekday", "[A-Za-z]{3}"),
    "EEEE": ("weekday", "[A-Za-z]+"),
    "H": ("hour", r"\d{1,2}"),
    "HH": ("hour", r"\d{2}"),
    "h": ("half_hour", r"\d{1,2}"),
    "hh": ("half_hour", r"\d{2}"),
    "m": ("minute", r"\d{1,2}"),
    "mm": ("minute", r"\d{2}"),
    "s": ("second", r"\d{1,2}"),
    "ss": ("second", r"\d{2}"),
    "a": ("noon", "[AaPp][Mm]"),
}
"""Letters of a format: which part of a date they are, and how that is written."""
_WRITE: dict[str, Callable[[datetime], str]] = {
    "d": lambda at: str(at.day),
    "M": lambda at: str(at.month),
    "MMM": lambda at: MONTHS[at.month - 1][:3],
    "MMMM": lambda at: MONTHS[at.month - 1],
    "yy": lambda at: f"{at.year % 100:02d}",
    "yyyy": lambda at: f"{at.year:04d}",
    "EEE": lambda at: _weekday(at)[:3],
    "EEEE": lambda at: _weekday(at),
    "H": lambda at: str(at.hour),
    "h": lambda at: str((at.hour + 11) % 12 + 1),
    "m": lambda at: str(at.minute),
    "s": lambda at: str(at.second),
    "a": lambda at: "AM" if at.hour < 12 else "PM",
}
_PIECES = re.compile(r"([A-Za-z])\1*|'[^']*'|[^A-Za-z']+")
_TIME_LETTERS = frozenset("Hhmsa")
_UNITS = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1)}


@dataclass(frozen=True)
class DateStyle:
    """How one application writes dates: `date_format`, perhaps with a time of day, and its zone.

    Raises ConfigError for a format that holds an unknown letter or names no year, month or day.
    """

    date_format: str
    zone: ZoneInfo
    _date: list[str] = field(init=False, repr=False, compare=False)
    _time: list[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pieces = _pieces(self.date_format)
        split = next((at for at, piece in enumerate(pieces) if piece[0] in _TIME_LETTERS), len(pieces))
        day, time = pieces[:split], pieces[split:]
        while day and not day[-1][0].isalpha():
            between = day.pop()
            time = [between, *time] if time else time
        object.__setattr__(self, "_date", day)
        object.__setattr__(self, "_time", time or [" ", *_pieces(USUAL_TIME)])
        _check(self.date_format, {_part(piece) for piece in self._date}, {_part(piece) for piece in self._time})

    def iso(self, text: str, *, latest: bool = False) -> str | None:
        """A date-time as ISO text with offset, a date as ISO text; None for any other text.

        latest: the last second that the text may mean, for a format without seconds.
        """
        moment = self.moment(text, latest=latest)
        if moment is not None:
            return moment.isoformat()
        found = self._date_pattern.fullmatch(text)
        at = _read(found, self.zone) if found else None
        return at.date().isoformat() if at else None

    def moment(self, text: str, *, latest: bool = False) -> datetime | None:
        """A date-time in the application's zone (aware); None for a date alone and any other text."""
        found = self._pattern.fullmatch(text)
        at = _read(found, self.zone) if found else None
        if at is None or not latest:
            return at
        # Counted in UTC: adding to a local time would forget which of two equal hours it is.
        return (at.astimezone(UTC) + self._unit - timedelta(seconds=1)).astimezone(self.zone)

    def literal(self, moment: datetime) -> str:
        """An aware moment as the application writes it: a literal of a criteria. Cut to what the format tells."""
        local = moment.astimezone(self.zone)
        return "".join(_written(piece, local) for piece in (*self._date, *self._time))

    @cached_property
    def _date_pattern(self) -> re.Pattern[str]:
        return re.compile("".join(map(_pattern, self._date)), re.IGNORECASE)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("".join(map(_pattern, (*self._date, *self._time))), re.IGNORECASE)

    @cached_property
    def _unit(self) -> timedelta:
        told = {_part(piece) for piece in self._time}
        return next(unit for part, unit in _UNITS.items() if part in told or part == "hour")


def _pieces(text: str) -> list[str]:
    """The runs of one letter, quoted words and other signs of a format, in order."""
    pieces = [found.group() for found in _PIECES.finditer(text)]
    if "".join(pieces) != text:
        raise ConfigError(f"date format '{text}': a quotation mark is not closed.")
    for piece in pieces:
        if piece[0].isalpha() and piece not in _LETTERS:
            near = next((each for each in _LETTERS if each.lower() == piece.lower()), None)
            hint = f" Did you mean '{near}'?" if near else ""
            raise ConfigError(f"date format '{text}': '{piece}' is unknown.{hint} Allowed: {' '.join(_LETTERS)}.")
    return pieces


def _check(text: str, day: set[str], time: set[str]) -> None:
    wrong = ""
    if not day & {"year", "short_year"} or not day & {"month", "month_name"} or "day" not in day:
        wrong = "a date needs year (yyyy), month (MM or MMM) and day (dd); minutes are mm, months MM"
    elif "half_hour" in time and "noon" not in time:
        wrong = "hh needs 'a' (AM or PM) beside it; HH counts to 24"
    elif not time & {"hour", "half_hour"}:
        wrong = "a time of day needs hours (HH, or hh with a)"
    if wrong:
        raise ConfigError(f"date format '{text}': {wrong}. Example: dd-MMM-yyyy HH:mm:ss")


def _part(piece: str) -> str:
    return _LETTERS[piece][0] if piece in _LETTERS else ""


def _plain(piece: str) -> str:
    return piece.strip("'") or "'"


def _pattern(piece: str) -> str:
    if piece not in _LETTERS:
        return re.escape(_plain(piece))
    name, pattern = _LETTERS[piece]
    return f"(?:{pattern})" if name == "weekday" else f"(?P<{name}>{pattern})"


def _written(piece: str, at: datetime) -> str:
    if piece in _WRITE:
        return _WRITE[piece](at)
    # Two of a letter are the same with a leading zero.
    return _WRITE[piece[0]](at).zfill(2) if piece in _LETTERS else _plain(piece)


def _weekday(at: datetime) -> str:
    return ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[at.weekday()]


def _read(found: re.Match[str], zone: ZoneInfo) -> datetime | None:
    part = found.groupdict()
    hour = int(part.get("hour") or 0)
    if part.get("half_hour"):
        hour = int(part["half_hour"]) % 12 + (12 if part["noon"].lower() == "pm" else 0)
    month = int(part["month"]) if part.get("month") else _MONTH_OF[part["month_name"].lower()]
    try:
        local = datetime(
            _year(part),
            month,
            int(part["day"]),
            hour,
            int(part.get("minute") or 0),
            int(part.get("second") or 0),
            tzinfo=zone,
            fold=1,
        )
        return local.astimezone(UTC).astimezone(zone)
    except (ValueError, OverflowError):
        return None


def _year(part: dict[str, str]) -> int:
    if part.get("year"):
        return int(part["year"])
    short = int(part["short_year"])
    return short + (1900 if short >= 69 else 2000)
