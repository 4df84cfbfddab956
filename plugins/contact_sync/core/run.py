"""What the stages know of the Airflow run that calls them.

Airflow leaves out logical date and data interval in manual runs by API or command, and fills them with "now" in
runs from the UI (measured on Airflow 3.3.2), so nothing here is read from a data interval unless the run type says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

BY_COMMAND = "command_line__"
"""How ids of runs begin that `contact-sync run` made; Airflow knows nothing of them."""


class RunType(StrEnum):
    SCHEDULED = "scheduled"
    MANUAL = "manual"
    BACKFILL = "backfill"
    ASSET_TRIGGERED = "asset_triggered"


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One Airflow run. All times are aware datetimes; `conf` is what the person who triggered it gave."""

    dag_id: str
    run_id: str
    run_type: RunType
    run_after: datetime
    started_at: datetime
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    conf: Mapping[str, Any] = field(default_factory=dict)
    try_number: int = 1


def command_run_id(who: str, now: datetime) -> str:
    """The id of a run that `who` makes on the command line at `now`."""
    return f"{BY_COMMAND}{now.isoformat()}__{who}"


def ran_by(run_id: str) -> str | None:
    """Who made the run on the command line; None for a run of Airflow, which knows that itself."""
    return run_id.removeprefix(BY_COMMAND).partition("__")[2] if run_id.startswith(BY_COMMAND) else None
