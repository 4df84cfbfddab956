"""A listing is complete only when proved (SRC-12)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contact_sync.errors import ContractBroken, RateLimited
from contact_sync.zoho.paging import Listing
from tests.zoho.scripted import SERVED_AT, Say, scripted
from tests.zoho.support import Bench

PATH = "/recruit/v2/Candidates"


def page(number: int, rows: int, more: bool, **info: Any) -> Say:
    """A page of `rows` records."""
    data = [{"id": f"{number:04d}{row:014d}"} for row in range(rows)]
    said = {"page": number, "per_page": 200, "count": rows, "more_records": more, **info}
    return Say(body={"data": data, "info": said})


def read(*answers: Say, headers: dict[str, str] | None = None) -> tuple[Listing, int, list[str]]:
    """Read a scripted listing to its end: (listing, rows, targets asked for)."""
    with scripted(*answers) as server:
        listing = Listing(Bench(server.url).with_token().transport, PATH, {"fields": "Email"}, headers)
        rows = sum(len(each.rows) for each in listing)
        return listing, rows, [asked.target for asked in server.asked]


@pytest.mark.parametrize(
    ("answers", "rows", "proof", "calls"),
    [
        ([page(1, 3, False)], 3, "short_page", 1),
        ([page(1, 200, True), page(2, 199, False)], 399, "short_page", 2),
        ([page(1, 200, False), Say(204)], 200, "empty_page", 2),
        ([page(1, 200, False), page(2, 0, False)], 200, "empty_page", 2),
        ([page(1, 200, True), Say(204)], 200, "empty_page", 2),
        ([page(1, 150, True), page(2, 10, False)], 160, "short_page", 2),
        ([page(1, 50, False, per_page=50), Say(204)], 50, "empty_page", 2),
        ([Say(204)], 0, "empty_page", 1),
        ([page(1, 0, False)], 0, "empty_page", 1),
        ([page(number, 200, True) for number in range(1, 11)] + [page(11, 5, False)], 2005, "short_page", 11),
    ],
    ids=["short", "two-pages", "full-then-204", "full-then-none", "more-then-204", "short-with-more", "small-pages",
         "204", "no-rows", "past-2000"],
)  # fmt: skip
def test_the_end_is_proved(answers: list[Say], rows: int, proof: str, calls: int) -> None:
    """SRC-12: a short or empty last page proves the end; a full page that calls itself the last is asked past."""
    listing, count, targets = read(*answers)
    assert (count, listing.records, listing.proof, listing.calls) == (rows, rows, proof, calls)
    assert listing.source_clock == SERVED_AT
    assert targets[-1] == f"{PATH}?fields=Email&page={calls}&per_page=200"


@pytest.mark.parametrize(
    "answers",
    [
        [page(1, 200, False), page(2, 1, False)],
        [page(number, 200, True) for number in range(1, 10)] + [page(10, 200, False), Say(204)],
        [page(number, 200, True) for number in range(1, 11)] + [Say(204)],
        [page(number, 200, True) for number in range(1, 10)] + [page(10, 199, True), page(11, 1, False)],
        [page(1, 0, True)],
        [page(2, 5, False)],
        [Say(body={"data": [{"id": "1"}]})],
        [Say(body={"data": [{"id": "1"}], "info": {"page": 1}})],
        [Say(body={"info": {"page": 1, "more_records": False}})],
        [Say(body={"data": ["text"], "info": {"page": 1, "more_records": False}})],
        [Say(304)],
        [page(1, 200, True), Say(400, {"code": "LIMIT_REACHED", "status": "error", "message": "no more pages"})],
    ],
    ids=["rows-after-end", "2000-false", "2000-then-204", "2000-short", "none-but-more", "wrong-page", "no-info",
         "no-more_records", "no-data", "no-objects", "304-unasked", "limit"],
)  # fmt: skip
def test_a_read_that_is_not_proved_fails(answers: list[Say]) -> None:
    """SRC-12: an extract that cannot be proved fails; it does not pass as small."""
    with pytest.raises(ContractBroken, match=PATH):
        read(*answers)


def test_the_rule_is_named() -> None:
    """SRC-12: the message names the rule and a way on."""
    with pytest.raises(ContractBroken, match=r"page 2: rows came after.*\(SRC-12\).*Narrow it"):
        read(page(1, 200, False), page(2, 1, False))


def test_nothing_modified(bench: Bench) -> None:
    """RET-2: nothing changed since is one call, with its own proof."""
    listing = bench.client.records("Candidates", fields=["Email"], modified_since=datetime(2099, 1, 1, tzinfo=UTC))
    assert list(listing) == []
    assert (listing.proof, listing.calls) == ("not_modified", 1)


def test_the_whole_sandbox_is_read(bench: Bench) -> None:
    """SRC-12: every record once, as the sandbox itself counts them."""
    truth = {row["id"] for row in bench.control("kinds/Candidates")}
    listing = bench.client.records("Candidates", fields=["Email"])
    ids = [row["id"] for each in listing for row in each.rows]
    assert sorted(ids) == sorted(truth)
    assert [call["query"]["page"] for call in bench.seen(PATH)] == [str(n + 1) for n in range(listing.calls)]


def test_an_early_end_of_the_sandbox_is_noticed(bench: Bench) -> None:
    """SRC-12: `more_records: false` on a full page while more follows."""
    bench.control("faults", [{"kind": "early_more_records_false", "path": PATH}])
    with pytest.raises(ContractBroken, match="SRC-12"):
        list(bench.client.records("Candidates", fields=["Email"]))


def test_the_ceiling_is_noticed(bench: Bench) -> None:
    """SRC-12: a service that stops at 2,000 does not pass as an account of 2,000."""
    bench.control("reset", {"candidates": 2300})
    bench.control("settings", {"page_ceiling": 2000})
    try:
        with pytest.raises(ContractBroken, match="exactly 2,000"):
            list(bench.client.records("Candidates", fields=["Email"]))
    finally:
        bench.control("reset", {"candidates": 450})


def test_a_failure_midway_is_raised(bench: Bench) -> None:
    """SRC-12: a read that breaks off has no proof."""
    bench.control("faults", [{"kind": "status", "status": 429, "retry_after": 600, "path": PATH, "nth": 2}])
    listing = bench.client.records("Candidates", fields=["Email"])
    with pytest.raises(RateLimited):
        list(listing)
    with pytest.raises(RuntimeError, match="last page"):
        _ = listing.proof


def test_a_listing_is_read_once() -> None:
    """A second read would have another clock; before the first there is none."""
    with scripted(page(1, 3, False)) as server:
        listing = Listing(Bench(server.url).with_token().transport, PATH, {})
        with pytest.raises(RuntimeError, match="first page"):
            _ = listing.source_clock
        assert [each.number for each in listing] == [1]
        with pytest.raises(RuntimeError, match="only once"):
            list(listing)
