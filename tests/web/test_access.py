"""Who may see what: every route that the pages have is asked for, as the API server itself tells them."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.integration.routes import paths
from tests.web.conftest import PREFIX, Site, signed_in
from tests.web.seeded import HERS, HIS, SECRET, Seeded

REFUSED = {401, 403}
NOT_OF_A_SYNC = {"/", "/campaigns", "/pushes", "/credits", "/pages.css", "/theme.js", "/icon.svg", "/icon-dark.svg"}


def filled(route: str, seeded: Seeded, sync_id: str) -> str:
    """The path with what there is. A parameter that is not known here fails: it needs a value in these tests."""
    known = {
        "sync_id": sync_id,
        "fetch_id": seeded.fetch if sync_id == HIS else seeded.her_fetch,
        "campaign_id": seeded.campaign,
        "switch_no": seeded.switch,
        "contact_id": seeded.contact,
        "what": "joined",
        "account": "recruit_demo",
    }
    path = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: str(known[found[1]]), route)
    if route == "/tab":
        return f"{path}?dag_id={sync_id}"
    if route.endswith("/record"):
        return f"{path}?record_id={'1' if sync_id == HIS else '8'}"
    return f"{path}?day={seeded.day}&sync_id={sync_id}" if route.startswith("/credits/") else path


@pytest.fixture
def routes(site: Site) -> list[str]:
    """Every path below ours, mounts included."""
    found = [path.removeprefix(PREFIX) for path in paths(site.root.routes) if path.startswith(f"{PREFIX}/")]
    return sorted(set(found))


def test_the_list_of_routes_is_whole(site: Site, routes: list[str]) -> None:
    """OPS-8: what the other tests ask for is all there is: no documentation, no folder of files, nothing but GET."""
    from starlette.routing import Mount

    pages = next(route for route in site.root.routes if getattr(route, "path", None) == PREFIX)
    assert [route for route in pages.routes if isinstance(route, Mount)] == []
    writing = {route.path for route in pages.routes if route.methods - {"GET"}}
    assert (writing, {method for route in pages.routes for method in route.methods}) == ({"/people"}, {"GET", "POST"})
    assert {"/", "/syncs/{sync_id}", "/campaigns/{campaign_id}", "/pushes/{switch_no}", "/credits", "/tab"} <= {*routes}
    for path in ("/docs", "/redoc", "/openapi.json", "/static/pages.css"):
        assert site.get(path).status_code == 404, path


def test_nobody_sees_anything_without_login(site: Site, seeded: Seeded, routes: list[str]) -> None:
    """OPS-8: every route refuses, styles and scripts as well, and tells nothing; a forged token is none."""
    for route in routes:
        for headers in ({}, {"Authorization": "Bearer forged"}, {"Cookie": "_token=forged"}):
            assert site.client.post(f"{PREFIX}/people", headers=headers).status_code in REFUSED
            answer = site.client.get(f"{PREFIX}{filled(route, seeded, HIS)}", headers=headers, follow_redirects=False)
            assert answer.status_code in REFUSED, (route, headers)
            assert not told(answer.text), route
            assert "Europe/Berlin" not in answer.text, route


def test_every_route_answers_to_who_may(site: Site, seeded: Seeded, routes: list[str]) -> None:
    """OPS-8: somebody with all rights gets every page, by token and by the cookie of the UI, guarded by headers."""
    for route in routes:
        token = signed_in("anna")["Authorization"].removeprefix("Bearer ")
        path = f"{PREFIX}{filled(route, seeded, HIS)}"
        answer = site.client.get(path, headers={"Cookie": f"_token={token}"}, follow_redirects=False)
        assert answer.status_code == (303 if route == "/tab" else 200), (route, answer.text)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert site.client.post(path, headers=signed_in("anna")).status_code == (404 if route == "/people" else 405)
        assert site.client.delete(path, headers=signed_in("anna")).status_code == 405


def test_who_may_read_no_dag_sees_counts_only(site: Site, seeded: Seeded, routes: list[str]) -> None:
    """OPS-9: pages of a sync, a campaign and a switch refuse; lists tell how many there are, and nothing of any."""
    for route in routes:
        answer = site.get(filled(route, seeded, HIS), "carl")
        assert answer.status_code == (200 if route in NOT_OF_A_SYNC - {"/campaigns"} else 403), route
        assert site.client.post(f"{PREFIX}/people", headers=signed_in("carl")).status_code == 403
        assert not told(answer.text), route
    assert "syncs that you may not read are not shown" in site.text("/", "carl")
    assert "1 push switch that you may not read is not shown" in site.text("/pushes", "carl")
    assert "accounts that you may not read are not shown" in site.text("/credits", "carl")


def test_who_may_read_one_sync_sees_that_one(site: Site, seeded: Seeded, routes: list[str]) -> None:
    """OPS-8: rows of other syncs are counted, not shown, on every route there is."""
    for route in routes:
        mine, hers = (site.get(filled(route, seeded, sync_id), "ben") for sync_id in (HIS, HERS))
        allowed = not route.startswith(("/campaigns", "/people"))
        assert mine.status_code == ((303 if route == "/tab" else 200) if allowed else 403), route
        if "{sync_id}" in route or route == "/tab" or route.startswith("/credits/"):
            assert hers.status_code == 403, route
        for answer in (mine, hers):
            assert not [word for word in (SECRET, "Hidden", "Experienced engineers") if word in answer.text], route
            assert f">{HERS}<" not in answer.text, route
    assert "All candidates" in site.text("/", "ben")
    assert "7 syncs that you may not read are not shown" in site.text("/", "ben")
    assert "syncs that you may not read" in site.text("/credits", "ben")
    # A fetch of hers under the name of his sync is not there.
    assert site.get(f"/syncs/{HIS}/fetches/{seeded.her_fetch}", "ben").status_code == 404
    assert site.get(f"/syncs/{HIS}/fetches/{seeded.her_fetch}/records", "ben").status_code == 404


def test_people_are_told_to_those_alone_who_may_see_them(site: Site, seeded: Seeded, routes: list[str]) -> None:
    """OPS-8: without the right to read contact_sync_admin pages and files hold no name, address or raw value."""
    for route in routes:
        answer = site.get(filled(route, seeded, HIS), "dora")
        allowed = 403 if route.startswith("/people") else 200
        assert answer.status_code == (303 if route == "/tab" else allowed), route
        shown = answer.text
        assert not [word for word in ("example.org", "twelve monkeys", "HYPERLINK", "Number 3") if word in shown], route
    records = f"/syncs/{HIS}/fetches/{seeded.fetch}/records"
    assert "misfits" in site.text(records, "dora")
    whole = site.text(records)
    assert not [word for word in ("ann@example.org", "twelve monkeys", "Number 3") if word not in whole]
    assert "ann@example.org" in site.text(f"/campaigns/{seeded.campaign}")
    assert "ann@example.org" in site.text(f"/pushes/{seeded.switch}")


def test_an_unknown_sync_is_no_news(site: Site) -> None:
    """OPS-9: whether a sync exists is told to who may read it; and what a URL says is not repeated as markup."""
    assert site.get("/syncs/none_such", "ben").status_code == 403
    assert site.get("/syncs/none_such").status_code == 404
    assert site.get(f"/syncs/{HIS}/fetches/999999").status_code == 404
    assert site.get(f"/syncs/{HIS}/fetches/x").status_code == 400
    assert "<script>alert" not in site.get("/syncs/<script>alert(1)<%2Fscript>").text
    assert site.get("/campaigns/999999").status_code == 404
    assert site.get("/pushes/999999").status_code == 403


def test_nothing_personal_in_links(site: Site, seeded: Seeded, routes: list[str]) -> None:
    """OPS-8: what browsers and proxies log of a page holds ids and words of the product."""
    for route in routes:
        for href in re.findall(r'(?:href|src|action)="([^"]*)"', site.get(filled(route, seeded, HIS)).text):
            assert href.startswith(PREFIX) or href == "#main", href
            assert {*told(href)} <= {"recruit_demo"}, href  # the id of an account


def test_every_statement_is_asked_by_a_page() -> None:
    """House style: no statement that nothing runs; all of them run in the tests of this folder."""
    from contact_sync.paths import sql_folder

    web = Path(__file__).parents[2] / "plugins" / "contact_sync" / "web"
    source = "".join(path.read_text(encoding="utf-8") for path in web.glob("*.py"))
    assert [path.stem for path in (sql_folder() / "page").glob("*.sql") if f'"{path.stem}"' not in source] == []


def told(text: str) -> list[Any]:
    """What of the seeded warehouse stands in a text."""
    secrets = (SECRET, "example.org", "All candidates", "Talent news", "twelve", "Number 3", "recruit_demo", "Hidden")
    return [word for word in secrets if word in text]
