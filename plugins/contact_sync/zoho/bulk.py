"""Bulk read of Recruit: a job that Zoho carries out in its own time, and its result (developer guide, bulk read).

A job reads one page of at most 200,000 records of a module, of a custom view or all, changed within a window or ever.
Making one is a call with an effect: when its fate is unknown it is told (EffectUnknown) and never repeated here.
A job that the account or the module cannot have is BulkRefused: read another way. A result that is gone is BulkGone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from contact_sync.errors import ContractBroken, PermissionMissing
from contact_sync.zoho.bulk_values import Column, selects
from contact_sync.zoho.catalogue import BULK
from contact_sync.zoho.failures import BulkRefused, EffectUnknown
from contact_sync.zoho.transport import Transport

PATH = f"{BULK}/read"
MOST_BYTES = 2 * 1024**3
"""Bytes of a zip that are taken."""
DOWNLOADS_A_MINUTE = 10
COMPLETED = "COMPLETED"
FAILED = frozenset({"FAILURE", "FAILED"})


@dataclass(frozen=True, slots=True)
class BulkQuery:
    """What a job reads. start, end: bounds of the change time, both included; None for records of any time."""

    module: str
    columns: tuple[Column, ...]
    view_id: str | None
    change_field: str
    start: datetime | None
    end: datetime | None

    def as_json(self, page: int) -> dict[str, Any]:
        """The body of the call. Modules are texts and fields flat names here, unlike in Zoho CRM."""
        query: dict[str, Any] = {"module": self.module, "selectfields": selects(self.columns), "page": page}
        if self.view_id is not None:
            query["cvid"] = self.view_id
        if self.start is not None and self.end is not None:
            between = [_iso(self.start), _iso(self.end)]
            query["criteria"] = {"api_name": self.change_field, "comparator": "between", "value": between}
        return {"query": query}


@dataclass(frozen=True, slots=True)
class Created:
    """A new job. at: the source's clock when it was made (UTC)."""

    job_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class JobState:
    """How far a job is. count and more_records, once it is completed: rows of its file, whether a page follows."""

    state: str
    count: int | None = None
    more_records: bool | None = None

    @property
    def completed(self) -> bool:
        """Whether its file can be had."""
        return self.state == COMPLETED

    @property
    def failed(self) -> bool:
        """Whether it ended without a file."""
        return self.state in FAILED


class BulkReader:
    """Bulk read of one account."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, query: BulkQuery, page: int) -> Created:
        """Make the job of one page, from 1.

        Raises BulkRefused if there can be none, EffectUnknown if nobody knows whether there is one now.
        """
        try:
            answer = self._transport.call("POST", PATH, json=query.as_json(page))
        except PermissionMissing as missing:
            raise BulkRefused(str(missing)) from None
        details = _only(answer.body).get("details")
        job_id = details.get("id") if isinstance(details, Mapping) else None
        if not str(job_id or "").isdigit():
            raise EffectUnknown(f"Zoho Recruit, POST {PATH}: the answer names no job; whether there is one is unknown.")
        return Created(str(job_id), answer.served_at)

    def poll(self, job_id: str) -> JobState:
        """How far a job is. Raises BulkGone for one that the service no longer knows."""
        path = f"{PATH}/{job_id}"
        told = _only(self._transport.call("GET", path).body)
        state = str(told.get("state", "")).upper()
        if not state:
            raise ContractBroken(f"Zoho Recruit, GET {path}: the answer lacks `state`.")
        if state != COMPLETED:
            return JobState(state)
        result = told.get("result")
        count, more = (result.get("count"), result.get("more_records")) if isinstance(result, Mapping) else (None, None)
        if not isinstance(count, int) or count < 0 or not isinstance(more, bool) or (more and not count):
            raise ContractBroken(
                f"Zoho Recruit, GET {path}: the job is done and `result` says count {count!r} and more_records"
                f" {more!r}, which cannot be."
            )
        return JobState(state, count, more)

    def download(self, job_id: str, to: IO[bytes], most_bytes: int = MOST_BYTES) -> int:
        """Stream the zip of a completed job into an empty file; its size in bytes. At most ten a minute and account.

        Raises BulkGone if it is not there any more, RateLimited after too many downloads.
        """
        return self._transport.download(f"{PATH}/{job_id}/result", to, most_bytes)


def _only(body: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The one item of `data`."""
    items = (body or {}).get("data")
    if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], dict):
        return {}
    found: Mapping[str, Any] = items[0]
    return found


def _iso(instant: datetime) -> str:
    if instant.tzinfo is None:
        raise ValueError("a time without a zone cannot be sent to Zoho")
    return instant.astimezone(UTC).isoformat(timespec="seconds")
