"""The pages: what they tell, where a tab leads, and what they say when there is nothing, or nobody answers."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from contact_sync.paths import sql_folder
from contact_sync.warehouse.database import open_warehouse
from contact_sync.web.reading import rows
from tests.airflow_home import PROJECT
from tests.conftest import administer, database_url
from tests.web.conftest import PREFIX, Site, point_at
from tests.web.seeded import HIS, Seeded

MOMENT = datetime(2026, 11, 22, tzinfo=UTC)
LISTS = ("/", "/campaigns", "/pushes", "/credits")
NOBODY = "postgresql://nobody@127.0.0.1:1/contacts"


def test_the_first_page(site: Site) -> None:
    """OPS-8: each sync with state, health, next run and last counts; those that never ran as well."""
    page = site.text("/")
    assert "All candidates" in page
    assert page.count('<span class="badge healthy">') + page.count('<span class="badge missed">') == 2
    assert page.count("It has not run yet.") == 6


def test_one_sync(site: Site) -> None:
    """OPS-8: settings, mapping, options with since when, and the history with a chart."""
    page = site.text(f"/syncs/{HIS}")
    for words in ("Every approved candidate", "daily at 02:00 (Europe/Berlin)", "Experience_in_Years", "dont_exclude"):
        assert words in page
    assert re.search(r'<rect class="part new" x="0.0" y="[\d.]+" width="16.0" height="[\d.]+"><title>', page)
    assert "from the next run on" not in page


def test_one_fetch(site: Site, seeded: Seeded) -> None:
    """OPS-1: window, times, versions, reasons with sub-codes, credits."""
    page = site.text(f"/syncs/{HIS}/fetches/{seeded.fetch}")
    for words in ("configuration 1, mapping 1", "short_page", "misspelt_domain", "file_duplicate", "API credits"):
        assert words in page


def test_pushes_and_near_misses(site: Site) -> None:
    """PUSH-11: near misses as sentences, each leading to its people."""
    page = site.text("/pushes")
    assert re.search(r'<a href="[^"]+detail=Client_Name">\d would be pushed if company name were mapped</a>', page)


def test_credits_by_account_day_and_sync(site: Site) -> None:
    """LIM-5: of two syncs and of a call outside any."""
    page = site.text("/credits")
    assert f">{HIS}</a>" in page
    assert "commands and pushes outside a sync" in page


def test_where_tabs_lead(site: Site, seeded: Seeded) -> None:
    """OPS-8: the tab of a DAG to its sync, of a run to its fetch; a friendly word on DAGs and runs that have none."""
    run = seeded.one("SELECT run_id FROM sync.fetch WHERE fetch_id = :id", id=seeded.fetch)
    assert site.get("/tab", dag_id=HIS).headers["location"] == f"{PREFIX}/syncs/{HIS}"
    led = site.get("/tab", dag_id=HIS, run_id=run).headers["location"]
    assert led == f"{PREFIX}/syncs/{HIS}/fetches/{seeded.fetch}"
    assert "has fetched nothing yet" in site.text("/tab", dag_id=HIS, run_id="manual__2026-11-22T00:00:00+00:00")
    assert "is no sync" in site.text("/tab", dag_id="somebody_elses")
    assert "is no sync" in site.text("/tab", dag_id="contact_sync_admin", run_id="manual__1")
    assert site.get("/tab").status_code == 400


def test_every_page_can_be_read_aloud(site: Site, seeded: Seeded) -> None:
    """OPS-8: a language, one main heading, a way past the navigation; every table has a caption, heads say of what."""
    pages = (*LISTS, f"/syncs/{HIS}", f"/syncs/{HIS}/fetches/{seeded.fetch}", f"/campaigns/{seeded.campaign}",
             f"/syncs/{HIS}/fetches/{seeded.fetch}/records", f"/pushes/{seeded.switch}")  # fmt: skip
    for path in pages:
        page = site.text(path)
        assert '<html lang="en">' in page
        assert page.count("<h1>") == 1, path
        assert page.index('class="skip" href="#main"') < page.index("<nav")
        assert page.count("<table>") == page.count("<caption>"), path
        assert not re.search(r"<th(?! scope=)[ >]", page), path
        assert " style=" not in page, path
        assert not re.search(r"<script(?! src=)", page), path


def test_an_empty_warehouse(server: Site, database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-8: before the first run every page says so and what to do."""
    point_at(open_warehouse(database("empty"), None), monkeypatch)
    for path, words in zip(LISTS, ("It has not run yet", "No campaign is known", "No push switch", ""), strict=True):
        assert words in server.text(path)
    page = server.text(f"/syncs/{HIS}")
    assert "There is no fetch yet" in page
    assert "no run has registered it yet" in page
    assert "from the next run on" in page
    assert server.get(f"/syncs/{HIS}/fetches/1").status_code == 404


