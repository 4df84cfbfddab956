"""Commands that meet the warehouse: a real Postgres, and what they say when there is none."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from contact_sync.paths import PROJECT
from tests.seeds import sow

Run = Callable[..., Any]


def _rows(url: str, statement: str) -> list[dict[str, Any]]:
    with create_engine(url).connect() as connection:
        return [dict(row) for row in connection.execute(text(statement)).mappings()]


_SUPPRESSIONS = (
    "SELECT email_key, kind, reason, created_by, lifted_by, lifted_reason FROM contacts.suppression ORDER BY email_key"
)


def test_suppress_one_address(run: Run, with_warehouse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """OUT-17: who and why are kept."""
    monkeypatch.setenv("LOGNAME", "maria")
    done = run("suppress", "Ann@Example.org", "--as", "blocked", "--reason", "asked us by telephone")
    assert (done.code, done.out, done.err) == (0, "1 suppressed as blocked, 0 were already.\n", "")
    assert _rows(with_warehouse, _SUPPRESSIONS) == [
        {
            "email_key": "ann@example.org", "kind": "blocked", "reason": "asked us by telephone",
            "created_by": "maria", "lifted_by": None, "lifted_reason": None,
        }
    ]  # fmt: skip
    again = run("suppress", "ann@example.org", "--as", "blocked", "--reason", "again")
    assert again.out == "0 suppressed as blocked, 1 were already.\n"


def test_suppress_a_former_address_or_a_contact(run: Run, with_warehouse: str, tmp_path: Path) -> None:
    """OUT-17, OUT-13: who had an address is meant and named by contact id; of several nobody is, until one is given."""
    engine = create_engine(with_warehouse)
    had = (
        "INSERT INTO contacts.address_history (contact_id, email_key, email, replaced_at) SELECT contact_id, "
        "each || '@old.example.org', each, now() FROM contacts.contact, unnest(ARRAY['one', 'both']) AS each "
        "WHERE contact_id = 1 OR each = 'both'"
    )
    sow(engine, had, people=("ann", "ben"))
    (tmp_path / "some.txt").write_text("one@old.example.org\nboth@old.example.org\nzoe@example.org\n")
    done = run("suppress", "some.txt", "--as", "blocked", "--reason", "x")
    assert (done.code, done.out) == (
        1,
        "3 suppressed as blocked, 0 were already.\n"
        "Nobody has the address of line 1 now; contact 1 had it before and is meant.\n",
    )
    assert done.err == (
        "Nobody has the address of line 2 now, and contacts 1, 2 had it before: only the address is suppressed. "
        "For the person give the contact id instead.\n"
    )
    query = text("SELECT email_key, contact_id FROM contacts.suppression ORDER BY suppression_id")
    with engine.connect() as connection:
        assert [row.contact_id for row in connection.execute(query)] == [1, None, None]
    assert run("suppress", "2", "--as", "blocked", "--reason", "x").out == "1 suppressed as blocked, 0 were already.\n"
    with engine.connect() as connection:
        assert tuple(connection.execute(query).all()[-1]) == ("ben@example.org", 2)
    assert run("unsuppress", "2", "--reason", "x").out == "1 suppression lifted.\n"
    refused = run("suppress", "9", "--as", "blocked", "--reason", "x")
    assert (refused.code, refused.err) == (1, "contact-sync: there is no contact 9. Nothing was done.\n")


def test_suppress_a_file_and_name_its_bad_lines(run: Run, with_warehouse: str, tmp_path: Path) -> None:
    """OUT-17: lines are counted as in the file, and what they say is not repeated."""
    (tmp_path / "block.txt").write_text("# from the registry\n\na@example.org\nsecret nonsense\n b@example.org \n")
    done = run("suppress", "block.txt", "--as", "registry", "--reason", "list of November")
    assert done.code == 1
    assert done.out == "2 suppressed as registry, 0 were already.\n"
    assert done.err == "Not understood as addresses: line 4. Nothing was written for them.\n"
    assert [row["email_key"] for row in _rows(with_warehouse, _SUPPRESSIONS)] == ["a@example.org", "b@example.org"]


def test_an_address_too_long_for_a_file_name_is_not_repeated(run: Run, with_warehouse: str) -> None:
    """OUT-17: an address is never printed, not even as the name of a file that there is not."""
    done = run("suppress", "a" * 300 + "@example.org", "--as", "blocked", "--reason", "x")
    assert (done.code, done.out) == (1, "0 suppressed as blocked, 0 were already.\n")
    assert done.err == "Not understood as addresses: line 1. Nothing was written for them.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8:surrogateescape"])
def test_bytes_that_are_no_text_from_standard_input(folder: Path, tmp_path: Path, encoding: str) -> None:
    """The second is how Python reads in the locale POSIX: such text would reach the database, which refuses it."""
    env = {"CONTACT_SYNC_WAREHOUSE_URL": "postgresql://nobody@127.0.0.1:1/x", "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "contact_sync", "unsuppress", "-", "--reason", "x"]
    env |= {"PYTHONPATH": str(PROJECT / "plugins"), "CONTACT_SYNC_INCLUDE": str(folder)}
    done = subprocess.run(command, env=env, cwd=tmp_path, input=b"caf\xe9@b.org\n", capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"contact-sync: standard input is not UTF-8. Save it in that encoding.\n"


def test_unsuppress(run: Run, with_warehouse: str, tmp_path: Path) -> None:
    run("suppress", "a@example.org", "--as", "blocked", "--reason", "x")
    (tmp_path / "lift.txt").write_text("nobody@example.org\n\na@example.org\n")
    done = run("unsuppress", "lift.txt", "--reason", "wrote that she wants mail")
    assert (done.code, done.out) == (0, "1 suppression lifted.\nNot suppressed: line 1.\n")
    (row,) = _rows(with_warehouse, _SUPPRESSIONS)
    assert row["lifted_reason"] == "wrote that she wants mail"


def test_complaints_need_force(run: Run, with_warehouse: str) -> None:
    """OUT-17: complaint and erased need --force; exit code 3, for nothing was done, and 1 if only some were lifted."""
    with create_engine(with_warehouse).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO contacts.suppression (kind, email_key, origin, reason, created_by, created_at) "
                "VALUES ('complaint', 'a@example.org', 'event', 'complaint', 'import', now())"
            )
        )
    refused = run("unsuppress", "a@example.org", "--reason", "x")
    assert refused.code == 3
    assert refused.err == "Complaint or erased, still suppressed: line 1. Lift these too with: --force\n"
    assert _rows(with_warehouse, _SUPPRESSIONS)[0]["lifted_by"] is None
    run("suppress", "b@example.org", "--as", "blocked", "--reason", "x")
    Path("both.txt").write_text("a@example.org\nb@example.org\n")
    assert run("unsuppress", "both.txt", "--reason", "x").code == 1
    assert run("unsuppress", "a@example.org", "--reason", "x", "--force").out == "1 suppression lifted.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("suppress", "a@b.org", "--as", "blokced", "--reason", "x"),
         "--as: 'blokced' is not a kind. Allowed: blocked, registry. Did you mean 'blocked'?"),
        (("suppress", "nothing.txt", "--as", "blocked", "--reason", "x"),
         "'nothing.txt' is neither an address (no @), nor a contact id, nor a file."),
        (("suppress", "a@b.org", "--as", "blocked", "--reason", "  "),
         "--reason is empty: say why, for the record."),
        (("suppress", "empty.txt", "--as", "blocked", "--reason", "x"),
         "the file 'empty.txt' holds no addresses. Write one a line."),
        (("suppress", "a@empty.txt", "--as", "blocked", "--reason", "x"),
         "the file holds no addresses. Write one a line."),
        (("suppress", "a@bytes.txt", "--as", "blocked", "--reason", "x"),
         "the file is not UTF-8. Save it in that encoding."),
        (("suppress", "a" * 300, "--as", "blocked", "--reason", "x"),
         f"the file '{'a' * 300}' cannot be read: file name too long."),
        (("suppress", "a@b.org", "--as", "blocked", "--reason", "caf\udce9"),
         "argument 6 is not UTF-8, as a name or a reason must be. Set the terminal to UTF-8 and write it again."),
        (("unsuppress", "caf\udce9@b.org", "--reason", "x"),
         "argument 2 is not UTF-8, as a name or a reason must be. Set the terminal to UTF-8 and write it again."),
        (("history", "candidate_daily"),
         "there is no sync 'candidate_daily', and no fetch of one. Did you mean 'candidates_daily'? "
         "See all with: contact-sync list"),
        (("initiate", "candidate_daily"),
         "there is no sync 'candidate_daily'. Did you mean 'candidates_daily'? See all with: contact-sync list"),
    ],
)  # fmt: skip
def test_usage_mistakes_end_with_2(
    run: Run, with_warehouse: str, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    for name in ("empty.txt", "a@empty.txt"):
        (tmp_path / name).write_text("# none\n")
    (tmp_path / "a@bytes.txt").write_bytes(b"caf\xe9@example.org\n")
    done = run(*arguments)
    assert (done.code, done.out, done.err) == (2, "", f"contact-sync: {message}\n")


def _first_fetch(url: str) -> None:
    """A fetch as the stages write it, straight into the tables."""
    script = """
    INSERT INTO sync.fetch (sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, started_at,
            finished_at, window_end, first, moves_watermark, status, reason, remedy, warnings, read, out_of_scope,
            total, new, re_added, duplicate_in_list, duplicate_other_list, duplicate_no_list, changed,
            ignored, deleted, pushed)
        VALUES (1, 1, 1, 1, 'candidates_daily', 'manual__1', 'manual', '2026-11-02 02:00:00+00',
            '2026-11-02 02:01:05+00', '2026-11-02 02:00:00+00', true, true, 'degraded', 'a check failed',
            'look at the addresses',
            '{many invalid addresses}', 5200, 100, 5100, 4000, 1, 2, 3, 4, 5, 1090, 0, 7);
    INSERT INTO sync.fetch_reason (fetch_id, outcome, reason, sub_code, records)
        VALUES (1, 'ignored', 'invalid_pattern', 'syntax', 1000), (1, 'ignored', 'bounced', '', 30),
               (1, 'ignored', 'invalid_pattern', 'misspelt_domain', 60),
               (1, 'out_of_scope', 'unapproved', '', 100);
    """
    sow(create_engine(url), script)


@pytest.mark.parametrize("width", [80, 109, 110, 120])
def test_history_as_a_table(run: Run, with_warehouse: str, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """OPS-1, OUT-3: in the product's words; the duplicates split; each reason; what to do below. No number is cut."""
    monkeypatch.setenv("COLUMNS", str(width))
    _first_fetch(with_warehouse)
    done = run("history")
    assert done.code == 0
    cells = [cell for line in done.out.splitlines() for cell in line.split("│")]
    told = [" ".join(cell.split()) for cell in cells]
    for words in (
        "All candidates", "→ Talent news", "degraded · manual · 1 min 5 s", "at 2026-11-02 03:00",
            "from the beginning", "to 2026-11-02 03:00",
        "read 5,200", "total 5,100", "out of scope 100", "unapproved 100", "new 4,000", "re-added 1", "duplicate 9",
        "in this list 2", "in another list 3", "in no list 4", "ignored 1,090", "deleted 0", "pushed 7",
        "invalid_pattern 1,060", "syntax 1,000", "misspelt_domain 60", "bounced 30",
    ):  # fmt: skip
        assert words in told, words
    assert done.out.splitlines()[-3:] == [
        "candidates_daily #1 degraded: a check failed",
        "candidates_daily #1 remedy: look at the addresses",
        "candidates_daily #1 warning: many invalid addresses",
    ]
    assert max(len(line) for line in done.out.splitlines()) <= width
    assert "…" not in done.out


