"""How a sync is doing, in one word and a sentence: by its last run, and by whether one is missing.

Pure: the time is passed in. A run is missed when a periodic, active sync whose DAG is not paused has had no success two
hours after it was due (OPS-7).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core import alerting

_WORDS = {
    "succeeded": ("healthy", "The last run succeeded."),
    "partial": ("partial", "The last run left some of its work for later."),
    "degraded": ("degraded", "The last run did all, with warnings."),
    "failed": ("failed", "The last run failed."),
    "skipped": ("skipped", "The last run was skipped."),
    "running": ("running", "A run is under way, or was killed."),
}


@dataclass(frozen=True, slots=True)
class Health:
    """word: healthy, partial, degraded, failed, skipped, running, missed or none. due: since when one is missing."""

    word: str
    told: str
    due: datetime | None = None


def health(last: Mapping[str, Any], sync: ResolvedSync | None, now: datetime) -> Health:
    """How a sync is doing.

    last: its row of page/overview; empty if it was never registered. sync: None while it does not run by itself.
    """
    due = _missed(last, sync, now) if last and sync is not None else None
    if due is not None:
        return Health("missed", "No run has succeeded although one was due.", due)
    status = last.get("status")
    if status is None:
        return Health("none", "It has not run yet.")
    word, told = _WORDS.get(status, (str(status), ""))
    return Health(word, f"{told} {last['reason']}".strip() if last.get("reason") else told)


def _missed(last: Mapping[str, Any], sync: ResolvedSync, now: datetime) -> datetime | None:
    """When a run was due that is missed."""
    due = sync.was_due(now - alerting.GRACE)
    return due if alerting.missed(last, due) is not alerting.FINE else None
