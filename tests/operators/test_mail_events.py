"""The task of `mail_events_import`: reads what the form names, tells counts and nothing of anybody."""

import json
import logging
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import csv, parquet
from sqlalchemy import text

from contact_sync.core.event_request import KINDS, read_request
from contact_sync.core.events import Kind
from contact_sync.errors import ConfigError
from contact_sync.operators.mail_events import MailEventsOperator
from contact_sync.operators.run_info import TOLD_KEY
from contact_sync.warehouse.database import Warehouse
from tests.operators.contexts import context
from tests.seeds import sow

RESPONSE = {"type": "response", "campaign_id": "c1", "happened_at": "2026-11-01T10:00:00Z"}
ROWS = (
    {"type": "campaign", "campaign_id": "c1", "name": "News", "kind": "email_campaign", "lists": ["Talent news"]},
    {**RESPONSE, "email": "ann@example.org", "response": "complaint"},
    {**RESPONSE, "email": "zoe@example.org", "response": "opened"},
)  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of events on this machine."""
    path = tmp_path / "of today.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def run(**conf: Any) -> tuple[dict[str, Any], str]:
    """What the task returned, and the sentence for the run's note."""
    given = context(dag_id="mail_events_import", conf=conf)
    returned = MailEventsOperator(task_id="import_events").execute(given)
    return returned, given["ti"].pushed[TOLD_KEY]


@pytest.mark.parametrize("form", ["path", "url", "list"])
def test_files_of_the_machine_and_of_a_store(
    ready: Warehouse, file: Path, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    """CAMP-1: the path in every form; counts in XCom and log, no address anywhere."""
    sow(ready.engine, people=("ann",))
    path: Any = {"path": str(file), "url": f"file://{file}", "list": [str(file)]}[form]
    with caplog.at_level(logging.INFO):
        returned, told = run(path=path, kind=None, dry_run=False)
    assert told == "3 rows read: 2 new, 0 known, 1 set aside (unknown_contact 1)."
    assert (returned["suppressed"], returned["kinds"]["response"]["new"]) == (1, 1)
    assert "@" not in json.dumps(returned) + told + caplog.text
    assert run(path=path)[1] == "3 rows read: 0 new, 2 known, 1 set aside (unknown_contact 1)."


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_every_form_through_airflow(ready: Warehouse, tmp_path: Path, form: str) -> None:
    """CAMP-1: Airflow's own files, in a folder whose name means something in a URL."""
    folder = tmp_path / "a@b#c" / "100%20? of it"
    folder.mkdir(parents=True)
    table = pyarrow.table({"campaign_id": ["c1"], "email": ["ann@example.org"], "sent_at": ["2026-11-01T10:00:00Z"]})
    path = folder / f"sends.{form}"
    if form == "parquet":
        parquet.write_table(table, path)
    elif form == "csv":
        csv.write_csv(table, path)
    else:
        path.write_text(json.dumps(table.to_pylist()[0]))
    assert run(path=str(path))[1] == "1 rows read: 0 new, 0 known, 1 set aside (unknown_campaign 1)."


@pytest.mark.parametrize("url", ["s3://aws_default@bucket/sends.csv", "nowhere://host/sends.csv"])
def test_a_store_that_is_not_installed(ready: Warehouse, url: str) -> None:
    """CAMP-1: permanent, without a retry; Airflow knows a kind of store by the provider that brings it."""
    with pytest.raises(ConfigError, match=r"sends\.csv cannot be read: .* stores of its kind are not installed"):
        run(path=url)


def test_only_tried(ready: Warehouse, file: Path) -> None:
    """CAMP-1: dry_run writes nothing and says so."""
    sow(ready.engine, people=("ann",))
    assert run(path=str(file), dry_run=True)[1].endswith("Only tried: nothing was written.")
    with ready.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM contacts.campaign")).scalar() == 0


@pytest.mark.parametrize(
    ("conf", "message"),
    [
        ({}, "path is empty: name a file, or several"),
        ({"path": ""}, "path is empty"),
        ({"path": 7}, "path: it is a text, or a list of texts"),
        ({"paths": ["a.csv"]}, "unknown key 'paths'. Allowed: path, kind, dry_run. Did you mean 'path'?"),
        ({"path": "a.csv", "kind": "response"}, "kind: 'response' is not one of campaigns, sends, responses. Did you "
         "mean 'responses'?"),
        ({"path": "a.csv", "dry_run": "yes"}, "dry_run: 'yes' is not true or false."),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_request_is_refused_before_anything_is_read(conf: dict[str, Any], message: str) -> None:
    """CAMP-1: unknown keys and words of a run's conf, with the close match."""
    with pytest.raises(ConfigError) as refused:
        read_request(conf)
    assert message in str(refused.value)
    assert str(refused.value).endswith("Nothing was imported: trigger the run again with the value put right.")


def test_the_kinds_are_those_of_the_files() -> None:
    """CAMP-1: the form names every kind."""
    assert set(Kind) == set(KINDS)


def test_a_path_that_leads_nowhere(ready: Warehouse, tmp_path: Path) -> None:
    """CAMP-1: permanent, without a retry."""
    with pytest.raises(ConfigError, match=r"sends\.csv cannot be read: no such file or directory"):
        run(path=str(tmp_path / "sends.csv"))
