"""A listing read page by page, and the proof that it was read to its end (SRC-12).

Proofs: `short_page` (fewer rows than a page holds, and no more are announced), `empty_page` (asked on after a full last
page, nothing came), `not_modified` (nothing at all since the asked instant). Refuses reads that may have been cut off:
rows after the announced end, or an end at exactly 2,000 records, where the service is known to stop.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contact_sync.errors import ContractBroken
from contact_sync.zoho.answers import Answer
from contact_sync.zoho.transport import Params, Transport

PER_PAGE = 200
CEILING = 2_000
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


class Listing:
    """Iterate once over the pages; empty pages are not given. Afterwards `proof` and `source_clock` are known.

    calls: listing calls answered so far. records: rows given so far.
    """

    def __init__(
        self, transport: Transport, path: str, params: Params, headers: Mapping[str, str] | None = None
    ) -> None:
        self._transport = transport
        self._path = path
        self._params = dict(params)
        self._headers = dict(headers or {})
        self._proof: str | None = None
        self._source_clock: datetime | None = None
        self._began = False
        self.calls = 0
        self.records = 0

    @property
    def proof(self) -> str:
        """How the end was proved: short_page, empty_page or not_modified. RuntimeError before the last page."""
        if self._proof is None:
            raise RuntimeError("the proof of a listing is known only after its last page")
        return self._proof

    @property
    def source_clock(self) -> datetime:
        """The Date header of the first answer (UTC): where the next read starts. RuntimeError before it."""
        if self._source_clock is None:
            raise RuntimeError("the source's clock is known only after the first page")
        return self._source_clock

    def __iter__(self) -> Iterator[Page]:
        if self._began:
            raise RuntimeError("a listing can be read only once")
        self._began = True
        number, ended = 0, False
        while self._proof is None:
            number += 1
            answer = self._ask(number)
            rows, more, full = _read(answer, self._path, number)
            if ended and rows:
                raise ContractBroken(f"{self._where(number)}: rows came after `more_records: false`.{NOT_PROVED}")
            self.records += len(rows)
            # A full page that calls itself the last is not believed: one more is asked for.
            ended = not more
            if ended and not full:
                self._end(answer, number, rows)
            if rows:
                yield Page(number, rows, answer.served_at)

    def _ask(self, number: int) -> Answer:
        answer = self._transport.call(
            "GET", self._path, {**self._params, "page": number, "per_page": PER_PAGE}, headers=self._headers
        )
        self.calls += 1
        if answer.status == 304 and "If-Modified-Since" not in self._headers:
            raise ContractBroken(f"{self._where(number)}: `not modified`, though no instant was asked for.{NOT_PROVED}")
        self._source_clock = self._source_clock or answer.served_at
        return answer

    def _end(self, answer: Answer, number: int, rows: list[dict[str, Any]]) -> None:
        if self.records == CEILING:
            raise ContractBroken(f"{self._where(number)}: the read ends at exactly {CEILING:,} records.{NOT_PROVED}")
        if number == 1 and answer.status == 304:
            self._proof = "not_modified"
        else:
            self._proof = "short_page" if rows else "empty_page"

    def _where(self, number: int) -> str:
        return f"Zoho Recruit, GET {self._path}, page {number}"


def _read(answer: Answer, path: str, number: int) -> tuple[list[dict[str, Any]], bool, bool]:
    """(rows, whether more are announced, whether the page is full). Raises ContractBroken for another shape."""
    if answer.body is None:
        return [], False, False
    rows, info = answer.body.get("data"), answer.body.get("info")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not isinstance(info, dict):
        raise ContractBroken(f"Zoho Recruit, GET {path}, page {number}: the answer lacks `data` or `info`.{NOT_PROVED}")
    more, page = info.get("more_records"), info.get("page", number)
    if not isinstance(more, bool) or page != number or (more and not rows):
        raise ContractBroken(
            f"Zoho Recruit, GET {path}, page {number}: `info` says page {page} and more_records {more} for {len(rows)}"
            f" rows, which cannot be.{NOT_PROVED}"
        )
    size = info.get("per_page")
    return rows, more, len(rows) >= (size if isinstance(size, int) and 0 < size < PER_PAGE else PER_PAGE)