def test_the_history_says_what_a_backfill_is(run: Run, with_warehouse: str) -> None:
    """RET-5: the source shows its present state only; runs of other kinds are not told so."""
    _first_fetch(with_warehouse)
    note = "backfill: read the records whose latest change lies in this window, as they are now."
    assert note not in run("history").out
    with create_engine(with_warehouse).begin() as connection:
        connection.execute(text("UPDATE sync.fetch SET run_type = 'backfill'"))
    assert f"candidates_daily #1 {note}" in run("history").out


def test_the_history_says_why_work_is_left_and_what_options_ended(run: Run, with_warehouse: str) -> None:
    """OUT-15, ADV-8, OPS-1: a fetch that is partial says to whom its work is left, and what to do about it."""
    _first_fetch(with_warehouse)
    assert "#1 partial" not in run("history").out
    with create_engine(with_warehouse).begin() as connection:
        connection.exec_driver_sql("UPDATE sync.fetch SET status = 'partial', removed = 1, pending_removals = 1200")
        connection.exec_driver_sql("INSERT INTO sync.fetch_reason VALUES (1, 'ignored', 'plan_limit', '', 5)")
    told = " ".join(run("history").out.split())
    assert "candidates_daily #1 options: 1 membership of the list ended by the sync's options" in told
    assert "#1 partial: 1,200 memberships were left to a person's answer" in told
    assert "What still waits: contact-sync pending candidates_daily" in told
    assert "#1 partial: no room for 5 records" in told
    assert "raise contact_limit in organisation.yaml" in told
    (fetch,) = json.loads(run("history", "--output", "json").out)
    assert (fetch["removed"], fetch["pending_removals"]) == (1, 1200)


