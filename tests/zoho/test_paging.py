"""A listing is complete only when proved (SRC-12)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contact_sync.errors import ContractBroken, RateLimited, Unavailable
from contact_sync.zoho.failures import CeilingReached
from contact_sync.zoho.paging import OVERLAPS, Listing, next_page
from tests.zoho.scripted import SERVED_AT, Say, scripted
from tests.zoho.support import Bench

PATH = "/recruit/v2/Candidates"


def page(number: int, rows: int, more: bool, first: int = 0, **info: Any) -> Say:
    """A page of `rows` records, from number `first` of the listing on."""
    data = [{"id": f"{first + row:018d}"} for row in range(rows)]
    said = {"page": number, "per_page": 200, "count": rows, "more_records": more, **info}
    return Say(body={"data": data, "info": said})


def whole(total: int) -> list[Say]:
    """The pages of a listing of so many records that nobody disturbs."""
    said, covered = [], 0
    while True:
        number, size = next_page(covered, 1)
        first = (number - 1) * size
        said.append(page(number, min(size, total - first), first + size < total, first, per_page=size))
        covered = first + size
        if covered > total:
            return said


def read(*answers: Say, headers: dict[str, str] | None = None) -> tuple[Listing, int, list[str]]:
    """Read a scripted listing to its end: (listing, rows, targets asked for)."""
    with scripted(*answers) as server:
        listing = Listing(Bench(server.url).with_token().transport, PATH, {"fields": "Email"}, headers)
        rows = sum(len(each.rows) for each in listing)
        return listing, rows, [asked.target for asked in server.asked]


@pytest.mark.parametrize(
    ("answers", "rows", "proof", "last"),
    [
        ([page(1, 3, False)], 3, "short_page", (1, 200)),
        ([page(1, 200, True), page(2, 151, False, 199)], 350, "short_page", (2, 199)),
        ([page(1, 200, False), page(2, 1, False, 199)], 200, "short_page", (2, 199)),
        ([page(1, 200, True), page(2, 1, False, 199)], 200, "short_page", (2, 199)),
        ([page(1, 150, True), page(2, 11, False, 149)], 160, "short_page", (2, 149)),
        ([page(1, 50, False, per_page=50), page(2, 1, False, 49)], 50, "short_page", (2, 49)),
        ([Say(204)], 0, "empty_page", (1, 200)),
        ([page(1, 0, False)], 0, "empty_page", (1, 200)),
        (whole(2005), 2005, "short_page", (11, 190)),
    ],
    ids=["short", "two-pages", "full-then-none", "more-then-none", "short-with-more", "small-pages", "204", "no-rows",
         "past-2000"],
)  # fmt: skip
def test_the_end_is_proved(answers: list[Say], rows: int, proof: str, last: tuple[int, int]) -> None:
    """SRC-12: a short or empty last page proves the end; a full page that calls itself the last is asked past."""
    listing, count, targets = read(*answers)
    assert (count, listing.records, listing.proof, listing.calls) == (rows, rows, proof, len(answers))
    assert listing.source_clock == SERVED_AT
    assert targets[-1] == f"{PATH}?fields=Email&page={last[0]}&per_page={last[1]}"


@pytest.mark.parametrize(
    "answers",
    [
        [page(1, 200, False), page(2, 2, False, 199)],
        whole(2000),
        [page(1, 0, True)],
        [page(2, 5, False)],
        [Say(body={"data": [{"id": "1"}]})],
        [Say(body={"data": [{"id": "1"}], "info": {"page": 1}})],
        [Say(body={"info": {"page": 1, "more_records": False}})],
        [Say(body={"data": ["text"], "info": {"page": 1, "more_records": False}})],
        [Say(304)],
        [page(1, 200, True), Say(400, {"code": "LIMIT_REACHED", "status": "error", "message": "no more pages"})],
    ],
    ids=["rows-after-end", "2000", "none-but-more", "wrong-page", "no-info", "no-more_records", "no-data",
         "no-objects", "304-unasked", "limit"],
)  # fmt: skip
def test_a_read_that_is_not_proved_fails(answers: list[Say]) -> None:
    """SRC-12: an extract that cannot be proved fails; it does not pass as small."""
    with pytest.raises(ContractBroken, match=PATH):
        read(*answers)


@pytest.mark.parametrize(
    "answers",
    [
        [page(1, 200, True), page(2, 199, True, 900), page(2, 160, True, 900), page(1, 200, True, 900)],
        [page(1, 200, True), Say(204)],
        [page(1, 200, True), page(2, 1, True, 199)],
    ],
    ids=["never-meets", "vanished", "no-progress"],
)
def test_a_listing_that_moves_too_fast_is_tried_again(answers: list[Say]) -> None:
    """SRC-12: pages that do not meet are no complete read; the error is worth another try, and no endless loop."""
    with pytest.raises(Unavailable, match=r"pages no longer meet \(SRC-12\)"):
        read(*answers)


@pytest.mark.parametrize("covered", [1, 199, 200, 398, 2000, 39_800, 200_000, 1_000_001])
@pytest.mark.parametrize("overlap", OVERLAPS)
def test_every_page_begins_at_a_known_row(covered: int, overlap: int) -> None:
    """SRC-12, LIM-5: the next page overlaps, is never larger than allowed, and gains most of a page."""
    number, size = next_page(covered, overlap)
    assert size <= 200
    assert (number - 1) * size <= max(covered - overlap, 0)
    assert overlap > 1 or number * size - covered >= min(covered, 150)


@pytest.mark.parametrize(
    "gone",
    [[0], [199], [198, 199], list(range(30)), list(range(150)), [*range(100), 250, 300]],
    ids=["first", "last", "last-two", "thirty", "three-quarters", "on-both-pages"],
)
def test_nobody_is_lost_when_records_are_deleted_meanwhile(bench: Bench, gone: list[int]) -> None:
    """SRC-12: records of page 1 vanish before page 2 is read; everybody else is read, each once."""
    listing = bench.client.records("Candidates", fields=["Email"])
    pages = iter(listing)
    ids = [row["id"] for row in next(pages).rows]
    everybody = [row["id"] for row in bench.control("kinds/Candidates")]
    bench.control("records/Candidates/delete", {"ids": [everybody[at] for at in gone], "type": "permanent"})
    try:
        ids += [row["id"] for each in pages for row in each.rows]
        living = {row["id"] for row in bench.control("kinds/Candidates")}
    finally:
        bench.control("reset", {"candidates": 450})
    assert len(ids) == len(set(ids))
    assert living <= set(ids) <= set(everybody)
    assert listing.proof == "short_page"


@pytest.mark.parametrize("by", [-30, -1, 1, 30])
def test_a_page_that_shifts_is_noticed(bench: Bench, by: int) -> None:
    """SRC-12: a page that begins a row later or earlier than asked for, once, loses and repeats nobody."""
    bench.control("faults", [{"kind": "page_shift", "by": by, "path": "&page=2&"}])
    ids = [row["id"] for each in bench.client.records("Candidates", fields=["Email"]) for row in each.rows]
    assert sorted(ids) == sorted(row["id"] for row in bench.control("kinds/Candidates"))


def test_the_rule_is_named() -> None:
    """SRC-12: the message names the rule and a way on."""
    with pytest.raises(ContractBroken, match=r"page 2: rows came after.*\(SRC-12\).*Narrow it"):
        read(page(1, 200, False), page(2, 2, False, 199))


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
    asked = [(call["query"]["page"], call["query"]["per_page"]) for call in bench.seen(PATH)]
    assert asked == [("1", "200"), ("2", "199"), ("3", "198")]


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


def test_the_ceiling_is_noticed_though_the_listing_moves() -> None:
    """SRC-12: a record that comes before the others meanwhile makes it 1,999 rows, and it still ends at row 2,000."""
    first, *later = whole(2000)
    for each in later:
        for row in each.body["data"]:
            row["id"] = f"{int(row['id']) - 1:018d}"
    with pytest.raises(CeilingReached, match=r"exactly 2,000 records.*\(SRC-12\)"):
        read(first, *later)


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
