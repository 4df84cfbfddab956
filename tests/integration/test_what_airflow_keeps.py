"""What stands in Airflow's own database, in logs, files and process arguments after all other tests here; run alone,
after two runs.
"""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from contact_sync.warehouse.database import open_warehouse
from contact_sync.warehouse.erasure import erase
from include.local.rest import Run
from tests.integration.canaries import PERSON, Watched, addresses, people, secrets, told
from tests.integration.whole import Whole
from tests.warehouse.erasing_support import places


def in_database(whole: Whole) -> str:
    """Every row of every table of Airflow's database, as text."""
    found = []
    with psycopg.connect(whole.services.addresses.airflow_url.replace("+psycopg2", "")) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in tables:
            query = sql.SQL("SELECT to_jsonb(kept)::text FROM {} AS kept").format(sql.Identifier(name))
            found += [row for (row,) in connection.execute(query)]
    return "\n".join(found)


def in_logs(whole: Whole) -> str:
    """All logs: of tasks, of the DAG processor's files, of the services, Postgres among them."""
    state = whole.services.state
    files = [*(state.airflow / "logs").rglob("*"), *state.logs.rglob("*.log"), state.postgres / "postgres.log"]
    return "\n".join(text_of(file) for file in files if file.is_file())


def files(whole: Whole) -> Iterator[Path]:
    """Everything that Airflow, its tasks and the services wrote, temporary files too; not the warehouse itself."""
    for file in whole.include.parent.rglob("*"):
        if file.is_file() and not file.is_symlink() and whole.services.state.postgres not in file.parents:
            yield file


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("place", ["database", "logs", "arguments"])
def test_nothing_personal_and_no_secret_is_kept(whole: Whole, scheduled: Run, watched: Watched, place: str) -> None:
    """OUT-16, OPS-6: manifests with their counts are there, and command lines of the tasks; no address of a record, no
    name, no value that did not fit, no secret.
    """
    text = {"database": in_database, "logs": in_logs, "arguments": lambda _: watched.arguments}[place](whole)
    proof = {"database": '"fetch_id"', "logs": "new ", "arguments": "airflow worker"}[place]
    assert proof in text
    assert "Fetch 1 of sync" in text or scheduled.run_id in text or place == "arguments"
    known = addresses(whole)
    assert len(known) > 4_000
    assert whole.rows(
        "SELECT city FROM (SELECT fields ->> 'city' AS city, email FROM contacts.contact) AS kept WHERE email = :email",
        email=PERSON["Email"],
    ) == [{"city": PERSON["City"]}]
    one = next(iter(known))
    assert told(f"{text} {{'x': '{one.upper()}'}}", [one], {}) == [one], "a planted address must be found"
    assert told(text, known, secrets(whole)) == []


def test_files_that_others_may_read_hold_nothing(whole: Whole, watched: Watched) -> None:
    """OUT-16, OPS-6, ACC-3: of all files that the runs left, none tells of people; secrets lie only in files that
    nobody else can read, and the warehouse in a folder of that kind.
    """
    known, hidden = addresses(whole), secrets(whole)
    found = list(files(whole))
    assert {"secrets.json", "scheduler.log", "nightly.yaml"} <= {file.name for file in found}
    assert [file for file in found if people(text_of(file), known)] == []
    telling = [file for file in found if told(text_of(file), (), hidden)]
    assert "secrets.json" in {file.name for file in telling}
    assert [file for file in telling if file.stat().st_mode & 0o077] == []
    assert whole.services.state.airflow.stat().st_mode & 0o077 == 0


def test_an_erased_person_is_nowhere(whole: Whole, watched: Watched) -> None:
    """OPS-6: every table of the warehouse, Airflow's own database and all logs: before, the warehouse holds the person;
    after, nothing does.
    """
    url, key = whole.services.addresses.warehouse_url, whole.services.state.secrets().contact_sync_key
    warehouse = open_warehouse(url, key)
    assert places(warehouse, PERSON.values()).keys() == set(PERSON.values())
    done = erase(warehouse, PERSON["Email"], "asked for it in writing", "tests")
    assert done.removed["staging.fetch"] >= 1
    assert places(warehouse, PERSON.values()) == {}
    for text in (in_database(whole), in_logs(whole)):
        assert people(text, [PERSON["Email"]]) == []