def test_history_as_json(run: Run, with_warehouse: str) -> None:
    _first_fetch(with_warehouse)
    (fetch,) = json.loads(run("history", "candidates_daily", "--output", "json").out)
    assert (fetch["total"], fetch["duplicate"], fetch["duration_seconds"]) == (5100, 9, 65.0)
    assert fetch["ignored_by_reason"] == [
        {"reason": "invalid_pattern", "sub_code": "syntax", "records": 1000},
        {"reason": "invalid_pattern", "sub_code": "misspelt_domain", "records": 60},
        {"reason": "bounced", "sub_code": None, "records": 30},
    ]
    assert fetch["out_of_scope_by_cause"] == [{"reason": "unapproved", "sub_code": None, "records": 100}]
    assert (fetch["window_start"], fetch["warnings"]) == (None, ["many invalid addresses"])


def test_history_on_a_screen_without_unicode(folder: Path, tmp_path: Path, with_warehouse: str) -> None:
    """OPS-1: a table of plain lines with '?' for what the screen lacks; JSON says the same as anywhere."""
    _first_fetch(with_warehouse)
    with create_engine(with_warehouse).begin() as connection:
        connection.exec_driver_sql("UPDATE sync.fetch SET reason = 'Köln'")
    env = {"CONTACT_SYNC_WAREHOUSE_URL": with_warehouse, "PYTHONIOENCODING": "ascii"}
    seen = _own_process(folder, tmp_path, env, "history")
    assert (seen.returncode, seen.stderr) == (0, "")
    assert seen.stdout.isascii()
    for words in ("+---", "? Talent news", "5,200", "candidates_daily #1 degraded: K?ln\n"):
        assert words in seen.stdout
    told = _own_process(folder, tmp_path, env, "history", "--output", "json")
    assert (told.returncode, told.stdout.isascii()) == (0, True)
    assert json.loads(told.stdout)[0]["reason"] == "Köln"


