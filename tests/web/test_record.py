"""One record as a page: what each fetch made of it, with every condition as true or false."""

from collections.abc import Callable

import pytest

from contact_sync.warehouse.database import open_warehouse
from tests.web.conftest import KEY, PREFIX, Site, point_at
from tests.web.seeded import HERS, HIS, Seeded, seed

TWO = """{"criteria": {"pattern": "(1 %s 2)", "conditions": [
    {"number": 1, "field": "Department", "operator": "equals", "values": ["IT", "<b>HR</b>"]},
    {"number": 2, "field": "Email", "operator": "is_not_empty", "values": []}]}}"""
CRITERIA = (
    "UPDATE sync.config_version SET settings = settings || CAST(:criteria AS jsonb) "
    "WHERE config_version = (SELECT config_version FROM sync.fetch WHERE fetch_id = :fetch_id)"
)
UNMET = (
    "UPDATE sync.ledger SET outcome = 'out_of_scope', reason = 'pattern', evidence = '{\"unmet_conditions\": [1]}' "
    "WHERE fetch_id = :fetch_id AND record_id = '2'"
)
IN_WORDS = "1 Department equals IT, &lt;b&gt;HR&lt;/b&gt;"


def page(site: Site, record_id: str, by: str = "anna") -> str:
    return site.text(f"/syncs/{HIS}/record?record_id={record_id}", by)


@pytest.fixture
def judged(
    request: pytest.FixtureRequest, server: Site, database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> str:
    """How two conditions of a fetch are joined; record 2 does not meet the first. In a warehouse of its own."""
    seeded = seed(open_warehouse(database(f"judged_{request.param}"), KEY))
    seeded.execute(CRITERIA, criteria=TWO % request.param, fetch_id=seeded.fetch)
    seeded.execute(UNMET, fetch_id=seeded.fetch)
    point_at(seeded.warehouse, monkeypatch)
    return str(request.param)


@pytest.mark.parametrize(
    ("judged", "met"), [("and", "true"), ("or", "not kept, as the pattern was met")], indirect=["judged"]
)
def test_conditions_are_true_or_false(server: Site, judged: str, met: str) -> None:
    """CRIT-6: by the criteria of the fetch, in words; of a met pattern what follows from it, and no guess."""
    unmet = page(server, "2")
    assert "it does not meet the criteria" in unmet
    assert f"{IN_WORDS}: false\n2 Email is_not_empty: true\npattern (1 {judged} 2): false" in unmet
    assert f"{IN_WORDS}: {met}\n2 Email is_not_empty: {met}\npattern (1 {judged} 2): true" in page(server, "3")


def test_every_fetch_of_the_record_and_no_other_record(site: Site, seeded: Seeded) -> None:
    """OUT-16, OPS-8: the newest first, a link to each fetch; values of people to those alone who may see them."""
    whole, part = page(site, "1"), page(site, "1", "dora")
    assert whole.count("<tr>") == 1 + 2  # its two fetches
    assert whole.index("duplicate, in_list") < whole.index("added to the organisation")
    assert f'<a href="{PREFIX}/syncs/{HIS}/fetches/{seeded.fetch}">' in whole
    assert f'<a href="{PREFIX}/people/{seeded.contact}">' in whole
    assert "/people/" not in part
    assert "twelve monkeys" in page(site, "7")
    assert "did not fit" in page(site, "7", "dora")
    assert "twelve monkeys" not in page(site, "7", "dora")
    one = page(site, "1&most=1")
    assert (one.count("<tr>"), "Show up to 1,000 fetches" in one) == (1 + 1, True)


def test_the_way_to_it(site: Site, seeded: Seeded) -> None:
    """OPS-8: a form on the sync's page, and every record of a fetch; without an id the page asks for one."""
    form = f'<form method="get" action="{PREFIX}/syncs/{HIS}/record"'
    assert form in site.text(f"/syncs/{HIS}")
    assert form in site.text(f"/syncs/{HIS}/record")
    records = site.text(f"/syncs/{HIS}/fetches/{seeded.fetch}/records")
    assert f'<a href="{PREFIX}/syncs/{HIS}/record?record_id=3b">' in records


@pytest.mark.parametrize("record_id", ["8", "nothing", "<script>alert(1)</script>"])
def test_a_record_that_it_never_met(site: Site, seeded: Seeded, record_id: str) -> None:
    """CRIT-6: not there, also if another sync met it; said in words, with the command that asks the source."""
    assert site.get(f"/syncs/{HERS}/record?record_id=8").status_code == 200
    answer = site.get(f"/syncs/{HIS}/record?record_id={record_id}")
    assert (answer.status_code, "no fetch of candidates_daily met it" in answer.text) == (404, True)
    assert f"contact-sync explain-record {HIS}" in answer.text
    assert "<script>alert(1)" not in answer.text
    assert site.get(f"/syncs/{HIS}/record?record_id={'9' * 200}").status_code == 400
