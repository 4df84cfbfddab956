"""The fetch row: the truth of a run, from which every stage and every retry reads (design: data flow).

A fetch is found by (DAG id, run id). Retrying keeps its id; clearing a run that was already loaded opens a new round
with the same window. `attempt` is the fence: it rises when a stage begins, and only the present attempt may write.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from contact_sync.core.choice import ManualChoice
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.core.run import RunInfo
from contact_sync.core.window import Window
from contact_sync.errors import StagingLost, Superseded
from contact_sync.warehouse import statements
from contact_sync.warehouse.registry import Registered


@dataclass(frozen=True, slots=True)
class Fetch:
    """One fetch as its row has it. `settings` is the resolved configuration in force, as JSON.

    told_mapping: lines of the mapping that the source's own fields told, where the file names none (MAP-1).
    sighted_rows: records seen beside the batch, None if nobody looked.
    """

    fetch_id: int
    sync_id: str
    list_name: str
    sync_no: int
    source_no: int
    list_id: int
    dag_id: str
    run_id: str
    run_type: str
    push_choice: str
    started_at: datetime
    window: Window
    restart: bool
    preview: bool
    attempt: int
    stage: str
    status: str
    warnings: tuple[str, ...]
    proof: str | None
    source_clock: datetime | None
    staged_rows: int | None
    sighted_rows: int | None
    seen_change_no: int | None
    loaded_at: datetime | None
    touched: int | None
    settings: dict[str, Any]
    told_mapping: list[dict[str, Any]]
    counts: dict[str, int]

    @property
    def changed_anything(self) -> bool:
        """Whether its load changed more than history and watermark."""
        return bool(self.touched)

    @property
    def closed(self) -> bool:
        """Whether nothing of this fetch may be written again: it is loaded, or was a preview that is done."""
        return self.loaded or self.status == "preview"

    @property
    def loaded(self) -> bool:
        """Whether load has committed."""
        return self.loaded_at is not None


@dataclass(frozen=True, slots=True)
class HowRead:
    """How a source was read and narrowed (CRIT-5): numbers of the conditions sent, and counts of records.

    read_by: listing, search, bulk or report. contradicting: returned ones that deny a condition that was sent.
    told_mapping: as Fetch has it.
    """

    read_by: str
    conditions_sent: tuple[int, ...]
    returned: int
    kept: int
    contradicting: int
    told_mapping: tuple[FieldMapping, ...] = ()


COUNTERS = (
    "read", "out_of_scope", "total", "new", "re_added", "duplicate_in_list", "duplicate_other_list",
    "duplicate_no_list", "changed", "ignored", "deleted", "joined", "pushed",
    "removed", "pending_removals",
)  # fmt: skip


def latest(connection: Connection, dag_id: str, run_id: str, *, lock: bool = False) -> Fetch | None:
    """The newest round of a run's fetch; with `lock`, held until the transaction ends."""
    if lock:
        connection.execute(_LOCK, {"dag_id": dag_id, "run_id": run_id})
    row = statements.run(connection, "fetch/latest", dag_id=dag_id, run_id=run_id).one_or_none()
    return None if row is None else _fetch(row)


def require(connection: Connection, run: RunInfo, *, lock: bool = False) -> Fetch:
    """The fetch of a run whose extract has been. Raises StagingLost if there is none."""
    fetch = latest(connection, run.dag_id, run.run_id, lock=lock)
    if fetch is None:
        raise StagingLost(
            f"{run.dag_id}, run {run.run_id}: the warehouse knows no fetch of this run. Clear the run from extract."
        )
    return fetch


def open_round(
    connection: Connection,
    run: RunInfo,
    registered: Registered,
    window: Window,
    choice: ManualChoice,
    now: datetime,
    *,
    restart: bool,
) -> int:
    """Write the row of a new round and return its id."""
    row = statements.run(
        connection,
        "fetch/open",
        sync_no=registered.sync_no,
        source_no=registered.source_no,
        list_id=registered.list_id,
        config_version=registered.config_version,
        dag_id=run.dag_id,
        run_id=run.run_id,
        run_type=run.run_type.value,
        push_choice=str(choice.push),
        now=now,
        window_start=window.start,
        window_end=window.end,
        first=window.first,
        moves_watermark=window.moves_watermark,
        restart=restart and not choice.preview,
        preview=choice.preview,
    )
    return int(row.scalar_one())


def hand_over(connection: Connection, fetch_id: int, registered: Registered, run: RunInfo) -> None:
    """Give a fetch that was opened under another name to the sync that is registered so, and to this run."""
    values = {"sync_no": registered.sync_no, "source_no": registered.source_no, "list_id": registered.list_id}
    values |= {"config_version": registered.config_version, "fetch_id": fetch_id}
    connection.execute(_HAND_OVER, {**values, "dag_id": run.dag_id, "run_id": run.run_id})


def begin_stage(connection: Connection, fetch: Fetch, stage: str) -> int:
    """Take the fetch over for a stage; returns the attempt that may write from now on."""
    return int(connection.execute(_BEGIN, {"fetch_id": fetch.fetch_id, "stage": stage}).scalar_one())