def test_history_before_the_first_fetch(run: Run, with_warehouse: str) -> None:
    done = run("history", "candidates_daily")
    assert (done.code, done.out) == (
        0, "There is no fetch of 'candidates_daily' yet. Start a run in Airflow, then look again.\n",
    )  # fmt: skip
    assert json.loads(run("history", "--output", "json").out) == []


def test_initiate_says_how_to_start_the_run(run: Run, with_warehouse: str) -> None:
    """RET-1, RET-10: the sync is active and reads everything at its next run."""
    never = run("initiate", "candidates_daily")
    assert (never.code, "no run has registered this sync yet" in never.err) == (1, True)
    _first_fetch(with_warehouse)
    done = run("initiate", "candidates_daily")
    assert (done.code, done.err) == (0, "")
    assert "Start it now with: airflow dags trigger candidates_daily\n" in done.out
    assert _rows(with_warehouse, "SELECT restart_pending, state FROM sync.sync") == [
        {"restart_pending": True, "state": "active"}
    ]


def test_initiate_says_from_when_on(run: Run, with_warehouse: str, folder: Path) -> None:
    """RET-10, RET-2: a sync that retrieves what changed after a moment reads that again, and not everything."""
    _first_fetch(with_warehouse)
    file = folder / "syncs" / "candidates_daily.yaml"
    given = file.read_text(encoding="utf-8")
    file.write_text(f"{given}retrieve: {{after: 2026-10-15T00:00:00+02:00}}\n", encoding="utf-8")
    assert "what changed after 2026-10-15T00:00:00+02:00, as retrieve says, again into" in run(
        "initiate", "candidates_daily"
    ).out.replace("\n", " ")


