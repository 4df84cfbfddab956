"""The example of a DAG downstream: it follows the list's asset, and mails only while the list is fresh and healthy."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException
from sqlalchemy import text

import tests.airflow_home
from contact_sync.operators.assets import list_asset
from tests.seeds import sow

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from contact_sync.warehouse.database import Warehouse
    from tests.dags.conftest import Include

EXAMPLE = tests.airflow_home.PROJECT / "include" / "examples" / "dags" / "mail_talent_news.py"


@pytest.fixture
def mailer(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """A mailer that keeps the key and the body of each request, behind the connection of its name."""
    taken: list[tuple[str, dict[str, Any]]] = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((self.headers["Idempotency-Key"], json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Take)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AIRFLOW_CONN_MAILER", f"http://127.0.0.1:{server.server_port}")
    yield taken
    server.shutdown()
    server.server_close()


@pytest.fixture
def example() -> "DAG":
    """The DAG as Airflow would read it, were it in its folder."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(EXAMPLE)
    assert bag.import_errors == {}
    return bag.dags["mail_talent_news"]


def test_it_mails_only_while_the_list_is_fresh_and_healthy(
    include: "Include",
    warehouse: "Warehouse",
    example: "DAG",
    mailer: list[tuple[str, dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """OPS-13: skipped while nothing feeds the list, a run failed, an alert is open, or it was read too long ago."""
    url = warehouse.engine.url.set(drivername="postgresql")
    monkeypatch.setenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE", url.render_as_string(hide_password=False))
    check, mail = example.task_dict["fresh_and_healthy"], example.task_dict["mail"]
    assert check.downstream_task_ids == {"mail"}
    assert mail.retries == 0
    assert list_asset("Talent news") in list(example.timetable.asset_condition.objects)

    def execute(statement: str) -> None:
        with warehouse.engine.begin() as connection:
            connection.execute(text(statement))

    def skipped() -> str:
        with pytest.raises(AirflowSkipException) as told:
            check.python_callable()
        return str(told.value)

    assert "nothing has fed it yet" in skipped()
    sow(warehouse.engine, people=["ann", "ben", "cem"])
    check.python_callable()
    execute("UPDATE sync.fetch SET window_end = now() - interval '27 hours'")
    assert "is not fresh" in skipped()
    execute("UPDATE sync.fetch SET window_end = now(), status = 'degraded'")
    assert "is not healthy: candidates_daily" in skipped()
    execute("UPDATE sync.fetch SET status = 'succeeded'")
    execute("INSERT INTO sync.alert (sync_no, kind, began_at, detail) VALUES (1, 'missed', now(), '{}')")
    assert "is not healthy: candidates_daily" in skipped()
    execute("UPDATE sync.alert SET ended_at = now()")
    execute("UPDATE sync.sync SET state = 'inactive', inactive_reason = 'credentials_changed'")
    assert "is not healthy: candidates_daily" in skipped()
    execute("UPDATE sync.sync SET inactive_reason = 'by_hand'")
    assert "is not healthy" in skipped()
    execute("UPDATE sync.sync SET state = 'active', inactive_reason = NULL")
    check.python_callable()

    execute("UPDATE contacts.membership SET status = 'removed', reason = 'removed_by_hand' WHERE contact_id = 2")
    mail.python_callable.__globals__["AT_ONCE"] = 1
    assert mail.python_callable(run_id="asset__1") == 2
    assert [key for key, _ in mailer] == ["asset__1/0", "asset__1/1"]
    assert [each["email"] for _, body in mailer for each in body["recipients"]] == [
        "ann@example.org",
        "cem@example.org",
    ]
