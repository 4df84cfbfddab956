"""Reports hold ids and counts; warehouse, disk and log hold nothing afterwards that was not there before."""

import logging
import tempfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from contact_sync.errors import Unavailable
from contact_sync.validation.report import CheckState
from contact_sync.validation.suites import CheckSpec, Suite
from tests.validation.staged import MAPPINGS, ROWS, Batch

PLANTED = "planted-4711@zylker.example"
TEXTS = {"message": "It is wrong.", "remedy": "Mend it."}
LENGTH_ONLY = Suite(
    id="one",
    name="one warning",
    checks=(
        CheckSpec(
            id="first_name_length",
            expectation="expect_column_value_lengths_to_be_between",
            kwargs={"column": "first_name", "max_value": 100},
            severity="warning",
            **TEXTS,
        ),
    ),
)


def _everything(batch: Batch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> str:
    """All that a run gives away: report, texts, counts, log and output."""
    with caplog.at_level(logging.DEBUG, logger="contact_sync"):
        report = batch.run()
    out, err = capfd.readouterr()
    assert report.critical()
    return "".join(
        [repr(report), report.refusal(), *report.warning_texts(), str(report.as_counts()), caplog.text, out, err]
    )


def test_planted_value_never_appears_when_every_row_check_fails(
    batch: Batch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """OUT-16: personal data is in the data, never in a report, a message, the log or the output."""

    def plant(row: dict[str, Any]) -> None:
        row |= {"record_id": PLANTED, "modified_text": PLANTED, "modified_at": None, "email_text": PLANTED}
        row |= {"flaw": "invalid_pattern", "first_name": PLANTED * 5, "last_name": PLANTED * 5}
        row["source"] = dict.fromkeys(row["source"], PLANTED)

    batch.spoil(ROWS, plant)
    seen = _everything(batch, caplog, capfd)
    assert "record_id_digits" in seen
    assert "planted" not in seen


def test_database_error_that_quotes_a_value_is_named_by_class_only(
    batch: Batch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """OUT-16: Postgres quotes the offending text in its message; the report names the class of the error."""
    batch.rows[0]["record_id"] = PLANTED
    batch.sql = [
        "CREATE VIEW quoting AS SELECT record_id, modified_text, modified_at, by_id, flaw, last_name, source,"
        " record_id::numeric::text AS first_name FROM staging_batch"
    ]
    batch.relation = "quoting"
    seen = _everything(batch, caplog, capfd)
    assert "InvalidTextRepresentation" in seen
    assert "planted" not in seen


def test_crashed_warning_is_critical(batch: Batch) -> None:
    """Design, validate: an expectation that crashed is critical, whatever its suite says."""
    batch.sql = ["ALTER TABLE staging_batch DROP COLUMN first_name"]
    report = batch.run(LENGTH_ONLY)
    check = report.checks[1]
    assert (check.id, check.state, check.severity) == ("first_name_length", CheckState.CRASHED, "critical")
    assert check in report.critical()
    assert "first_name_length (could not be computed, UndefinedColumn)" in report.refusal()


def test_warning_of_the_same_suite_is_no_refusal(batch: Batch) -> None:
    """Design, validate: the check above fails as a warning when it can be computed."""
    batch.rows[0]["first_name"] = "A" * 101
    report = batch.run(LENGTH_ONLY)
    assert report.critical() == ()
    assert report.warning_texts() == ("first_name_length (1 of 100 rows): It is wrong. Mend it.",)


def test_limits_that_contradict_each_other_crash_the_check(batch: Batch) -> None:
    """Design, validate: a check that cannot even be set up is critical, not an exception."""
    batch.facts |= {"expected_rows_min": 9, "expected_rows_max": 1}
    assert [(check.id, check.state) for check in batch.run().critical()] == [
        ("row_count_plausible", CheckState.CRASHED)
    ]


def test_missing_relation_crashes_every_check(batch: Batch) -> None:
    """Design, validate: nothing passes on a relation that is not there."""
    batch.relation = "fetch_404"
    report = batch.run()
    assert report.rows is None
    assert {check.state for check in report.checks} == {CheckState.CRASHED}
    assert len(report.critical()) == len(report.checks)


def test_session_is_read_only(batch: Batch) -> None:
    """Design, validate: a relation that tries to write on being read is refused by Postgres."""
    batch.sql = [
        "CREATE TABLE written (moment timestamptz)",
        "CREATE FUNCTION write() RETURNS text LANGUAGE sql"
        " AS 'INSERT INTO written VALUES (now()) RETURNING moment::text'",
        "CREATE VIEW writing AS SELECT write() AS first_name FROM staging_batch",
    ]
    batch.relation = "writing"
    assert {check.cause for check in batch.run(LENGTH_ONLY).critical()} == {"ReadOnlySqlTransaction"}


def test_nothing_is_left_in_the_warehouse_or_on_disk(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Design, validate: no table, no temporary schema, no open session, no file."""
    made: list[str] = []
    make = tempfile.mkdtemp
    monkeypatch.setattr(tempfile, "mkdtemp", lambda *given, **named: made.append("folder") or make(*given, **named))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    batch.run()
    with batch.engine.connect() as connection:
        names = connection.scalars(
            sa.text("SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'm') AND oid >= 16384")
        ).all()
        temporary = connection.scalar(sa.text("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'pg_temp%'"))
        sessions = connection.scalar(
            sa.text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        )
    assert names == ["staging_batch"]
    assert (temporary, sessions) == (0, 0)
    assert list(tmp_path.iterdir()) == []
    assert made == []


def test_rows_stay_in_the_warehouse_and_are_passed_over_at_most_three_times(batch: Batch) -> None:
    """Left alone, Great Expectations fetches every row to learn the columns, and examples of failing values."""
    seen: list[tuple[str, int]] = []

    def note(_: Any, cursor: Any, statement: str, *__: Any) -> None:
        if "staging_batch" in statement and statement.lstrip().startswith("SELECT"):
            seen.append((statement, cursor.rowcount))

    batch.spoil(50, lambda row: row.update(record_id="x", modified_text="x", first_name="", flaw="invalid_pattern"))
    sa.event.listen(sa.Engine, "after_cursor_execute", note)
    try:
        batch.run()
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", note)
    assert {rows for _, rows in seen} == {0, 1}
    assert sum(rows for _, rows in seen) <= 3


@pytest.mark.parametrize("name", ["we'ird", 'na:me "x" ::y', "100%s %(x)s", r"back\:slash", "Straße", "source", "?"])
def test_any_source_field_name_is_only_a_name(batch: Batch, name: str) -> None:
    """MAP-2: any source field can be mapped; quotes, colons, per cents and backslashes in it mean nothing."""
    batch.facts["mappings"] = [*MAPPINGS, {"target": "odd", "source": name, "type": "integer"}]
    batch.spoil(ROWS, lambda row: row["source"].update({name: "7"}))
    batch.spoil(50, lambda row: row["source"].update({name: "no"}))
    report = batch.run()
    assert [(check.id, check.unexpected) for check in report.warnings()] == [(f"field_integer:{name}", 50)]
    assert name in report.warnings()[0].message
    assert report.critical() == ()


def test_one_source_field_for_two_contact_fields_is_checked_once(batch: Batch) -> None:
    """MAP-2: two contact fields may take the same source field; the same finding is not reported twice."""
    batch.facts["mappings"] = [*MAPPINGS, {"target": "town", "source": "City", "type": "text"}]
    ids = [check.id for check in batch.run().checks]
    assert ids.count("field_present:City") == 1
    assert len(ids) == len(set(ids))


def test_unreachable_warehouse_is_worth_a_retry(batch: Batch) -> None:
    """A warehouse that does not answer is no finding about the data; the message holds no password."""
    url = "postgresql+psycopg://someone:secret%24word@127.0.0.1:1/none"
    with pytest.raises(Unavailable, match="cannot be reached") as caught:
        batch.run(url=url)
    assert "secret" not in str(caught.value)


def test_warehouse_that_goes_away_meanwhile_is_worth_a_retry(batch: Batch) -> None:
    """A query cancelled by the server crashes every check; that is not the batch's fault."""
    batch.sql = ["CREATE VIEW slow AS SELECT *, pg_sleep(5)::text AS waiting FROM staging_batch"]
    batch.sql.append("CREATE VIEW slower AS SELECT coalesce(waiting, first_name) AS first_name FROM slow")
    batch.relation = "slower"
    url = sa.make_url(batch.url).update_query_dict({"options": "-c statement_timeout=300"})
    with pytest.raises(Unavailable, match="QueryCanceled"):
        batch.run(LENGTH_ONLY, url=url.render_as_string(hide_password=False))


@pytest.mark.parametrize("relation", ["staging_batch; DROP TABLE x", 'a"b', "a.b.c", "Fetch", ""])
def test_relation_is_a_plain_name(batch: Batch, relation: str) -> None:
    """The relation is made by the package; anything else is a mistake, not a query."""
    batch.relation = relation
    with pytest.raises(ValueError, match="no name of a staging relation"):
        batch.run()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window_end": None}, "window_end must be an aware datetime"),
        ({"max_invalid_share": 1.5}, "max_invalid_share must be a share"),
        ({"mappings": MAPPINGS[1:]}, "exactly one mapping must have the target email"),
        ({"window_begin": None}, "window_begin"),
    ],
)
def test_wrong_facts_are_refused(batch: Batch, change: dict[str, Any], message: str) -> None:
    """A wrong fact is a mistake of the caller and must not look like a finding about the data."""
    batch.facts |= change
    with pytest.raises(ValueError, match=message):
        batch.run()