def test_every_statement_runs_on_an_empty_warehouse(database: Callable[[str], str]) -> None:
    """House style: with nothing to find, and nothing asked for that may be left out."""
    values = {"fetch_id": 1, "switch_no": 1, "campaign_id": 1, "sync_id": "s", "dag_id": "s", "run_id": "r", "rows": 1,
              "people": True, "sync_ids": ["s"], "switches": [1], "timezone": "UTC", "since": MOMENT,
              "started_at": MOMENT}  # fmt: skip
    with open_warehouse(database("nothing"), None).engine.connect() as connection:
        for path in sorted((sql_folder() / "page").glob("*.sql")):
            names = re.findall(r"(?<!:):([a-z_]+)\b", re.sub(r"--.*", "", path.read_text(encoding="utf-8")))
            assert rows(connection, path.stem, **{name: values.get(name) for name in names}) == [], path.stem


def test_a_warehouse_without_tables(
    server: Site, postgres_url: str, database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-8: the page names the command that makes them."""
    administer(postgres_url, "CREATE DATABASE bare")
    try:
        point_at(open_warehouse(database_url(postgres_url, "bare"), None), monkeypatch)
        answer = server.get("/")
        assert answer.status_code == 503
        assert "contact-sync warehouse migrate" in answer.text
    finally:
        administer(postgres_url, "DROP DATABASE bare WITH (FORCE)")


def test_a_warehouse_that_does_not_answer(server: Site, seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-8: a plain word on every page, with the status of a passing trouble, and neither login nor password."""
    monkeypatch.setenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE", NOBODY.replace("nobody@", "nobody:very-secret@"))
    for path in (*LISTS, f"/syncs/{HIS}", f"/syncs/{HIS}/fetches/1/records.csv"):
        answer = server.get(path)
        assert answer.status_code == 503, path
        assert "The warehouse does not answer" in answer.text
        assert "very-secret" not in answer.text
    monkeypatch.delenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE")
    assert "Airflow has no connection" in server.get("/").text


def test_pages_write_nothing(site: Site, seeded: Seeded) -> None:
    """OPS-8: the database itself refuses to write in the transactions of pages."""
    from contact_sync.errors import WarehouseRefused
    from contact_sync.warehouse import statements
    from contact_sync.web.reading import reading

    with pytest.raises(WarehouseRefused, match="ReadOnlySqlTransaction"), reading() as connection:
        statements.run(connection, "act/record", **_ACT)


_ACT = dict.fromkeys(("kind", "who", "reason", "sync_no", "fetch_id", "contact_id", "list_id", "detail"))


def test_components_that_serve_no_page_load_none() -> None:
    """Design: the plugin file loads neither the pages nor their templates, and Airflow knows of them all the same."""
    script = (
        "import tests.airflow_home, sys\n"
        "from airflow.plugins_manager import get_plugin_info\n"
        "(ours,) = [each for each in get_plugin_info() if each['name'] == 'contact_sync']\n"
        "print(len(ours['fastapi_apps']), [view['destination'] for view in ours['external_views']])\n"
        "print(sorted(name for name in sys.modules if name.startswith('contact_sync.web.')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "AIRFLOW__API__BASE_URL": "http://localhost/airflow"},
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert lines[-2:] == ["1 ['nav', 'dag', 'dag_run']", "['contact_sync.web.mounted']"], done.stdout + done.stderr


def test_campaigns_of_both_origins(site: Site, seeded: Seeded) -> None:
    """CAMP-2, CAMP-6: how far ours are made in Recruit, its own, and why they cannot be read; on the first page."""
    shown = " ".join(site.text("/campaigns").split())
    assert "not made in Recruit: name_taken" in shown
    assert "<td>Trade Show</td><td>in Recruit</td><td>recruit_demo</td> <td>Active</td>" in shown
    assert "recruit_demo: campaigns in Recruit: 1, read" in shown
    assert "recruit_two: Recruit's own campaigns cannot be read (never read). The token lacks a scope." in shown
    assert "Trade Show" not in site.text(f"/campaigns?before={seeded.campaign}")
