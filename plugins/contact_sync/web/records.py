"""The records behind a number: what became of each in one fetch, and why (OUT-16), on pages and as CSV.

Filtered by outcome, reason and sub-code, in four orders, paged by key. Names, addresses and raw values appear for those
alone who may see people; all others see ids, reasons and what proves them. Nobody sees the name of a sync that they may
not read.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from contact_sync.warehouse import standings
from contact_sync.web.csv_text import download
from contact_sync.web.fetches import fetch_of
from contact_sync.web.paging import all_rows, one_page
from contact_sync.web.reading import reading, rows
from contact_sync.web.rendering import page
from contact_sync.web.rights import AskingOfSync, Reader

router = APIRouter()

Sort = Literal["read", "read_last_first", "record_id", "reason"]
STATEMENTS: dict[str, str] = {
    "read": "records",
    "read_last_first": "records_last_first",
    "record_id": "records_by_id",
    "reason": "records_by_reason",
}
SORTS = {
    "read": "as read",
    "read_last_first": "last read first",
    "record_id": "record id",
    "reason": "outcome and reason",
}
OUTCOMES = ("read", "total", "new", "re_added", "duplicate", "ignored", "deleted", "out_of_scope")
DUPLICATES = ("in_list", "other_list", "no_list")
NO_SUB_CODE = "-"
"""What a URL says for records without a sub-code; an empty parameter means any."""
COLUMNS = (
    "record_no", "record_id", "module", "outcome", "reason", "sub_code", "changed", "evidence", "contact_id",
)  # fmt: skip
OF_PEOPLE = ("name", "email")

Word = Annotated[str | None, Query(max_length=100)]


OTHER_SYNC = "a sync that you may not read"


@dataclass(frozen=True, slots=True)
class Sight:
    """What of evidence a reader may see. people: values of people; syncs: which may be named."""

    people: bool
    syncs: set[str]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records of a fetch, as a URL says it; None for any."""

    outcome: str | None
    reason: str | None
    sub_code: str | None
    changed: bool | None

    def values(self) -> dict[str, Any]:
        """As the statements take it."""
        return {**asdict(self), "sub_code": "" if self.sub_code == NO_SUB_CODE else self.sub_code}

    def query(self) -> dict[str, str | None]:
        """As a URL says it."""
        changed = None if self.changed is None else str(self.changed).lower()
        return {"outcome": self.outcome, "reason": self.reason, "sub_code": self.sub_code, "changed": changed}


def asked(outcome: Word = None, reason: Word = None, sub_code: Word = None, changed: Word = None) -> Filter:
    """The filter of a request. A form sends empty words for what is not chosen."""
    return Filter(outcome or None, reason or None, sub_code or None, {"true": True, "false": False}.get(changed or ""))


Asked = Annotated[Filter, Depends(asked)]


@router.get("/syncs/{sync_id}/fetches/{fetch_id}/records")
def records(
    request: Request,
    sync_id: str,
    fetch_id: int,
    asking: AskingOfSync,
    which: Asked,
    sort: Sort = "read",
    after: int | None = None,
) -> Response:
    """Some records of a fetch."""
    with reading() as connection:
        fetch = fetch_of(connection, sync_id, fetch_id)
        seen = sight(connection, asking)
        reasons = rows(connection, "reasons", fetch_id=fetch_id)
        values = _values(fetch, seen.people, which)
        found = one_page(
            lambda key, size: rows(connection, STATEMENTS[sort], **values, after=key, rows=size), after, "record_no"
        )
    return page(
        request,
        "records.html",
        sync_id=sync_id,
        fetch=fetch,
        which=which,
        query=which.query(),
        sort=sort,
        sorts=SORTS,
        outcomes=OUTCOMES,
        reasons=sorted({row["reason"] for row in reasons} | set(DUPLICATES)),
        sub_codes=[NO_SUB_CODE, *sorted({row["sub_code"] for row in reasons if row["sub_code"]})],
        records=[told(row, seen) for row in found.rows],
        after=found.after,
        first=after is None,
        people=seen.people,
        section="",
    )


@router.get("/syncs/{sync_id}/fetches/{fetch_id}/records.csv")
def as_csv(sync_id: str, fetch_id: int, asking: AskingOfSync, which: Asked, sort: Sort = "read") -> Response:
    """All of them, as a file."""
    with reading() as connection:
        fetch = fetch_of(connection, sync_id, fetch_id)
        seen = sight(connection, asking)
    found = exported(STATEMENTS[sort], "record_no", _values(fetch, seen.people, which))
    columns = COLUMNS + (OF_PEOPLE if seen.people else ())
    name = "_".join(filter(None, (sync_id, f"fetch_{fetch_id}", which.outcome, which.reason)))
    return download(safe(name), columns, (told(row, seen) for row in found))


def exported(statement: str, key: str, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every row of a statement that is paged by a key; a transaction for each piece, so that none lasts.

    values: its parameters but for `after` and `rows`.
    """

    def read(after: int | None, size: int) -> list[dict[str, Any]]:
        with reading() as connection:
            return rows(connection, statement, **values, after=after, rows=size)

    return all_rows(read, key)


def sight(connection: Connection, asking: Reader) -> Sight:
    """What this reader may see within the rows of a sync."""
    return Sight(asking.sees_people(), asking.readable({each.sync_id for each in standings.read(connection)}))


def _values(fetch: dict[str, Any], people: bool, which: Filter) -> dict[str, Any]:
    """What the statements take, but for `after` and `rows`."""
    return {"fetch_id": fetch["fetch_id"], "started_at": fetch["started_at"], "people": people, **which.values()}


def told(row: dict[str, Any], seen: Sight) -> dict[str, Any]:
    """A record as the reader may see it."""
    return {**row, "evidence": shown(row["evidence"], seen)}


def shown(evidence: Any, seen: Sight) -> Any:
    """Evidence without what the source said in the words of people, `raw`, and without the names of other syncs."""
    if isinstance(evidence, list):
        return [shown(each, seen) for each in evidence]
    if not isinstance(evidence, dict):
        return evidence
    return {
        key: OTHER_SYNC if key == "sync" and value not in seen.syncs else shown(value, seen)
        for key, value in evidence.items()
        if key != "raw" or seen.people
    }


def safe(name: str) -> str:
    """A name for a file of letters, digits and marks that mean nothing in a header."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[:120]
