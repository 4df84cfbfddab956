"""load: the fetch comes true in one transaction: contacts, memberships, links, ledger, counters, watermark.

Takes the organisation first. If anything changed since classify looked, the records are decided again under the lock,
so an unsubscribe in between wins. Only the present attempt of a fetch commits; loading a loaded fetch does nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.core.window import next_watermark
from contact_sync.errors import FetchUnbalanced
from contact_sync.stages import removing
from contact_sync.stages.common import begin, for_fetch, manifest, reread, settings_of
from contact_sync.stages.plan_pushes import to_recruit, told_of_pushes
from contact_sync.stages.removing import Removed
from contact_sync.warehouse import (
    events,
    fetch_ends,
    fetches,
    organisation,
    owners,
    registry,
    staging,
    statements,
    watermarks,
)
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.fetches import Fetch
from contact_sync.warehouse.rehearsal import Rehearsal


def load(run: RunInfo, warehouse: Warehouse) -> Manifest:
    """Apply the fetch; the manifest of a preview has the credits that it spent, too.

    Raises StagingLost, Superseded, FetchUnbalanced; then nothing is written.
    """
    fetch, attempt = begin(run, warehouse, "load")
    if not fetch.closed:
        warehouse = for_fetch(warehouse, fetch, "load")
        settings = settings_of(fetch)
        with warehouse.transaction() as connection:
            change_no = organisation.lock(connection)
            fetches.hold_fence(connection, fetch.fetch_id, attempt)
            if fetch.preview:
                show(Rehearsal(warehouse.engine, warehouse.keys, connection), fetch, settings, change_no)
            else:
                done = carry_out(connection, fetch, settings, change_no)
                finish(connection, fetch, settings, done.counts, status_of(done.left, done.warnings))
    loaded = reread(warehouse, run)
    if not loaded.preview:
        return manifest(loaded, "load")
    with warehouse.transaction() as connection:
        return manifest(loaded, "load", loaded.counts | {"credits": fetch_ends.credits_of(connection, fetch.fetch_id)})


@dataclass(frozen=True, slots=True)
class Done:
    """What a load has written. warnings: all of the fetch. left: how much in-scope work is left to others."""

    counts: dict[str, int]
    removed: Removed
    warnings: tuple[str, ...]
    left: int


def carry_out(connection: Connection, fetch: Fetch, settings: ResolvedSync, change_no: int) -> Done:
    """Decide, check the balance, write. change_no: the organisation's, whose lock is held. Raises FetchUnbalanced."""
    suppressed = decide_again_if_changed(connection, fetch, change_no)
    counts = balanced(fetch, dict(statements.run(connection, "fetch/counts").mappings().one()))
    left, removed = apply(connection, fetch, settings, suppressed)
    return Done(counts | of_removals(removed), removed, tell_unfilled(connection, fetch), left + removed.pending)


def decide_again_if_changed(connection: Connection, fetch: Fetch, change_no: int) -> int:
    """Bind the batch; classify it under the lock unless what classify saw is what is there.

    Who unsubscribed while the policy says that this holds everywhere is suppressed before (ADV-3); returns how many.
    """
    staging.bind(connection, fetch)
    suppressed = statements.run(connection, "option/unsubscribed_org").rowcount
    if suppressed or change_no != fetch.seen_change_no or not staging.is_classified(connection, fetch):
        staging.classify(connection, fetch)
    staging.decide_removals(connection, fetch)
    return suppressed


def balanced(fetch: Fetch, counts: dict[str, int]) -> dict[str, int]:
    """The counts, if they add up: read = total + out_of_scope, total = new + re_added + duplicate + ignored."""
    duplicate = counts["duplicate_in_list"] + counts["duplicate_other_list"] + counts["duplicate_no_list"]
    total = counts["new"] + counts["re_added"] + duplicate + counts["ignored"]
    if (counts["read"], counts["total"]) != (fetch.staged_rows, total) or (
        counts["read"] != counts["total"] + counts["out_of_scope"]
    ):
        raise FetchUnbalanced(
            f"fetch {fetch.fetch_id} of {fetch.sync_id} does not balance: staged {fetch.staged_rows}, {counts}. "
            "Nothing was written. This is a defect: please report it with this line."
        )
    return counts


