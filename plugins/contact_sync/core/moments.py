"""ISO 8601 texts of the APIs as moments and dates. Refused: a moment without an offset, for it names no instant."""

from datetime import UTC, date, datetime


def parse_moment(text: str | None) -> datetime | None:
    """`2026-11-20T09:15:00+02:00` as aware UTC; None for empty, unreadable or without an offset."""
    if not text or text[10:11] != "T":
        return None
    try:
        moment = datetime.fromisoformat(text)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


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
