"""`contact-sync explain`: one person's story on the terminal of who asks, and as JSON."""

import io
import json
from collections.abc import Callable

import pytest
from sqlalchemy import create_engine

from contact_sync.warehouse.database import open_warehouse
from contact_sync.warehouse.erasure import erase
from contact_sync.warehouse.removals import remove_from_list
from contact_sync.warehouse.secrets import hash_key
from tests.cli.conftest import Ended
from tests.conftest import KEY
from tests.seeds import sow

LEDGER = """
INSERT INTO contacts.mailing_list (name, created_at) VALUES ('Other news', now());
INSERT INTO sync.ledger (fetch_started_at, fetch_id, record_no, source_no, record_id, outcome, reason, sub_code,
        evidence, contact_id, changed, mapping_version)
    VALUES ('2026-11-21 06:00+00', 1, 1, 1, '4711', 'new', NULL, NULL,
            '{"misfits": {"years": {"reason": "not a number", "raw": "[many]"}}}', 1, false, 1),
           ('2026-11-21 06:00+00', 1, 2, 1, '4712', 'ignored', 'invalid_pattern', 'misspelt_domain',
            '{"suggested_domain": "gmail.com"}', 1, false, 1)
"""


def test_a_story_on_the_terminal(
    run: Callable[..., Ended], with_warehouse: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """OPS-3: the lists first, a sentence each, then every outcome with evidence; JSON; typing mistakes; erased."""
    monkeypatch.setenv("CONTACT_SYNC_KEY", KEY)
    monkeypatch.setenv("COLUMNS", "160")
    sow(create_engine(with_warehouse), LEDGER, people=["ann", "ben"])
    warehouse = open_warehouse(with_warehouse, KEY)
    hash_key(warehouse)
    remove_from_list(warehouse, "2", "Talent news", "asked by phone", "otto")

    shown = run("explain", "ann@example.org").out
    assert shown.splitlines()[:3] == [
        "Contact 1 (times: Europe/Berlin)",
        "  Not in 'Other news': no sync has fetched into it.",
        shown.splitlines()[2],
    ]
    assert "In 'Talent news' since" in shown.splitlines()[2]
    assert "address: ann@example.org" in shown
    assert "2026-11-21 07:00" in shown
    assert "years did not fit: not a number, [many]" in shown
    assert "gmail.com was probably meant" in shown
    assert "ben@" not in shown

    only = run("explain", "2", "--list", "Talent news").out
    assert "taken out by hand by otto (“asked by phone”), until restored." in only
    assert len(only.splitlines()) == 2

    told = json.loads(run("explain", "1", "--output", "json", "--limit", "1").out)
    assert (told["contact_id"], told["more"], len(told["outcomes"])) == (1, True, 1)
    assert told["person"]["email"] == "ann@example.org"
    assert told["lists"][1]["why"].startswith("In 'Talent news' since 20")

    monkeypatch.setattr("sys.stdin", io.StringIO("nobody@example.org\n"))
    assert "No fetch met a record with it" in run("explain", "-").out
    wrong = run("explain", "1", "--list", "talent new")
    assert (wrong.code, "Did you mean 'Talent news'?" in wrong.err) == (2, True)
    monkeypatch.setattr("sys.stdin", io.StringIO("a@example.org\nb@example.org\n"))
    assert run("explain", "-").code == 2
    unknown = run("explain", "not-an-address@")
    assert (unknown.code, "not-an-address" in unknown.err) == (1, False)

    erase(warehouse, "ann@example.org", "asked for it", "maria")
    gone = run("explain", "ann@example.org")
    assert (gone.out, gone.err) == (
        "This person was erased. Nothing else is kept of them, but that no import may bring them back.\n",
        "",
    )
    assert json.loads(run("explain", "1", "--output", "json").out) == {"erased": True}
    monkeypatch.delenv("CONTACT_SYNC_KEY")
    assert "which needs CONTACT_SYNC_KEY: not shown" in run("explain", "ben@example.org").out
    assert "CONTACT_SYNC_KEY: set it" in run("explain", "ann@example.org").err
