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
    seeded.execute(
        "INSERT INTO sync.removal (fetch_id, sync_no, list_id, contact_id, source_no, record_id, reason, reach, state, "
        "status_before, decided_at, decided_by) SELECT fetch_id, sync_no, list_id, :who, source_no, 'r-77', "
        "'opted_out', 'list', 'pending', 'subscribed', now(), 'fetch' FROM sync.fetch WHERE fetch_id = :id",
        who=seeded.contact,
        id=seeded.fetch,
    )
    seeded.execute(
        "INSERT INTO sync.push_ledger (switch_no, contact_id, outcome, record_id, fetch_id, at) "
        "VALUES (:switch, :who, 'updated', 'zr-88', :id, now())",
        switch=seeded.switch,
        who=seeded.contact,
        id=seeded.fetch,
    )
    mine, hers = (
        FETCH.format(seeded.fetch) + "/did/",
        f"/syncs/experienced_engineers_weekly/fetches/{seeded.her_fetch}/did/",
    )
    for what, word in (("removals", "r-77"), ("pushed", "zr-88"), ("calls", "/recruit/v2/Candidates")):
        assert word in site.text(mine + what), what
    assert "r-77" not in site.text(hers + "removals")
    assert "zr-88" not in site.text(hers + "pushed")
    assert site.get(mine + "nothing").status_code == 400
