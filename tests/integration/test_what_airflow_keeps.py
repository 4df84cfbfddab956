"""What stands in Airflow's own database and logs after all other tests here; run alone, after one run."""

import re
from collections.abc import Iterable

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from contact_sync.warehouse.database import open_warehouse
from include.local.rest import Run
from include.local.settings import SANDBOX
from tests.integration.whole import Whole

TOKEN = re.compile(r"[^\s\"'<>()\[\]{},;:=]+@[^\s\"'<>()\[\]{},;:=]+")


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
    """All logs: of tasks, of the DAG processor's files, of the services."""
    state = whole.services.state
    files = [*(state.airflow / "logs").rglob("*"), *state.logs.rglob("*.log")]
    return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files if file.is_file())


def addresses(whole: Whole) -> set[str]:
    """Every e-mail of the source's records and of the warehouse's contacts, broken ones too; empty ones left out."""
    known = [row["email"] for row in whole.rows("SELECT email FROM contacts.contact WHERE email IS NOT NULL")]
    source = [kind["email"] for kind in whole.kinds()]
    return {address.strip().casefold() for address in [*known, *source] if address and address.strip()}


def secrets(whole: Whole) -> dict[str, str]:
    """What nobody may read: the account's, the warehouse's, the key, the shared access token."""
    url = whole.services.addresses.warehouse_url
    key = whole.services.state.secrets().contact_sync_key
    (token,) = whole.rows("SELECT cipher FROM sync.token")
    return {
        "client secret": SANDBOX["password"],
        "refresh token": SANDBOX["refresh_token"],
        "CONTACT_SYNC_KEY": key,
        "password of the warehouse": str(make_url(url).password),
        "access token": open_warehouse(url, key).fernet.decrypt(bytes(token["cipher"])).decode(),
    }


def told(text: str, wanted: Iterable[str]) -> list[str]:
    """Those of the addresses that stand in the text, in any case."""
    text = text.casefold()
    tokens = set(TOKEN.findall(text))
    return [each for each in wanted if (each in tokens if TOKEN.fullmatch(each) else each in text)]


@pytest.mark.parametrize("place", ["database", "logs"])
def test_nothing_personal_and_no_secret_is_kept(whole: Whole, scheduled: Run, place: str) -> None:
    """OUT-16, OPS-6: manifests with their counts are there; no address of a record, no secret."""
    text = in_database(whole) if place == "database" else in_logs(whole)
    assert scheduled.run_id in text or "Fetch 1 of sync" in text
    assert '"fetch_id"' in text if place == "database" else "new " in text
    people = addresses(whole)
    assert len(people) > 4_000
    one = next(iter(people))
    assert told(f"{text} {{'x': '{one.upper()}'}}", [one]) == [one], "a planted address must be found"
    assert told(text, people) == []
    assert [name for name, secret in secrets(whole).items() if secret in text] == []
