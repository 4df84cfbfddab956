"""What else a fetch did: each number leads to its rows, on a page and in a file."""

import csv
import io

from tests.web.conftest import PREFIX, Site
from tests.web.seeded import Seeded

FETCH = "/syncs/candidates_daily/fetches/{}"


def test_each_number_leads_to_its_rows(site: Site, seeded: Seeded) -> None:
    """OPS-8: of the fetch's page and of the history; a preview has counters only."""
    of_fetch, of_sync = site.text(FETCH.format(seeded.fetch)), site.text("/syncs/candidates_daily")
    for what in ("did/joined", "did/calls"):
        assert f"{PREFIX}{FETCH.format(seeded.fetch)}/{what}" in of_fetch, what
    for shown in (of_fetch, of_sync):
        assert f"{PREFIX}{FETCH.format(seeded.fetch)}/records?outcome=total" in shown
    seeded.execute("UPDATE sync.fetch SET status = 'preview' WHERE fetch_id = :id", id=seeded.fetch)
    try:
        of_fetch, of_sync = site.text(FETCH.format(seeded.fetch)), site.text("/syncs/candidates_daily")
        assert "/records" not in of_fetch
        assert "/did/" not in of_fetch
        assert "<code>contact-sync plan candidates_daily</code>" in of_fetch
        records = site.text(FETCH.format(seeded.fetch) + "/records", outcome="deleted")
        assert "A preview writes no records" in records
        assert f"{FETCH.format(seeded.fetch)}/records" not in of_sync
    finally:
        seeded.execute("UPDATE sync.fetch SET status = 'succeeded' WHERE fetch_id = :id", id=seeded.fetch)


def test_who_joined(site: Site, seeded: Seeded) -> None:
    """OPS-8: as many as the number says; names for who may see people; the file has the same rows."""
    joined = seeded.one("SELECT joined FROM sync.fetch WHERE fetch_id = :id", id=seeded.fetch)
    page = FETCH.format(seeded.fetch) + "/did/joined"
    assert site.text(page).count(f"{PREFIX}/people/") == joined > 1
    assert "bob@example.org" in site.text(page)
    assert "bob@example.org" not in site.text(page, "dora")
    rows = list(csv.DictReader(io.StringIO(site.text(f"{page}/rows.csv").lstrip("\ufeff"))))
    assert len(rows) == joined
    assert "email" not in csv.DictReader(io.StringIO(site.text(f"{page}/rows.csv", "dora").lstrip("\ufeff"))).fieldnames


def test_total_is_all_but_what_is_out_of_scope(site: Site, seeded: Seeded) -> None:
    """OUT-1: the records behind it are new, re-added, duplicate and ignored."""
    total = seeded.one("SELECT total FROM sync.import_history WHERE fetch_id = :id", id=seeded.fetch)
    file = site.text(FETCH.format(seeded.fetch) + "/records.csv", outcome="total")
    assert len(list(csv.DictReader(io.StringIO(file.lstrip("\ufeff"))))) == total


def test_removals_pushes_and_calls(site: Site, seeded: Seeded) -> None:
    """ADV-8, PUSH-4, LIM-5: with what became of them; of other fetches none."""
    mine, hers = (
        FETCH.format(seeded.fetch) + "/did/",
        f"/syncs/experienced_engineers_weekly/fetches/{seeded.her_fetch}/did/",
    )
    for what, word in (
        ("removals", "undone"),
        ("pushed", "Client_Name"),
        ("calls", "<code>/recruit/v2/Candidates</code>"),
    ):
        assert word in site.text(mine + what), what
    assert "undone" not in site.text(hers + "removals")
    assert "Client_Name" not in site.text(hers + "pushed")
    assert "Client_Name" not in site.text(mine + "pushed", only="pushed")
    assert site.get(mine + "pushed", only="ended").status_code == 400
    assert site.get(mine + "nothing").status_code == 400


def test_calls_of_a_day(site: Site, seeded: Seeded) -> None:
    """LIM-5: of a sync for who may read it, outside any for who may read the account; of other days none."""
    path = "/credits/recruit_demo/calls"
    assert "/recruit/v2/Candidates" in site.text(path, "ben", day=seeded.day, sync_id="candidates_daily")
    assert "There are none" in site.text(path, day="2020-01-01", sync_id="candidates_daily")
    assert [site.get(path, who, day=seeded.day).status_code for who in ("anna", "ben", "carl")] == [200, 200, 403]