def hold_fence(connection: Connection, fetch_id: int, attempt: int) -> None:
    """Hold the row until the transaction ends. Raises Superseded if a newer attempt has taken the fetch over."""
    present = connection.execute(_FENCE, {"fetch_id": fetch_id}).scalar_one()
    if present != attempt:
        raise Superseded(
            f"fetch {fetch_id}: attempt {attempt} was overtaken by attempt {present}; this process writes nothing more."
        )


def seal(
    connection: Connection,
    fetch_id: int,
    *,
    rows: int,
    outside_window: int,
    proof: str,
    source_clock: datetime,
    sighted_rows: int | None = None,
    left_for_later: bool = False,
) -> None:
    """Close the staged batch: later stages compare what they find with this.

    sighted_rows: of records seen beside the batch, None if nobody looked. left_for_later: the fetch ends partial,
    because extract left some of its work for a later run; a warning says what.
    """
    values = {"rows": rows, "outside": outside_window, "proof": proof, "clock": source_clock, "fetch_id": fetch_id}
    connection.execute(_SEAL, {**values, "sighted": sighted_rows, "left": left_for_later})


def note_read(connection: Connection, fetch_id: int, how: HowRead) -> None:
    """Keep how the source was read."""
    values = asdict(how)
    values |= {"conditions_sent": list(how.conditions_sent) or None, "told_mapping": json.dumps(values["told_mapping"])}
    connection.execute(_HOW_READ, {**values, "fetch_id": fetch_id})


def add_warnings(connection: Connection, fetch_id: int, warnings: Sequence[str]) -> None:
    """Add warnings that the fetch does not have yet; a retried stage adds nothing twice."""
    connection.execute(_WARN, {"fetch_id": fetch_id, "warnings": list(warnings)})


def note_classified(connection: Connection, fetch_id: int, change_no: int) -> None:
    """Remember the organisation's change number that classification saw."""
    connection.execute(_CLASSIFIED, {"fetch_id": fetch_id, "change_no": change_no})


def note_touched(connection: Connection, fetch_id: int, rows: int) -> None:
    """Remember how many rows of contacts, memberships, links and suppressions the load changed."""
    connection.execute(_TOUCHED, {"fetch_id": fetch_id, "rows": rows})


def _fetch(row: Row[Any]) -> Fetch:
    values = dict(row._mapping)
    window = Window(
        values.pop("window_start"), values.pop("window_end"), values.pop("first"), values.pop("moves_watermark")
    )
    counts = {name: values.pop(name) for name in COUNTERS}
    return Fetch(
        **{**values, "warnings": tuple(values["warnings"])},
        window=window,
        counts={name: count for name, count in counts.items() if count is not None},
    )


_LOCK = text("SELECT FROM sync.fetch WHERE dag_id = :dag_id AND run_id = :run_id FOR UPDATE")
_HAND_OVER = text(
    "UPDATE sync.fetch SET sync_no = :sync_no, source_no = :source_no, list_id = :list_id, "
    "config_version = :config_version, dag_id = :dag_id, run_id = :run_id WHERE fetch_id = :fetch_id"
)
_BEGIN = text(
    "UPDATE sync.fetch SET attempt = attempt + 1, stage = :stage, "
    "warnings = CASE WHEN loaded_at IS NULL AND :stage = 'extract' THEN '{}' ELSE warnings END, "
    "status = CASE WHEN loaded_at IS NULL THEN 'running' ELSE status END, "
    "reason = CASE WHEN loaded_at IS NULL THEN NULL ELSE reason END, "
    "remedy = CASE WHEN loaded_at IS NULL THEN NULL ELSE remedy END, "
    "finished_at = CASE WHEN loaded_at IS NULL THEN NULL ELSE finished_at END "
    "WHERE fetch_id = :fetch_id RETURNING attempt"
)
_FENCE = text("SELECT attempt FROM sync.fetch WHERE fetch_id = :fetch_id FOR UPDATE")
_SEAL = text(
    "UPDATE sync.fetch SET staged_rows = :rows, outside_window = :outside, proof = :proof, source_clock = :clock, "
    "sighted_rows = :sighted, left_for_later = :left WHERE fetch_id = :fetch_id"
)
_HOW_READ = text(
    "UPDATE sync.fetch SET read_by = :read_by, conditions_sent = CAST(:conditions_sent AS integer[]), "
    "rows_returned = :returned, rows_kept = :kept, rows_contradicting = :contradicting, "
    "told_mapping = CAST(:told_mapping AS jsonb) WHERE fetch_id = :fetch_id"
)
_WARN = text(
    "UPDATE sync.fetch SET warnings = warnings || "
    "ARRAY(SELECT unnest(CAST(:warnings AS text[])) EXCEPT SELECT unnest(warnings)) WHERE fetch_id = :fetch_id"
)
_CLASSIFIED = text("UPDATE sync.fetch SET seen_change_no = :change_no WHERE fetch_id = :fetch_id")
_TOUCHED = text("UPDATE sync.fetch SET touched = :rows WHERE fetch_id = :fetch_id")