def show(rehearsal: Rehearsal, fetch: Fetch, settings: ResolvedSync, change_no: int) -> None:
    """A preview ends here (RET-6, OPS-2): loaded as any other fetch and judged for the push, all of it taken back.

    What stays is its row in the history, with its counters and what it has to tell; what it staged goes.
    """
    with rehearsal.undone() as connection:
        done = carry_out(connection, fetch, settings, change_no)
        reasons = fetch_ends.reasons_of(connection, fetch.fetch_id)
        sent = to_recruit(rehearsal, fetch, settings, fetch.started_at)
    connection = rehearsal.connection
    staging.drop(connection, fetch.fetch_id)
    fetches.add_warnings(connection, fetch.fetch_id, [*done.warnings, *told_of_pushes(sent)])
    fetch_ends.close_preview(connection, fetch.fetch_id, {**done.counts, "pushed": sent.people}, reasons)


def of_removals(removed: Removed) -> dict[str, int]:
    """The counters of what options ended."""
    return {"removed": removed.applied, "pending_removals": removed.pending, "deleted": removed.deleted}


def apply(connection: Connection, fetch: Fetch, settings: ResolvedSync, suppressed: int) -> tuple[int, Removed]:
    """Write what the outcomes say, then what options end; raise the organisation's number if anything changed that
    outcomes depend on.

    suppressed: people whom this load has suppressed already. Returns how many records of the sync the plan limit keeps
    waiting by now, and what became of the removals.
    """
    owners.know_contested(connection)
    names = [name for name in statements.LOAD_ORDER if fetch.sighted_rows or name not in statements.OF_SIGHTINGS]
    written = {name: statements.run(connection, name).rowcount for name in names}
    touched = {name: rows for name, rows in written.items() if name not in statements.NO_CHANGE}
    statements.run(connection, "load/100_ledger")
    statements.run(connection, "fetch/reasons")
    statements.run(connection, "withheld/release")
    statements.run(connection, "withheld/keep")
    waiting = int(statements.run(connection, "withheld/waiting").scalar_one())
    # what people did before they were here, such as to unsubscribe, holds from the moment they are (CAMP-1, OUT-11)
    settled = events.settle_waiting(connection, settings.policies.unsubscribe_scope)
    removed = removing.remove(connection, fetch, settings)
    rows = sum(touched.values()) + suppressed + settled + removed.rows
    fetches.note_touched(connection, fetch.fetch_id, rows)
    if rows or any(written[name] for name in names if name in statements.DECIDING):
        organisation.note_change(connection)
    return waiting, removed


def tell_unfilled(connection: Connection, fetch: Fetch) -> tuple[str, ...]:
    """All warnings of the fetch, with one more if new contact fields stay empty for people it did not read (MAP-4)."""
    found = statements.run(connection, "fetch/unfilled").one_or_none()
    if found is None or not found.contacts:
        return fetch.warnings
    lacking = "1 person of the list lacks" if found.contacts == 1 else f"{found.contacts} people of the list lack"
    warning = (
        f"The mapping has new contact fields ({', '.join(found.fields)}). {lacking} them, because this fetch did not "
        f"read their records. Read all again with: contact-sync initiate {fetch.sync_id}"
    )
    fetches.add_warnings(connection, fetch.fetch_id, [warning])
    return (*fetch.warnings, warning)


def status_of(left: int, warnings: Sequence[str]) -> str:
    """partial: some in-scope work is left to a later fetch or a person; degraded: all done, with warnings.

    Partial wins (OPS-1).
    """
    if left:
        return "partial"
    return "degraded" if warnings else "succeeded"


def finish(connection: Connection, fetch: Fetch, settings: ResolvedSync, counts: dict[str, int], status: str) -> None:
    """Counters, status, watermark and the state of the sync."""
    organisation.set_soft_bounces(connection, settings.policies.soft_bounces)
    fetch_ends.close_loaded(connection, fetch.fetch_id, counts, status)
    if fetch.window.moves_watermark and fetch.source_clock is not None:
        fingerprint = settings.source_fingerprint()
        current = watermarks.reached(connection, fetch.sync_no, fingerprint)
        value = next_watermark(fetch.window.end, fetch.source_clock, current)
        watermarks.move(connection, fetch.sync_no, value, fingerprint, fetch.fetch_id)
    if fetch.restart:
        registry.finish_restart(connection, fetch.sync_no)
    if has_run_once(fetch, settings):
        registry.complete(connection, fetch.sync_no)


def has_run_once(fetch: Fetch, settings: ResolvedSync) -> bool:
    """Whether this was the run of a one-time sync (RET-1): not one by hand before its time, or over less than all."""
    if settings.schedule.frequency != "once":
        return False
    due = settings.schedule.once_at()
    return fetch.window.moves_watermark and (due is None or fetch.window.end >= due)
