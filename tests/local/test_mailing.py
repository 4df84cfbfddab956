"""The mail of the demo: who is written to, what the mailer's files say, and what the independent count is told."""

import csv
import json
from pathlib import Path

import pytest

from include.local.errors import LocalError
from include.local.mailing import IMPORTED, NEWS, WEBINAR, Mail, choose, tell, write
from include.local.organisation import Organisation, Supply
from include.local.past import COMPANIES, Past
from include.local.sync_files import Sync

SYNC = Sync("candidates_daily", "Talent news")
READERS = [(f"r{n}@x.org", "R", f"Eader {n}", None) for n in range(1, 7)]
GUESTS = [(f"g{n}@x.org", "G", f"Uest {n}", company) for n, company in enumerate(COMPANIES)]
PAST = Past({}, {"reader": READERS, "guest": GUESTS})


def organisation(taken: int) -> Organisation:
    """So many people brought; the first is unsubscribed, the second and third share an address."""
    records = {str(n): f"p{n}@x.org" for n in range(1, taken + 1)} | {"3": "p2@x.org"}
    found = Organisation(unsubscribed={"Talent news": {"p1@x.org"}})
    found.supplies["candidates_daily"] = Supply("Candidates", "Talent news", records)
    for address in records.values():
        found.join("Talent news", address)
    return found


def test_who_is_written_to() -> None:
    """People of the list with a record of their own, whom nothing keeps from mail; the same ones each time."""
    mail = choose(organisation(20), SYNC, PAST)
    assert list(mail.record_ids.values()) == [str(n) for n in range(4, 4 + len(IMPORTED))]
    assert mail.record_ids["Candidates", "p4@x.org"] == "4"
    assert mail.who(NEWS, "bounces") == ["p13@x.org"]
    assert mail.who(WEBINAR, "ignores") == ["g7@x.org"]
    with pytest.raises(LocalError, match="there are 7"):
        choose(organisation(10), SYNC, PAST)


def test_the_count_knows_who_left_and_who_is_pushed() -> None:
    known = organisation(20)
    tell(known, Mail({NEWS: {"p4@x.org": "clicks", "r1@x.org": "opens", "r2@x.org": "ignores", "p5@x.org": "bounces",
                             "p6@x.org": "complains", "p7@x.org": "unsubscribes"}},
                     {("Candidates", f"p{n}@x.org"): str(n) for n in range(4, 8)}), "Talent news")  # fmt: skip
    assert known.openers == {"Talent news": 1}  # r1: the others were brought from there
    assert (known.bounced, known.suppressed) == ({"p5@x.org": "hard"}, {"p6@x.org": "complaint"})
    assert known.unsubscribed == {"Talent news": {"p1@x.org", "p7@x.org"}}


def test_the_mailers_files(tmp_path: Path) -> None:
    """CAMP-1: every recipient has a send, every answer a line; nobody else may read them."""
    mail = choose(organisation(20), SYNC, PAST)
    campaigns, sends, responses = write(tmp_path, mail, {NEWS: "Talent news", WEBINAR: "Webinar guests"})
    with campaigns.open(newline="") as file:
        assert [(row["campaign_id"], row["lists"]) for row in csv.DictReader(file)] == [
            (NEWS, "Talent news"),
            (WEBINAR, "Webinar guests"),
        ]
    with sends.open(newline="") as file:
        assert sum(1 for _ in csv.DictReader(file)) == sum(map(len, mail.roles.values()))
    answers = [json.loads(text) for text in responses.read_text().splitlines()]
    assert [each["response"] for each in answers if each["email"] == "p4@x.org"] == ["delivered", "opened", "clicked"]
    assert [each["bounce"] for each in answers if each["response"] == "bounced"] == ["hard"]
    assert {path.stat().st_mode & 0o77 for path in (campaigns, sends, responses)} == {0}
