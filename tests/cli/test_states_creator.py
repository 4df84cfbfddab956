"""A renamed Creator report and `contact-sync activate`, against the sandbox over HTTP."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import create_engine, text

from tests.cli.doctoring import KEY, zoho

Run = Callable[..., Any]
REPORT = {"application": "talent-desk", "report": "All_Applicants"}
ORGANISATION = """\
name: Zylker
timezone: Europe/Berlin
policies: {{on_source_rename: {policy}}}
accounts:
  creator_demo: {{kind: creator, owner: zylker}}
"""
SYNC = """\
name: Applicants
created: 2026-11-01
account: creator_demo
source: {application: talent-desk, report: All_Applicants, date_format: dd-MMM-yyyy}
list: Talent news
schedule: {frequency: daily, at: "02:00"}
"""


def rename(sandbox: str, report: str, to: str) -> None:
    body = {**REPORT, "report": report, "to": to}
    requests.post(f"{sandbox}/_sandbox/creator/rename", json=body, timeout=30).raise_for_status()


def renamed(url: str) -> None:
    """As a run leaves it that met the code of a name that is gone, after others had read the report."""
    with create_engine(url).begin() as connection:
        connection.execute(
            text("UPDATE sync.sync SET state = 'inactive', inactive_reason = 'source_renamed' WHERE sync_id = 'hiring'")
        )
        connection.execute(
            text(
                "INSERT INTO sync.fetch (sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, "
                "started_at, window_end, first, moves_watermark, staged_rows) "
                "SELECT sync_no, source_no, list_id, config_version, 'hiring', 'run', 'manual', now(), now(), true, "
                "true, 9 FROM sync.sync JOIN sync.config_version USING (sync_no), contacts.mailing_list"
            )
        )


@pytest.fixture
def hiring(
    run: Run, folder: Path, with_warehouse: str, sandbox: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], str]:
    """A sync of a report that was renamed after it had been read, under the policy that is given."""
    monkeypatch.setenv("CONTACT_SYNC_KEY", KEY)
    monkeypatch.setenv("AIRFLOW_CONN_CREATOR_DEMO", zoho(sandbox, conn_type="zoho_creator"))
    (folder / "syncs" / "candidates_daily.yaml").unlink()
    (folder / "syncs" / "hiring.yaml").write_text(SYNC)

    def under(policy: str) -> str:
        (folder / "organisation.yaml").write_text(ORGANISATION.format(policy=policy))
        assert run("activate", "hiring").code == 0
        rename(sandbox, "All_Applicants", "Applicants_2026")
        renamed(with_warehouse)
        return sandbox

    return under


def test_final_prints_the_command_for_a_new_sync(run: Run, hiring: Callable[[str], str]) -> None:
    """SRC-7: whether the name answers again or not."""
    sandbox = hiring("final")
    rename(sandbox, "Applicants_2026", "All_Applicants")
    for command in ("activate", "initiate"):
        done = run(command, "hiring")
        assert (done.code, done.out) == (3, "")
        assert done.err.startswith(
            "contact-sync: hiring cannot be activated, source_renamed: Creator has no talent-desk/"
        )
        assert "contact-sync new hiring_2 --account creator_demo --application … --report …" in done.err


def test_revivable_once_the_name_answers(run: Run, hiring: Callable[[str], str]) -> None:
    """SRC-7: the report is asked; what Creator says of it is told until it answers."""
    sandbox = hiring("revivable")
    refused = run("activate", "hiring")
    assert (refused.code, refused.out) == (1, "")
    assert "code 2894" in refused.err
    rename(sandbox, "Applicants_2026", "All_Applicants")
    done = run("activate", "hiring")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("'hiring' is active (it was inactive: source_renamed). ")
