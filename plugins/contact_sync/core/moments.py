"""ISO 8601 texts of the APIs as moments and dates. Refused: a moment without an offset, for it names no instant."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

_USUAL_OFFSET = re.compile(r"[+-](?:0[0-9]|1[0-4]):[0-5][0-9]\Z")


def parse_moment(text: str | None) -> datetime | None:
    """`2026-11-20T09:15:00+02:00` as aware UTC; None for empty, unreadable or without an offset."""
    if not text or text[10:11] != "T":
        return None
    try:
        moment = datetime.fromisoformat(text)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def moment_texts(texts: Sequence[str | None]) -> list[str | None]:
    """The moments of a column as text that Postgres and pandas read alike; None where `parse_moment` gives None."""
    given = [text for text in texts if text]
    if given and _all_usual(given):
        return [text or None for text in texts]
    moments = map(parse_moment, texts)
    return [None if moment is None else moment.isoformat() for moment in moments]


def _all_usual(texts: Sequence[str]) -> bool:
    """Whether all are moments written like 2026-11-20T09:15:00+02:00, far from the ends of the calendar.

    Postgres knows no offset beyond 15:59 and no date by week number, which Python reads.
    """
    usual = (
        {text[4:5] + text[7:8] + text[10:11] for text in texts} == {"--T"}
        and all(_USUAL_OFFSET.match(offset) for offset in {text[19:] for text in texts})
        and min(texts) > "0002"
        and max(texts) < "9998"
    )
    if not usual:
        return False
    try:
        for _ in map(datetime.fromisoformat, texts):
            pass
    except ValueError:
        return False
    return True


def parse_date(text: str) -> date | None:
    """`2026-11-20`, or the day as written of a date-time; None if it is neither."""
    if len(text) == 10 and text[4] == "-":
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    if text[10:11] != "T":
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None
