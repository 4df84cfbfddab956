"""`contact-sync lists`: members by standing, what feeds a list, and whether that is well."""

import json
from collections.abc import Callable

from sqlalchemy import create_engine

from tests.cli.conftest import Ended
from tests.seeds import sow

ROWS = """
UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = now() WHERE contact_id = 1;
UPDATE contacts.membership SET status = 'removed', since = '2027-01-02 03:04Z' WHERE contact_id = 2;
INSERT INTO contacts.suppression (kind, email_key, origin, reason, created_by, created_at)
    VALUES ('blocked', 'cyd@example.org', 'command', 'x', 'test', now());
INSERT INTO contacts.mailing_list (name, created_at) VALUES ('Of [nobody]', now())
"""


def test_lists(run: Callable[..., Ended], with_warehouse: str) -> None:
    """OPS-5, OPS-13: each list once, as a table and as JSON; nobody is named."""
    assert "There is no list yet" in run("lists").out
    assert json.loads(run("lists", "-o", "json").out) == []
    sow(create_engine(with_warehouse), ROWS, people=("ann", "ben", "cyd", "dan"))
    nobodys, news = json.loads(run("lists", "-o", "json").out)
    counts = ("subscribed", "mailable", "suppressed", "unsubscribed", "removed")
    assert [news[key] for key in counts] == [2, 1, 1, 1, 1]
    assert (news["list"], news["syncs"], news["troubled"], news["healthy"]) == (
        "Talent news", ["candidates_daily"], [], True,
    )  # fmt: skip
    assert news["last_change"] == "2027-01-02T03:04:00+00:00"
    assert [nobodys[key] for key in counts] == [0] * 5
    assert (nobodys["syncs"], nobodys["last_change"], nobodys["healthy"]) == ([], None, False)
    shown = run("lists")
    assert shown.code == 0
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown.out.splitlines() if "│" in line]
    assert [line[0] for line in lines if line[0]] == ["Of [nobody]", "Talent news"]
    assert [line[1] for line in lines[5:]] == [
        "subscribed 2",
        "mailable 1",
        "suppressed 1",
        "unsubscribed 1",
        "removed 1",
    ]
    assert lines[5][2:] == ["candidates_daily", "changed 2027-01-02 04:04", "healthy"]
    assert lines[0][2:] == ["–", "changed –", "nothing feeds it"]
    assert "@" not in shown.out
