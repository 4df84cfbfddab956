"""A listing read page by page, and the proof that it was read to its end (SRC-12).

Proofs: `short_page` (fewer rows than a page holds, and no more are announced; a full one is asked past), `empty_page`
(no rows at all), `not_modified` (nothing at all since the asked instant). Refuses reads that may have been cut off:
rows after the announced end, or an end at exactly 2,000 records, where the service is known to stop.

The API knows pages by number alone, so a record deleted from a page that was read moves the first row of the next page
out of sight. Every page therefore begins at a row that is known; where it does not, the listing has moved.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contact_sync.errors import ContractBroken, Unavailable
from contact_sync.zoho.answers import Answer
from contact_sync.zoho.failures import CeilingReached
from contact_sync.zoho.proved import ProvedRead
from contact_sync.zoho.transport import Params, Transport

PER_PAGE = 200
CEILING = 2_000
OVERLAPS = (1, 40, 160)
"""Rows that a page has in common with the ones before; more of them when the listing has moved."""
REMEMBERED = 400
NOT_PROVED = (
    " The read cannot be proved complete (SRC-12), so nothing of it is used. Narrow it (a custom view, or"
    " `each_fetch: changes` with a nearer `retrieve: {after: ...}`), or run it again."
)


@dataclass(frozen=True, slots=True)
class Page:
    """number: from 1. rows: records as received. served_at: the source's clock at this page (UTC)."""

    number: int
    rows: list[dict[str, Any]]
    served_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page was asked for, and what came. full: as many rows as the page can hold; more: as announced."""

    page: int
    per_page: int
    answer: Answer
    rows: list[dict[str, Any]]
    more: bool
    full: bool

    @property
    def ends_at(self) -> int:
        """How many rows of the listing lie before the next one, if nothing moved."""
        return (self.page - 1) * self.per_page + len(self.rows)


def next_page(covered: int, overlap: int, most: int = PER_PAGE) -> tuple[int, int]:
    """(page, per_page) that begins `overlap` rows or a few more before the row `covered` and reaches furthest."""
    known = max(covered - overlap, 0)
    sizes = range(most, max(most // 2, 1) - 1, -1)
    size = max(sizes, key=lambda size: (known // size + 1) * size)
    return known // size + 1, size


class Listing(ProvedRead):
    """Iterate once over the pages; rows that came before are not given again. Afterwards `proof` and `source_clock`.

    calls: listing calls answered so far. records: rows given so far.
    """

    def __init__(
        self, transport: Transport, path: str, params: Params, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self._transport = transport
        self._path = path
        self._params = dict(params)
        self._headers = dict(headers or {})
        self._most = PER_PAGE
        self._covered = 0
        self._recent: deque[str] = deque(maxlen=REMEMBERED)

    def __iter__(self) -> Iterator[Page]:
        """Raises ContractBroken for what cannot be proved, Unavailable when the listing moves too fast to be read."""
        self._begin()
        number, ended = 0, False
        while self._proof is None:
            number += 1
            asked = self._ask_on()
            rows = self._unknown(asked.rows)
            if ended and rows:
                raise CeilingReached(f"{self._where(asked.page)}: rows came after `more_records: false`.{NOT_PROVED}")
            if asked.more and not rows:
                raise self._moved(asked.page)
            self.records += len(rows)
            self._covered = asked.ends_at
            # A full page that calls itself the last is not believed: one more is asked for.
            ended = not asked.more
            if ended and not asked.full:
                self._end(asked, number)
            if rows:
                yield Page(number, rows, asked.answer.served_at)

    def _ask_on(self) -> Asked:
        """The next page; it begins at a row that is known, however far the listing has moved meanwhile."""
        for overlap in OVERLAPS:
            asked = self._ask(*next_page(self._covered, overlap, self._most))
            if not self._covered or (asked.rows and str(asked.rows[0].get("id")) in self._recent):
                return asked
        raise self._moved(asked.page)

    def _ask(self, page: int, per_page: int) -> Asked:
        answer = self._transport.call(
            "GET", self._path, {**self._params, "page": page, "per_page": per_page}, headers=self._headers
        )
        self._answered(answer.served_at)
        if answer.status == 304 and "If-Modified-Since" not in self._headers:
            raise ContractBroken(f"{self._where(page)}: `not modified`, though no instant was asked for.{NOT_PROVED}")
        rows, more, size = _read(answer, self._path, page, per_page)
        if page == 1:
            self._most = min(self._most, size)
        return Asked(page, per_page, answer, rows, more, len(rows) >= size)

    def _unknown(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        known = set(self._recent)
        fresh = [row for row in rows if str(row.get("id")) not in known] if known else rows
        self._recent.extend(str(row.get("id")) for row in fresh)
        return fresh

    def _end(self, asked: Asked, number: int) -> None:
        where = self._where(asked.page)
        if CEILING in (self.records, asked.ends_at):  # the two differ when the listing moved under the read
            raise CeilingReached(f"{where}: the read ends at exactly {CEILING:,} records.{NOT_PROVED}")
        if number == 1 and asked.answer.status == 304:
            self._proof = "not_modified"
        else:
            self._proof = "short_page" if asked.rows else "empty_page"

    def _moved(self, page: int) -> Unavailable:
        return Unavailable(
            f"{self._where(page)}: so many records were deleted or changed while they were read that the pages no"
            " longer meet (SRC-12). Nothing of the read is used; it is tried again."
        )

    def _where(self, page: int) -> str:
        return f"Zoho Recruit, GET {self._path}, page {page}"


def _read(answer: Answer, path: str, page: int, per_page: int) -> tuple[list[dict[str, Any]], bool, int]:
    """(rows, whether more are announced, what a page can hold). Raises ContractBroken for another shape."""
    where = f"Zoho Recruit, GET {path}, page {page}"
    if answer.body is None:
        return [], False, per_page
    rows, info = answer.body.get("data"), answer.body.get("info")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not isinstance(info, dict):
        raise ContractBroken(f"{where}: the answer lacks `data` or `info`.{NOT_PROVED}")
    more, told = info.get("more_records"), info.get("page", page)
    if not isinstance(more, bool) or told != page or (more and not rows):
        raise ContractBroken(
            f"{where}: `info` says page {told} and more_records {more} for {len(rows)} rows, which cannot be."
            f"{NOT_PROVED}"
        )
    size = info.get("per_page")
    return rows, more, size if isinstance(size, int) and 0 < size < per_page else per_page
