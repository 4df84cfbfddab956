"""The records behind each number: filters, orders, pages by key, files for spreadsheets, plans of the queries."""

import csv
import html
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from contact_sync.warehouse.database import open_warehouse
from contact_sync.web.paging import all_rows, one_page
from contact_sync.web.reading import rows
from contact_sync.web.records import STATEMENTS
from tests.web.big_ledger import FILTERS, asked, fill, nodes, planned, whole_ledger
from tests.web.conftest import PREFIX, Site
from tests.web.seeded import FORMULA, HIS, SCRIPT, Seeded


def table(answer: Any) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def numbers(page: str) -> list[tuple[str, int]]:
    """Every number of a page that is a link: where it leads, and the number."""
    found = re.findall(r'<td class="n"><a href="([^"]+)">([\d,]+)</a>', page)
    return [(html.unescape(href).removeprefix(PREFIX), int(number.replace(",", ""))) for href, number in found]


FILES = {
    "/campaigns/": "/recipients.csv", "/pushes/": "/people.csv", "/statuses/": "/records.csv", "/records": ".csv"
}  # fmt: skip
"""How the file is called that belongs to a page, by how its path begins or ends."""


def file_of(href: str) -> str:
    """The file with the rows that a link leads to."""
    path, _, query = href.partition("?")
    for page, file in FILES.items():
        if path.startswith(page) or path.endswith(page):
            return f"{path}{file}?{query}"
    return f"{path}/rows.csv?{query}"


def test_every_number_leads_to_as_many_rows(site: Site, seeded: Seeded) -> None:
    """OPS-8: each number of every page is the number of rows behind its link, on the page and in the file."""
    sync, campaign = f"/syncs/{HIS}", f"/campaigns/{seeded.campaign}"
    for page in (f"{sync}/fetches/{seeded.fetch}", sync, "/", campaign, "/campaigns", "/pushes", "/credits"):
        found = numbers(site.text(page))
        assert len(found) > 1, page
        for href, number in found:
            assert len(table(site.get(file_of(href)))) == number, href
            assert site.text(href).count('<th scope="row">') == number, href


def test_no_number_is_without_its_rows(site: Site, seeded: Seeded) -> None:
    """OPS-8: what a table tells in numbers is a link, unless it is nothing, or calls of syncs that one may not read."""
    for page in (f"/syncs/{HIS}/fetches/{seeded.fetch}", f"/syncs/{HIS}", "/", "/campaigns", "/pushes", "/credits"):
        plain = re.findall(r'<td class="n">([\d,]+)</td>', site.text(page))
        assert {*plain} <= {"0"}, page
    assert '<td class="n">1</td>' in site.text("/credits", "ben")


def test_what_recipients_did(site: Site, seeded: Seeded) -> None:
    """CAMP-6: the member status of each, and in which modules there are records of them."""
    campaign = f"/campaigns/{seeded.campaign}"
    assert {(row["status"], row["is_candidate"]) for row in table(site.get(f"{campaign}/recipients.csv"))} == {
        ("opened", "yes"),
        ("clicked", "yes"),
        ("bounced", "yes"),
    }
    assert table(site.get(f"{campaign}/recipients.csv?module=contacts")) == []


def test_filters_and_orders(site: Site, seeded: Seeded) -> None:
    """OUT-16: by outcome, reason, sub-code and change; as read, last first, by record, by reason."""
    path = f"/syncs/{HIS}/fetches/{seeded.fetch}/records.csv"

    def ids(**query: str) -> list[str]:
        return [row["record_id"] for row in table(site.get(path, **query))]

    assert ids() == ["9", "1", "2", "3", "3b", "4", "5", "6", "7"]
    assert ids(sort="read_last_first") == ids()[::-1]
    assert ids(sort="record_id") == sorted(ids())
    assert ids(reason="invalid_pattern") == ids(sub_code="misspelt_domain") == ["4"]
    assert ids(outcome="ignored", sub_code="-", sort="read") == ["3b", "6"]
    reasons = [(row["outcome"], row["reason"], row["sub_code"]) for row in table(site.get(path, sort="reason"))]
    assert reasons == sorted(reasons)
    assert ids(outcome="duplicate", changed="true") == ["1"]
    assert ids(outcome="", reason="", sub_code="", changed="") == ids()
    assert site.get(path, sort="no such order").status_code == 400


