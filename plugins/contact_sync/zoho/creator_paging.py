"""A report read page by page along its cursor, and the proof that it was read to its end (SRC-12).

The header `record_cursor` leads from page to page; where it is absent the report ends: proof `cursor_absent`. A proxy
that drops unknown headers would make every first page look like the end, so a first page that is full and shows no
cursor is not believed until a smaller page of the same read shows one. `No records` (3100, 9280) is an end as well.
Refuses a cursor that leads nowhere and rows without an ID.
"""

from collections.abc import Callable, Iterator
from typing import Any

from contact_sync.errors import ContractBroken
from contact_sync.zoho.answers import Answer
from contact_sync.zoho.creator_failures import NO_RECORDS, code_of
from contact_sync.zoho.creator_values import ID
from contact_sync.zoho.paging import NOT_PROVED, Page
from contact_sync.zoho.proved import ProvedRead
from contact_sync.zoho.transport import Params, Transport

CURSOR = "record_cursor"
READ_SIZE, SMALLEST_SIZE = 1000, 200

Take = Callable[[dict[str, Any]], dict[str, Any] | None]
"""A row as received → the row to give, None to leave it out."""


class CreatorListing(ProvedRead):
    """Iterate once over the pages. Afterwards `proof` and `source_clock`, as of a listing of Recruit.

    calls: calls answered so far. records: rows received so far, those left out among them.
    """

    def __init__(self, transport: Transport, path: str, params: Params, take: Take) -> None:
        super().__init__()
        self._transport = transport
        self._path = path
        self._params = dict(params)
        self._take = take
        self._last_first = ""

    def __iter__(self) -> Iterator[Page]:
        """Raises ContractBroken for what cannot be proved, SourceRenamed for a link name that is gone (SRC-7)."""
        self._begin()
        number, cursor = 0, None
        while self._proof is None:
            number += 1
            answer = self._ask(self._params, cursor)
            rows, cursor = self._read(answer, number)
            if cursor is None:
                self._prove_end(number, len(rows))
            self.records += len(rows)
            taken = [made for made in map(self._take, rows) if made is not None]
            if taken:
                yield Page(number, taken, answer.served_at)

    def _ask(self, params: Params, cursor: str | None) -> Answer:
        answer = self._transport.call("GET", self._path, params, headers={CURSOR: cursor} if cursor else None)
        self._answered(answer.served_at)
        return answer

    def _read(self, answer: Answer, number: int) -> tuple[list[dict[str, Any]], str | None]:
        """(rows, cursor to the next page). Raises ContractBroken for another shape."""
        cursor = answer.headers.get(CURSOR) or None
        if answer.body is None or code_of(answer.body) in NO_RECORDS:
            return [], None
        rows = answer.body.get("data")
        if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get(ID) for row in rows):
            raise ContractBroken(f"{self._where(number)}: the answer lacks `data`, or a row its ID.{NOT_PROVED}")
        first = str(rows[0][ID]) if rows else ""
        if (number > 1 and first and first == self._last_first) or (cursor and not rows):
            raise ContractBroken(f"{self._where(number)}: the cursor leads to no further rows.{NOT_PROVED}")
        self._last_first = first
        return rows, cursor

    def _prove_end(self, number: int, rows: int) -> None:
        """Cursors that led here are proof that their header arrives; a full first page needs another one."""
        size = int(self._params.get("max_records") or SMALLEST_SIZE)
        if number == 1 and rows >= size > SMALLEST_SIZE:
            answer = self._ask({**self._params, "max_records": SMALLEST_SIZE}, None)
            if not answer.headers.get(CURSOR):
                raise ContractBroken(
                    f"{self._where(number)}: it is full, and no cursor came, nor with a smaller page: look for a proxy"
                    f" that drops the header {CURSOR}.{NOT_PROVED}"
                )
        self._proof = "cursor_absent"

    def _where(self, number: int) -> str:
        return f"Zoho Creator, GET {self._path}, page {number}"
