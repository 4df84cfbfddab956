"""`contact-sync import-events` and `set-aside`: counts, exit codes, and the way from a wrong row to a mended one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from upath import UPath

from contact_sync.warehouse.erasure import erase
from tests.cli.conftest import Ended
from tests.conftest import KEY
from tests.seeds import sow

CAMPAIGNS = "campaign_id,name,kind,lists\nc1,News,email_campaign,Talent news\n"
SENDS = "campaign_id,email,sent_at\nc1,ann@example.org,2026-11-01T09:00:00Z\nc1,ben@example.org,2026-11-01T09:00:00Z\n"
RESPONSES = (
    "campaign_id,email,response,happened_at\nc1,ann@example.org,unsubscribed,2026-11-01T10:00:00Z\n"
    "c1,zoe@example.org,opened,2026-11-01T10:00:00Z\n"
)


@pytest.fixture
def mail(with_warehouse: str, tmp_path: Path) -> Path:
    """A folder with the three files; Ann and Ben are members of the list."""
    sow(create_engine(with_warehouse), people=("ann", "ben"))
    folder = tmp_path / "mail"
    folder.mkdir()
    for name, content in (("campaigns", CAMPAIGNS), ("sends", SENDS), ("responses", RESPONSES)):
        (folder / f"{name}.csv").write_text(content)
    return folder


def paths(mail: Path, *names: str) -> list[str]:
    return [str(mail / f"{name}.csv") for name in names or ("responses", "sends", "campaigns")]


def scalar(url: str, query: str) -> object:
    with create_engine(url).connect() as connection:
        return connection.execute(text(query)).scalar()


def test_three_files_in_any_order(run: Callable[..., Ended], mail: Path, with_warehouse: str) -> None:
    """OPS-5, CAMP-1: a table by kind, what came of it, exit code 0 although one row waits for its person."""
    ended = run("import-events", *paths(mail))
    assert (ended.code, ended.err) == (0, "")
    counts = [line.strip("│").replace("│", " ").split() for line in ended.out.splitlines() if "│" in line]
    assert counts == [
        ["campaign", "1", "1", "0", "0"], ["send", "2", "2", "0", "0"], ["response", "2", "1", "0", "1"],
    ]  # fmt: skip
    assert "set aside: 1 response, unknown_contact" in ended.out
    assert "1 memberships unsubscribed, 0 suppressed, 0 addresses with news of bounces." in ended.out
    assert scalar(with_warehouse, "SELECT string_agg(email, ' ') FROM contacts.mailable_members") == "ben@example.org"


def test_lists_that_nothing_has_named_before_are_told(run: Callable[..., Ended], mail: Path) -> None:
    """CAMP-1: a list that is spelt otherwise is another list, and an unsubscribe from it ends no subscription."""
    (mail / "campaigns.csv").write_text(CAMPAIGNS.replace("Talent news", "talent news | Alumni"))
    assert "2 lists are new: nothing else has named them" in run("import-events", *paths(mail, "campaigns")).out
    assert "lists are new" not in run("import-events", *paths(mail, "campaigns")).out


def test_json_for_other_programs(run: Callable[..., Ended], mail: Path) -> None:
    """OPS-5: --output json, the same numbers; a second time everything is known."""
    run("import-events", *paths(mail))
    told = json.loads(run("import-events", *paths(mail), "--output", "json").out)
    assert (told["read"], told["new"], told["known"], told["set_aside"]) == (5, 0, 4, 1)
    assert told["kinds"]["response"] == {"read": 2, "new": 0, "known": 1, "set_aside": {"unknown_contact": 1}}
    assert told["examples"] == []


def test_a_dry_run_says_that_nothing_was_written(run: Callable[..., Ended], mail: Path, with_warehouse: str) -> None:
    """OPS-5: counts as if, and no campaign."""
    ended = run("import-events", *paths(mail), "--dry-run")
    assert "Nothing was written: --dry-run." in ended.out
    assert scalar(with_warehouse, "SELECT count(*) FROM contacts.campaign") == 0


def test_wrong_rows_are_told_set_aside_exported_and_mended(
    run: Callable[..., Ended], mail: Path, with_warehouse: str
) -> None:
    """CAMP-1: exit code 1 with file, line and what is allowed; shown by reason; exported, mended, imported."""
    (mail / "responses.csv").write_text(RESPONSES.replace("unsubscribed", "unsubscribd"))
    ended = run("import-events", *paths(mail))
    assert ended.code == 1
    assert "responses.csv:2: response: 'unsubscribd' is not one of" in ended.err
    assert "Did you mean 'unsubscribed'?" in ended.err
    assert "@" not in ended.out + ended.err
    shown = run("set-aside", "--reason", "bad_value")
    assert "mend it and import it again" in shown.out
    assert "responses.csv:2: response: 'unsubscribd'" in shown.out
    assert "@" not in shown.out
    told = json.loads(run("set-aside", "--output", "json").out)
    assert [(row["kind"], row["reason"], row["rows"], row["waits"]) for row in told["counts"]] == [
        ("response", "bad_value", 1, False), ("response", "unknown_contact", 1, True),
    ]  # fmt: skip
    file = mail / "mend.jsonl"
    ended = run("set-aside", "--reason", "bad_value", "--export", str(file))
    assert "1 rows written" in ended.out
    assert file.stat().st_mode & 0o077 == 0
    assert run("set-aside", "--export", str(file)).code == 2  # never over a file that is there
    file.write_text(file.read_text().replace("unsubscribd", "unsubscribed"))
    assert run("import-events", str(file)).code == 0
    assert scalar(with_warehouse, "SELECT string_agg(reason, ' ') FROM sync.event_set_aside") == "unknown_contact"
    assert scalar(with_warehouse, "SELECT status FROM contacts.membership WHERE contact_id = 1") == "unsubscribed"


def test_nothing_set_aside(run: Callable[..., Ended], with_warehouse: str) -> None:
    """CAMP-1: says so; a reason that nothing has is a mistake."""
    assert run("set-aside").out == "No row is set aside.\n"
    ended = run("set-aside", "--reason", "bad_value")
    assert (ended.code, "There are: none." in ended.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.csv"], "the file 'nowhere.csv' is not there."),
        (["mail"], "the file 'mail' is a folder: name the files."),
        (["mail/sends.csv", "--kind", "send"], "--kind: 'send' is not a kind of events. Allowed: campaigns, sends, "
         "responses. Did you mean 'sends'?"),
    ],
    ids=str,
)  # fmt: skip
def test_mistakes(run: Callable[..., Ended], mail: Path, arguments: list[str], message: str) -> None:
    """OPS-5: exit code 2, and nothing is read."""
    ended = run("import-events", *arguments)
    assert (ended.code, message in ended.err) == (2, True)


def test_a_file_of_an_object_store(run: Callable[..., Ended], mail: Path) -> None:
    """CAMP-1: by fsspec, here in memory; one that is not there, and a kind that there is not."""
    store = "memory://bucket/mail"
    for name in ("campaigns", "sends"):
        UPath(f"{store}/{name}.csv").write_bytes((mail / f"{name}.csv").read_bytes())
    ended = run("import-events", f"{store}/campaigns.csv", f"{store}/sends.csv", "--output", "json")
    assert (ended.code, ended.err) == (0, "")
    assert [json.loads(ended.out)[of] for of in ("read", "new")] == [3, 3]
    ended = run("import-events", f"{store}/sends-2.csv")
    assert (ended.code, "sends-2.csv cannot be read: no such file" in ended.err) == (1, True)
    ended = run("import-events", "nowhere://user:secret@host/sends.csv")
    assert (ended.code, "stores of its kind are not installed" in ended.err, "secret" in ended.err) == (1, True, False)


def test_a_file_by_url(run: Callable[..., Ended], mail: Path) -> None:
    """CAMP-1: whatever fsspec opens; the last part is the name."""
    assert run("import-events", f"file://{mail}/campaigns.csv").code == 0
    ended = run("import-events", f"file://{mail}/sends-2.csv")
    assert (ended.code, "sends-2.csv cannot be read: no such file" in ended.err) == (1, True)


def test_policy_and_key_are_taken_from_where_they_are(
    run: Callable[..., Ended], folder: Path, mail: Path, with_warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ADV-3, OPS-6: unsubscribe_scope of organisation.yaml; once somebody is erased, CONTACT_SYNC_KEY."""
    from contact_sync.warehouse.database import open_warehouse

    organisation = folder / "organisation.yaml"
    organisation.write_text(organisation.read_text() + "\npolicies: {unsubscribe_scope: organisation}\n")
    run("import-events", *paths(mail))
    assert scalar(with_warehouse, "SELECT string_agg(kind, ' ') FROM contacts.suppression") == "unsubscribed_org"
    erase(open_warehouse(with_warehouse, KEY), "2", "asked", "maria")
    ended = run("import-events", *paths(mail))
    assert (ended.code, "CONTACT_SYNC_KEY is not set" in ended.err) == (1, True)
    monkeypatch.setenv("CONTACT_SYNC_KEY", KEY)
    ended = run("import-events", *paths(mail))
    assert "set aside: 1 send, erased_person" in ended.out
    assert (ended.code, ended.err) == (0, "")  # nor which row it was