def test_what_people_wrote_is_text(site: Site, seeded: Seeded) -> None:
    """OPS-8: names are never markup on a page, nor formulas in a file."""
    path = f"/syncs/{HIS}/fetches/{seeded.fetch}/records"
    page = site.text(path)
    assert SCRIPT not in page
    assert html.escape(SCRIPT, quote=False) in html.unescape(page).replace(SCRIPT, html.escape(SCRIPT, quote=False))
    for other in ("/campaigns", f"/campaigns/{seeded.campaign}", f"/pushes/{seeded.switch}"):
        assert "<script>alert" not in site.text(other)
        assert "&lt;script&gt;" in site.text(other)
    named = {row["record_id"]: row["name"] for row in table(site.get(f"{path}.csv"))}
    assert named["2"] == f"'{FORMULA} Formula"
    assert named["1"].endswith(SCRIPT)


def test_pages_by_key_stand_still(ledger: Connection) -> None:
    """OPS-8: in each order pages of any size give every row once, though rows are added before and behind meanwhile."""
    for name in STATEMENTS.values():

        def read(after: int | None, size: int, name: str = name) -> list[dict[str, Any]]:
            return rows(ledger, name, **{**asked(1, after), "rows": size})

        whole = [row["record_no"] for row in all_rows(read, "record_no")]
        assert len(whole) == EACH
        assert [row["record_no"] for row in all_rows(read, "record_no", size=70)] == whole
        first = one_page(read, None, "record_no", 200)
        add(ledger, [-5, 30_000])
        rest = [row["record_no"] for row in one_page(read, first.after, "record_no", EACH).rows]
        assert [row["record_no"] for row in first.rows] + [no for no in rest if no in whole] == whole, name
        ledger.execute(text("DELETE FROM sync.ledger WHERE record_no IN (-5, 30000)"))


def test_no_query_reads_the_whole_ledger(ledger: Connection) -> None:
    """OPS-8: every statement of the pages finds its rows of the ledger by index, at any filter."""
    for name in STATEMENTS.values():
        for which in FILTERS:
            for after in (None, 500):
                plan = planned(ledger, name, asked(20, after, **which))
                assert [node for node in plan if whole_ledger(node)] == [], (name, which, after)
                assert any("ledger" in str(node.get("Relation Name")) for node in plan), name


def test_a_story_reads_no_whole_ledger_either(ledger: Connection) -> None:
    """OPS-3: the outcomes of one person are found by contact, by record and by the hash of an address."""
    for name in ("story/outcomes", "story/last_outcomes"):
        for contact_id, hashes in ((500, [b"1" * 32, b"2" * 32]), (500, []), (None, [b"1" * 32])):
            plan = planned(ledger, name, {"contact_id": contact_id, "hashes": hashes, "most": 101})
            assert [node for node in plan if whole_ledger(node)] == [], (name, contact_id)
            assert any("ledger" in str(node.get("Relation Name")) for node in plan), name


def test_one_record_is_found_by_its_id(ledger: Connection) -> None:
    """CRIT-6: whatever else the ledger holds."""
    plan = planned(ledger, "record", {"sync_id": "s", "record_id": "r500", "most": 101})
    assert [node for node in plan if whole_ledger(node)] == []
    assert any("ledger" in str(node.get("Relation Name")) for node in plan)


def test_a_query_over_the_whole_ledger_would_be_noticed(ledger: Connection) -> None:
    """The test above can fail."""
    query = text("EXPLAIN (FORMAT JSON) SELECT * FROM sync.ledger WHERE evidence IS NULL")
    assert any(whole_ledger(node) for node in nodes(ledger.execute(query).scalar_one()[0]["Plan"]))


EACH = 1000


@pytest.fixture(scope="module")
def ledger(database: Callable[[str], str]) -> Iterator[Connection]:
    """A connection to a warehouse whose ledger holds forty fetches; all in one transaction."""
    with open_warehouse(database("ledger"), None).engine.connect() as connection:
        fill(connection, 40, EACH)
        yield connection


def add(connection: Connection, numbers: list[int]) -> None:
    connection.execute(
        text(
            "INSERT INTO sync.ledger SELECT fetch_started_at, fetch_id, no, source_no, record_id || no, outcome, "
            "reason, sub_code, evidence, contact_id, address_hash, changed, mapping_version FROM sync.ledger "
            "CROSS JOIN unnest(CAST(:numbers AS bigint[])) AS no WHERE record_no = 1"
        ),
        {"numbers": numbers},
    )


@pytest.mark.parametrize("size", [1, 3, 8])
def test_a_page_knows_whether_another_follows(size: int) -> None:
    """OPS-8: the last page names none, even if it is full."""
    held = [{"no": number} for number in range(8)]

    def read(after: int | None, most: int) -> list[dict[str, Any]]:
        return [row for row in held if after is None or row["no"] > after][:most]

    page = one_page(read, None, "no", size)
    assert [row["no"] for row in page.rows] == list(range(size))
    assert page.after == (size - 1 if size < 8 else None)
    assert list(all_rows(read, "no", size)) == held