def test_migrate_and_status(run: Run, postgres_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From an empty database to an up-to-date one, and again without a change."""
    name = "cli_migrate"
    engine = create_engine(make_url(postgres_url).set(drivername="postgresql+psycopg", database="postgres"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    monkeypatch.setenv("CONTACT_SYNC_WAREHOUSE_URL", url)
    before = run("warehouse", "status")
    assert (before.code, "Tables:    none yet" in before.out) == (1, True)
    early = run("history")
    assert (early.code, early.err) == (
        1, "contact-sync: The warehouse has no tables yet. Run: contact-sync warehouse migrate\n",
    )  # fmt: skip
    assert run("warehouse", "migrate").out.startswith("The warehouse went from empty to ")
    assert run("warehouse", "migrate").out.startswith("The warehouse is at ")
    after = run("warehouse", "status")
    assert (after.code, "up to date" in after.out, f"database {name}" in after.out) == (0, True, True)
    engine.dispose()


def test_a_server_that_is_not_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear message without the password, never a traceback."""
    monkeypatch.setenv("CONTACT_SYNC_WAREHOUSE_URL", "postgresql://u:hidden-word@127.0.0.1:1/x")
    done = run("history")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("contact-sync: The contacts warehouse did not answer: ")
    assert "hidden-word" not in done.err
    assert "Traceback" not in done.err


def test_no_warehouse_named_tells_every_way(folder: Path, tmp_path: Path) -> None:
    """In a process of its own, because Airflow is asked."""
    done = _own_process(folder, tmp_path, {}, "history")
    assert (done.returncode, done.stdout) == (1, "")
    assert "the contacts warehouse is not known here. Name it in one of these ways:" in done.stderr
    for way in ("1. CONTACT_SYNC_WAREHOUSE_URL=postgresql://", "2. AIRFLOW_CONN_CONTACTS_WAREHOUSE=",
                "3. an Airflow connection 'contacts_warehouse' (Airflow answered "):  # fmt: skip
        assert way in done.stderr
    assert "Traceback" not in done.stderr


def test_the_airflow_connection_of_the_environment_is_taken(folder: Path, tmp_path: Path, warehouse_url: str) -> None:
    """What Airflow's import says goes to stderr: the JSON stays JSON."""
    url = make_url(warehouse_url).set(drivername="postgresql").render_as_string(hide_password=False)
    done = _own_process(folder, tmp_path, {"AIRFLOW_CONN_CONTACTS_WAREHOUSE": url}, "history", "--output", "json")
    assert (done.returncode, json.loads(done.stdout)) == (0, []), done.stderr


def _own_process(folder: Path, home: Path, env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    base = {
        "PATH": "/usr/bin:/bin", "HOME": str(home), "AIRFLOW_HOME": str(home / "airflow"), "LANG": "C.UTF-8",
        "PYTHONPATH": str(PROJECT / "plugins"), "CONTACT_SYNC_INCLUDE": str(folder),
    }  # fmt: skip
    command = [sys.executable, "-m", "contact_sync", *arguments]
    return subprocess.run(command, env=base | env, cwd=home, capture_output=True, text=True, check=False)


def test_help_is_quick_because_it_imports_nothing_heavy() -> None:
    code = (
        "import sys; import contact_sync.cli.app; "
        "print([name for name in ('pydantic', 'sqlalchemy', 'pandas', 'airflow', 'alembic') if name in sys.modules])"
    )
    env = {"PYTHONPATH": str(PROJECT / "plugins")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_session_names_itself(with_warehouse: str) -> None:
    """What an administrator sees in pg_stat_activity while a command runs."""
    from contact_sync.cli.connections import open_warehouse_at_hand

    with open_warehouse_at_hand().transaction() as connection:
        name = connection.execute(text("SELECT current_setting('application_name')")).scalar_one()
    assert name == "contact-sync command line"
