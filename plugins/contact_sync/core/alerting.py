"""What is a violation, and its message in words (OPS-7). Pure: rows and settings in, verdicts and sentences out.

A verdict is the detail of a violation, FINE, or UNKNOWN if nobody can tell, which neither begins nor ends anything.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

KINDS = ("failed", "degraded", "missed", "reasons")
GRACE = timedelta(hours=2)
"""How long after it was due a success may come."""
LEAST_RECORDS, LAST_FETCHES, FEWEST_FETCHES, POINTS = 50, 10, 5, 0.10
"""The mix is that of fetches of so many records. The median is of so many before, and of fewer than so few it tells
nothing; so far may a share move."""
ON_PURPOSE = frozenset({"by_hand", "completed", "period_over"})
"""Why a sync is inactive although nothing is wrong."""


class Verdict(enum.Enum):
    FINE = "fine"
    UNKNOWN = "unknown"


FINE, UNKNOWN = Verdict.FINE, Verdict.UNKNOWN
Judged = Verdict | Mapping[str, Any]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """What is told of one alert. state: began or ended. counts: of the fetch. link: to the run's page, or the DAG's."""

    kind: str
    state: str
    sync_id: str
    name: str
    title: str
    text: str
    link: str
    counts: Mapping[str, int]
    fetch_id: int | None
    run_id: str | None


def failed(row: Row, settled_before: datetime) -> Judged:
    """Of a standing: whether the last fetch failed; one that ended later than that may yet be tried again."""
    if row["status"] != "failed":
        return UNKNOWN if row["fetch_id"] is None else FINE
    if row["finished_at"] is None or row["finished_at"] > settled_before:
        return UNKNOWN
    return {"status": "failed", "reason": row["reason"], "counts": row["counts"]}


def degraded(row: Row) -> Judged:
    """Whether the last fetch ended with warnings, or left work for later; a failed one tells nothing of that."""
    if row["status"] in ("degraded", "partial"):
        return {"status": row["status"], "warnings": row["warnings"], "counts": row["counts"]}
    return FINE if row["status"] == "succeeded" else UNKNOWN


def missed(row: Row, due: datetime | None) -> Judged:
    """Whether nothing up to the last moment that was due was read. due: at least GRACE ago; None: there is none."""
    if due is None or due < row["since"]:  # it was not there yet, or not active
        return FINE
    if row["read_until"] is not None and row["read_until"] >= due:
        return FINE
    inactive = row["inactive_reason"] if row["state"] == "inactive" else None
    return {"due": due.isoformat(), "inactive": inactive, "last": row["status"]}


def mix_changed(rows: Sequence[Row], fetch_id: int | None) -> Judged:
    """Of rows of alert/reasons: whether a share moved by more than POINTS against the median.

    fetch_id: the last fetch; where it is none of those, because it was small, nobody can tell.
    """
    if not rows or rows[0]["fetch_id"] != fetch_id or rows[0]["fetches"] < FEWEST_FETCHES:
        return UNKNOWN
    moved = [row for row in rows if abs(row["share"] - row["usual"]) > POINTS + 1e-9]
    if not moved:
        return FINE
    shares = {row["reason"]: [round(row["usual"] * 100, 1), round(row["share"] * 100, 1)] for row in moved}
    return {"shares": shares, "fetches": rows[0]["fetches"]}


def message(row: Row, base_url: str) -> Message:
    """What to tell of a row of alert/untold. base_url: of Airflow's pages; empty: links are paths."""
    ended = row["ended_at"] is not None
    fetch_id, run_id = (row["ended_by_fetch"], row["end_run_id"]) if ended else (row["fetch_id"], row["run_id"])
    link = _link(base_url, row["sync_id"], run_id)
    what = _TITLES[row["kind"]]
    title = f"{row['sync_id']}: {'over: ' if ended else ''}{what}"
    counts = row["detail"].get("counts") or {}
    begun = f"since {row['began_at']:%Y-%m-%d %H:%M} UTC"
    told = f"It is well again; it was so {begun}." if ended else _told(row["kind"], row["detail"])
    numbers = "" if ended or not counts else f" Counts: {_numbers(counts)}."
    fetch = f" Fetch {fetch_id}." if fetch_id is not None else ""
    text = f"{row['name']} ({row['sync_id']}): {what}. {told}{numbers}{fetch} {link}"
    state = "ended" if ended else "began"
    return Message(row["kind"], state, row["sync_id"], row["name"], title, text, link, counts, fetch_id, run_id)


def _numbers(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {counts[name]:,}" for name in _COUNTS if name in counts)


def _told(kind: str, detail: Row) -> str:
    if kind == "failed":
        reason = str(detail.get("reason") or "The log of the red task says why.")
        return reason if reason.endswith(".") else f"{reason}."
    if kind == "degraded":
        work = "Some of its work is left for later" if detail["status"] == "partial" else "Everything was done"
        return f"{work}; warnings: {detail['warnings']} (contact-sync history)."
    if kind == "missed":
        why = f"The sync is inactive: {detail['inactive']}." if detail["inactive"] else "Nothing was loaded since."
        return f"It was due at {detail['due']}. {why}"
    moved = ", ".join(f"{reason} {usual:g} % → {now:g} %" for reason, (usual, now) in detail["shares"].items())
    return f"Of its records are ignored as: {moved} (median of {detail['fetches']} fetches → now)."


def _link(base_url: str, dag_id: str, run_id: str | None) -> str:
    page = f"{base_url.rstrip('/')}/dags/{quote(dag_id, safe='')}"
    return page if run_id is None else f"{page}/runs/{quote(run_id, safe='')}"


_COUNTS = (
    "read", "total", "new", "re_added", "duplicate", "ignored", "deleted", "joined", "removed", "pending_removals",
    "pushed",
)  # fmt: skip
_TITLES = {
    "failed": "failed",
    "degraded": "ended with warnings",
    "missed": "no success 2 hours after it was due",
    "reasons": "records are ignored for other reasons than usual",
}
