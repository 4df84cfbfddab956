"""Dates in an application's own format and zone become ISO texts, and never an earlier moment than was meant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_sync.core.date_style import DateStyle
from contact_sync.errors import ConfigError

BERLIN = ZoneInfo("Europe/Berlin")
FORMATS = (
    "dd-MMM-yyyy",
    "dd-MMM-yyyy HH:mm:ss",
    "MM/dd/yyyy hh:mm:ss a",
    "yyyy.MM.dd HH:mm",
    "d. MMMM yyyy, H:m:s",
    "EEE, MMM dd, yyyy h:mm a",
    "yy-MM-dd HH",
    "dd 'of' MMMM yyyy 'at' HH:mm:ss",
)


@pytest.mark.parametrize(
    ("date_format", "text", "iso"),
    [
        ("dd-MMM-yyyy", "06-May-2024 07:08:09", "2024-05-06T07:08:09+02:00"),
        ("dd-MMM-yyyy", "06-may-2024", "2024-05-06"),
        ("dd-MMM-yyyy HH:mm:ss", "06-Jan-2024 23:59:59", "2024-01-06T23:59:59+01:00"),
        ("MM/dd/yyyy hh:mm:ss a", "05/06/2024 12:08:09 AM", "2024-05-06T00:08:09+02:00"),
        ("MM/dd/yyyy hh:mm:ss a", "05/06/2024 12:08:09 pm", "2024-05-06T12:08:09+02:00"),
        ("dd/MM/yyyy hh:mm a", "05/06/2024 07:08 PM", "2024-06-05T19:08:00+02:00"),
        ("d. MMMM yyyy", "6. December 2024", "2024-12-06"),
        ("EEEE, MMM dd, yyyy HH:mm", "Monday, May 06, 2024 07:08", "2024-05-06T07:08:00+02:00"),
        ("yy/MM/dd", "24/05/06", "2024-05-06"),
        ("yy/MM/dd", "85/05/06", "1985-05-06"),
        ("dd-MM-yyyy'T'HH:mm:ss", "06-05-2024T07:08:09", "2024-05-06T07:08:09+02:00"),
    ],
)
def test_texts_become_iso(date_format: str, text: str, iso: str) -> None:
    """MAP-7: the letters of Creator; times with the application's offset, summer and winter."""
    assert DateStyle(date_format, BERLIN).iso(text) == iso


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sales",
        "2024-05-06",
        "06-May-2024 07:08",
        "06-05-2024",
        "31-Feb-2024",
        "06-Mai-2024",
        "06-May-2024 25:00:00",
    ],
)
def test_other_texts_are_no_dates(text: str) -> None:
    """MAP-7: nothing is guessed."""
    assert DateStyle("dd-MMM-yyyy", BERLIN).iso(text) is None


@pytest.mark.parametrize(
    ("date_format", "words"),
    [
        ("DD-MMM-YYYY", r"date format 'DD-MMM-YYYY': 'DD' is unknown\. Did you mean 'dd'\?"),
        ("dd-MMM-YYYY", r"'YYYY'.*Did you mean 'yyyy'\?"),
        ("dd-MMMMM-yyyy", "'MMMMM'.*is unknown"),
        ("dd-mm-yyyy", "minutes are mm, months MM"),
        ("MMM yyyy", "a date needs year"),
        ("dd-MMM-yyyy hh:mm", "hh needs 'a'"),
        ("dd-MMM-yyyy mm:ss", "a time of day needs hours"),
        ("dd-MMM-yyyy 'at", "is not closed"),
        ("", "a date needs year"),
    ],
)
def test_a_wrong_format_is_a_config_error(date_format: str, words: str) -> None:
    """SRC-6: which letter, the close match, what is allowed."""
    with pytest.raises(ConfigError, match=words):
        DateStyle(date_format, BERLIN)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("25-Oct-2026 01:59:59", "2026-10-25T01:59:59+02:00"),
        ("25-Oct-2026 02:30:00", "2026-10-25T02:30:00+01:00"),
        ("25-Oct-2026 03:00:00", "2026-10-25T03:00:00+01:00"),
        ("29-Mar-2026 01:59:59", "2026-03-29T01:59:59+01:00"),
        ("29-Mar-2026 03:00:00", "2026-03-29T03:00:00+02:00"),
    ],
)
def test_the_hour_that_comes_twice_is_read_as_the_second(text: str, iso: str) -> None:
    """MAP-7, RET-2: a moment read too late is met by the next window, one read too early by none."""
    style = DateStyle("dd-MMM-yyyy", BERLIN)
    assert (style.iso(text), style.iso(text, latest=True)) == (iso, iso)


@pytest.mark.parametrize(
    ("date_format", "text", "latest"),
    [
        ("dd-MMM-yyyy HH:mm:ss", "06-May-2024 07:08:09", "2024-05-06T07:08:09+02:00"),
        ("dd-MMM-yyyy HH:mm", "06-May-2024 07:08", "2024-05-06T07:08:59+02:00"),
        ("dd-MMM-yyyy hh a", "06-May-2024 07 PM", "2024-05-06T19:59:59+02:00"),
    ],
)
def test_what_a_format_leaves_out_is_read_as_late_as_can_be(date_format: str, text: str, latest: str) -> None:
    """RET-2: a change time without seconds belongs to the end of its minute, lest a window miss it."""
    assert DateStyle(date_format, BERLIN).iso(text, latest=True) == latest


MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2068, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@given(
    moment=MOMENTS,
    date_format=st.sampled_from(FORMATS),
    zone=st.sampled_from(("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")),
)
def test_reading_what_was_written_is_never_earlier(moment: datetime, date_format: str, zone: str) -> None:
    """MAP-7, RET-2: a law: the latest reading is at most an hour (of a clock set back) and the format's unit later."""
    style = DateStyle(date_format, ZoneInfo(zone))
    text = style.literal(moment)
    read = style.moment(text, latest=True)
    assert read is not None
    assert style.literal(read) == text
    late = read - moment.replace(microsecond=0)
    assert timedelta(0) <= late < timedelta(hours=2)
    if "ss" in date_format or date_format == FORMATS[0]:
        assert late in (timedelta(0), timedelta(minutes=30), timedelta(hours=1))
