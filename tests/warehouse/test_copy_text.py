"""What COPY is given is what Postgres reads, whatever the values hold; a batch is staged whole."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from contact_sync.core.moments import moment_texts, parse_moment
from contact_sync.warehouse.copy_text import LINES_AT_ONCE, columns_given, lines

SHAPE = "CREATE TEMPORARY TABLE copied (at bigint, words text, sure boolean, raw bytea, moment timestamptz, json jsonb)"
WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]) | st.sampled_from("\\\t\n\r"))
JSON = st.recursive(
    st.booleans() | st.integers(-(2**70), 2**70) | WORDS | st.integers(-9999, 9999).map(lambda number: number / 8),
    lambda inner: st.lists(inner | st.none(), max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FIRST, LAST = datetime.fromisoformat("0002-01-01T00:00:00"), datetime.fromisoformat("9998-12-31T00:00:00")
ROWS = st.tuples(
    st.none() | WORDS | st.sampled_from([r"\N", r"\.", "", "a\u2028b", "\x85"]),
    st.none() | st.booleans(),
    st.none() | st.binary(max_size=8),
    st.none() | st.datetimes(FIRST, LAST, timezones=ZONES),
    st.none() | JSON,
)


@pytest.fixture(scope="module")
def connection(postgres_url: str) -> Iterator["psycopg.Connection[Any]"]:
    """A connection with the table `copied`."""
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as opened:
        opened.execute(SHAPE)
        yield opened


def through(connection: "psycopg.Connection[Any]", columns: dict[str, list[Any]]) -> list[tuple[Any, ...]]:
    """The columns as Postgres has them after a COPY."""
    given_columns = columns_given(columns)
    with connection.transaction(force_rollback=True):
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY copied ({','.join(given_columns)}) FROM STDIN") as stream,
        ):
            for piece in lines(given_columns, {"json"}):
                stream.write(piece)
        return connection.execute(f"SELECT {','.join(columns)} FROM copied ORDER BY at").fetchall()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROWS, min_size=1, max_size=6))
@example([("a\\tb\\N", True, b"\\x00", datetime(2026, 11, 20, tzinfo=UTC), {"a\\": ["\t\\n", None]})])
def test_postgres_reads_what_was_written(connection: "psycopg.Connection[Any]", rows: list[tuple[Any, ...]]) -> None:
    """OUT-12, OUT-14: every text and JSON value arrives as it is, and None is NULL and not a word."""
    names = ("words", "sure", "raw", "moment", "json")
    columns = {"at": list(range(len(rows)))} | {name: [row[at] for row in rows] for at, name in enumerate(names)}
    assert [row[1:] for row in through(connection, columns)] == rows


def test_many_rows_arrive_in_their_order(connection: "psycopg.Connection[Any]") -> None:
    """OUT-16: pieces leave no row out, and a batch whose first row is empty does not end there."""
    count = 2 * LINES_AT_ONCE + 1
    words = [None if number % 7 == 0 else "" if number % 5 == 0 else str(number) for number in range(count)]
    assert through(connection, {"at": list(range(count)), "words": words}) == list(enumerate(words))
    assert list(lines({"words": ["", "a"]}, set())) == ["\na\n"]


def test_columns_without_a_value_are_left_out() -> None:
    """OPS-4: what is NULL in every row need not be sent; an empty batch has no column at all."""
    assert columns_given({"at": [1, 2], "words": [None, None], "sure": [None, False]}).keys() == {"at", "sure"}
    assert columns_given({"at": [], "words": []}) == {}


def test_what_has_no_text_is_refused() -> None:
    """OUT-16: nothing is written by its looks in Python, and no row loses a cell."""
    with pytest.raises(TypeError, match="no text for a value of type dict"):
        list(lines({"words": ["a", {}]}, set()))
    with pytest.raises(ValueError, match="shorter"):
        list(lines({"at": [1, 2], "words": ["a"]}, set()))


MOMENTS = st.one_of(
    st.none(),
    st.sampled_from(
        ["", "2026-11-20", "2026-11-20T09:15:00", "2026-W47-5T09:15:00+02:00", "0001-01-01T00:00:00+14:00"]
    ),
    st.sampled_from(["2026-11-20T09:15:00+23:00", "2026-11-20T09:15:00Z", "2026-11-31T09:15:00+02:00", "yesterday T"]),
    st.datetimes(timezones=ZONES).map(datetime.isoformat),
    st.datetimes(timezones=ZONES).map(lambda moment: moment.isoformat(timespec="seconds")),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(MOMENTS, min_size=1, max_size=4))
@example(["2026-11-20T09:15:00+02:00", "2026-W47-5T09:15:00+02:00"])
@example(["2026-11-20T09:15:00+02:00", "2026-11-20T09:15:00+23:00"])
@example(["2026-11-20T09:15:00+02:00", "2026-11-31T09:15:00+02:00"])
def test_moments_of_a_column(connection: "psycopg.Connection[Any]", texts: list[str | None]) -> None:
    """RET-4, SRC-11: Postgres reads from the column what `parse_moment` reads from each text, and refuses none."""
    found = connection.execute(
        "SELECT extract(epoch FROM given::timestamptz) FROM unnest(%s::text[]) AS given", [moment_texts(texts)]
    ).fetchall()
    wanted = [parse_moment(text) for text in texts]
    first = datetime(1970, 1, 1, tzinfo=UTC)
    assert [None if value is None else round(value * 10**6) for (value,) in found] == [
        None if moment is None else (moment - first) // timedelta(microseconds=1) for moment in wanted
    ]
