"""Where a sync stands, why, and what a person can do about it (LIM-1): activate, deactivate, delete, initiate.

Not a stage of a fetch. Nobody loses data by a state: the next fetch reads from the watermark. Refuses to activate what
is over: a period that has passed (RET-9), a source that was renamed for good (SRC-7), a deleted sync; and what has no
slot (LIM-2). A broken file is no state of the registry: such a sync does not run until it is mended, and then stands
where it stood (LIM-4).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import ConfigError, RefusedByRule
from contact_sync.stages import limits
from contact_sync.warehouse import acts, registry
from contact_sync.warehouse import limits as counted
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.registry import Registered, Registration

SourceProbe = Callable[[ResolvedSync], None]
"""Asks the account whether the source of a sync answers to its name; raises the error that says it does not."""

REMEDIES = {
    "by_hand": "Somebody deactivated it (who, when and why: sync.act), or its file was away so long that it counted as "
    "deleted, and came back. To let it run again: "
    "contact-sync activate {sync_id}",
    "completed": "It is a one-time sync and has run. To run it again over all data: contact-sync initiate {sync_id}",
    "credentials_changed": "The connection '{account}' holds other credentials than its syncs ran with. See that they "
    "lead to the right account: contact-sync doctor {account}, then activate this sync: contact-sync activate "
    "{sync_id}, or all that wait with it: contact-sync activate --account {account}",
    "period_over": "Its last day, active_until: {active_until}, has passed. To go on, change active_until in {file}, "
    "then: contact-sync activate {sync_id}",
    "deleted": "It was deleted (who, when and why: sync.act) and stays so while {file} is there: remove that file. "
    "Under another name it is a new sync, which knows the people again: contact-sync new. To go on with this one, put "
    "the file back once housekeeping has seen that it is gone; then: contact-sync activate {sync_id}",
}
USUAL = "Activate it, then run it again: contact-sync activate {sync_id}"
RENAMED = {
    "final": "Creator has no {module} any more, so this sync is over. Make a new one on the new name, which knows the "
    "people again as duplicates: contact-sync new {sync_id}_2 --account {account} --application … --report …",
    "revivable": "Creator has no {module} any more. Once that name answers again: contact-sync activate {sync_id}",
}


@dataclass(frozen=True, slots=True)
class Change:
    """What an act did to one sync. before: why it was inactive, or `new` if the registry did not know it.

    waits_until: its next run waits until then, because the places of the day are taken (LIM-2, next_day).
    """

    sync_id: str
    changed: bool
    state: str
    before: str | None
    waits_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What the registry learnt of a sync: all of it, a changed configuration, or nothing. stands: as in history."""

    sync_id: str
    learnt: Literal["new", "changed", "known"]
    stands: str


def remedy(reason: str, sync: ResolvedSync) -> str:
    """What a person can do about a sync that is inactive for this reason."""
    renamed = reason == "source_renamed"
    template = RENAMED[sync.policies.on_source_rename] if renamed else REMEDIES.get(reason, USUAL)
    return template.format(
        sync_id=sync.sync_id, account=sync.account, module=sync.module, file=sync.file, active_until=sync.active_until
    )


def is_over(sync: ResolvedSync, moment: datetime) -> bool:
    """Whether a moment lies after the last day of the sync, in its zone (RET-9)."""
    return sync.active_until is not None and moment.astimezone(sync.schedule.zone).date() > sync.active_until


def due_at(run: RunInfo) -> datetime:
    """The moment by which a run is judged: when it was due, however late it comes to work; of a backfill, now."""
    if run.run_type is RunType.BACKFILL:
        return run.started_at
    return (run.data_interval_end if run.run_type is RunType.SCHEDULED else None) or run.run_after


def registration(sync: ResolvedSync) -> Registration:
    """What the registry keeps of a sync (CFG-1)."""
    return Registration(
        sync_id=sync.sync_id,
        name=sync.name,
        account=sync.account,
        module=sync.module,
        list_name=sync.list_name,
        fingerprint=sync.fingerprint(),
        mapping_fingerprint=sync.mapping_fingerprint(),
        settings=sync.model_dump(mode="json"),
        slots=sync.policies.active_syncs,
    )


def register(warehouse: Warehouse, sync: ResolvedSync, now: datetime) -> Sight:
    """Write the configuration of a sync into the registry without a run (CFG-1); where it stands does not change."""
    with warehouse.transaction() as connection:
        known = registry.state(connection, sync.sync_id)
        seen = registry.register(connection, registration(sync), now, by="lint --register")
    changed: Literal["changed", "known"] = "changed" if seen.new_version else "known"
    return Sight(sync.sync_id, "new" if known is None else changed, seen.inactive_reason or seen.state)


def activate(
    warehouse: Warehouse, sync: ResolvedSync, who: str, reason: str | None, now: datetime, probe: SourceProbe
) -> Change:
    """Make a sync active, and register what its file says.

    Raises RefusedByRule if it is over or no slot is free, SyncSkipped if its first activation is past the limit of the
    day or month (LIM-2), and as `probe` does.
    """
    before = _before_revival(warehouse, sync, now, probe)
    refused: RefusedByRule | None = None
    with warehouse.transaction() as connection:
        registered = registry.register(connection, registration(sync), now)
        stands = registered.inactive_reason or registered.state
        if before == "new" and stands == "over_limit":
            limits.note_created(connection, sync, registered.sync_no, now)
            refused = _no_slot(connection, sync, now)  # registered all the same: slots go in that order
            change = Change(sync.sync_id, False, "inactive", "over_limit")
        elif stands in ("active", before):
            change = _activate(connection, sync, registered, before, who, reason, now)
        else:
            raise _refused(sync, stands)  # it became so while the source was asked
    if refused:
        raise refused
    return change


def _activate(
    connection: Connection,
    sync: ResolvedSync,
    registered: Registered,
    before: str | None,
    who: str,
    reason: str | None,
    now: datetime,
) -> Change:
    sync_no = registered.sync_no
    if before != "new" and not registry.activate(connection, [sync_no], who):
        return Change(sync.sync_id, False, "active", None)
    if limits.has_too_many(connection, sync, now):
        raise _no_slot(connection, sync, now)
    waits_until = None
    if not counted.was_initiated(connection, sync_no):
        waits_until = limits.claim_act(connection, sync, sync_no, "first_activation", now)
    acts.record(connection, "activate", who, reason=reason, sync_no=sync_no)
    return Change(sync.sync_id, True, "active", before, waits_until)


def activate_account(
    warehouse: Warehouse, account: str, who: str, reason: str | None, slots: int | None, now: datetime
) -> list[Change]:
    """Make every sync of an account active that waits because its credentials changed (ACC-4); others stay.

    slots: how many syncs may be active at a time, None for any number. They go in the order of first registration;
    those for which none is left wait on, and come back unchanged (LIM-2).
    """
    changes = []
    with warehouse.transaction() as connection:
        waiting = registry.waiting_of_account(connection, account)
        counted.hold(connection)
        free = len(waiting) if slots is None else max(0, slots - len(counted.holders(connection, now)))
        for sync_no, sync_id in waiting[:free]:
            registry.activate(connection, [sync_no], who, "credentials_changed")
            acts.record(connection, "activate", who, reason=reason, sync_no=sync_no)
            changes.append(Change(sync_id, True, "active", "credentials_changed"))
        changes += [Change(sync_id, False, "inactive", "credentials_changed") for _, sync_id in waiting[free:]]
    return changes


def deactivate(
    warehouse: Warehouse, sync_id: str, who: str, reason: str, now: datetime, configured: Callable[[], ResolvedSync]
) -> Change:
    """Make a sync inactive by hand. A reason that holds already stays.

    configured: reads the sync's file, asked for only if no run has registered the sync; may raise.
    """
    with warehouse.transaction() as connection:
        known, sync_no = _known_or_new(connection, sync_id, now, configured)
        changed = bool(registry.deactivate(connection, [sync_no], "by_hand", who))
        if changed:
            acts.record(connection, "deactivate", who, reason=reason, sync_no=sync_no)
    if changed or known is None:
        return Change(sync_id, changed, "inactive", None)
    return Change(sync_id, False, known.state, known.inactive_reason)


def delete(
    warehouse: Warehouse, sync_id: str, who: str, reason: str, now: datetime, configured: Callable[[], ResolvedSync]
) -> Change:
    """Delete a sync: it brings and pushes nothing more, a fetch under way included; what it brought stays (LIM-3).

    It stays deleted while its file is there. configured: as `deactivate` has it.
    """
    with warehouse.transaction() as connection:
        known, sync_no = _known_or_new(connection, sync_id, now, configured)
        changed = registry.delete(connection, sync_id, who)
        if changed:
            acts.record(connection, "delete", who, reason=reason, sync_no=sync_no)
    return Change(sync_id, changed, "deleted", known.inactive_reason if known else "new")


def _known_or_new(
    connection: Connection, sync_id: str, now: datetime, configured: Callable[[], ResolvedSync]
) -> tuple[registry.State | None, int]:
    """Where the registry knows the sync to stand, and its number; registered from its file if it is not known."""
    known = registry.state(connection, sync_id)
    if known is not None:
        return known, known.sync_no
    sync = configured()
    sync_no = registry.register(connection, registration(sync), now).sync_no
    limits.note_created(connection, sync, sync_no, now)
    return None, sync_no


def initiate(
    warehouse: Warehouse, sync: ResolvedSync, who: str, now: datetime, probe: SourceProbe, reason: str | None = None
) -> Change:
    """Make a sync active and let its next run read everything (RET-1, RET-10); it counts as an initiation (LIM-2).

    Raises as `activate` does, SyncSkipped past the limit of the day or month, and ConfigError for a sync that no run
    has registered.
    """
    before = _before_revival(warehouse, sync, now, probe)
    with warehouse.transaction() as connection:
        sync_no = registry.restart(connection, sync.sync_id, who)
        if sync_no is None:
            raise ConfigError(
                f"{sync.sync_id}: no run has registered this sync yet, so there is nothing to initiate again. Its "
                f"first run reads everything: airflow dags trigger {sync.sync_id}. Registered syncs: contact-sync "
                "history"
            )
        if before is not None and limits.has_too_many(connection, sync, now):
            raise _no_slot(connection, sync, now)
        waits_until = limits.claim_act(connection, sync, sync_no, "initiate", now)
        acts.record(connection, "initiate", who, reason=reason, sync_no=sync_no)
    return Change(sync.sync_id, True, "active", before, waits_until)


def _before_revival(warehouse: Warehouse, sync: ResolvedSync, now: datetime, probe: SourceProbe) -> str | None:
    """Why the sync is inactive, `new` if unknown, None if it is active. Raises for what must not be active again."""
    with warehouse.transaction() as connection:
        known = registry.state(connection, sync.sync_id)
        if known is not None and registry.see_file(connection, known.sync_no, now):
            known = registry.state(connection, sync.sync_id)
    stands = "new" if known is None else known.inactive_reason or known.state
    # A name that never answered was mistyped, not renamed: mended, it is activated once it answers.
    final = sync.policies.on_source_rename == "final" and known is not None and known.has_read
    if stands == "deleted" or (stands == "source_renamed" and final):
        raise _refused(sync, stands)
    if is_over(sync, now):
        raise _refused(sync, "period_over")
    if stands == "source_renamed":
        probe(sync)
    return None if stands == "active" else stands


def _refused(sync: ResolvedSync, reason: str) -> RefusedByRule:
    return RefusedByRule(f"{sync.sync_id} cannot be activated, {reason}: {remedy(reason, sync)}")


def _no_slot(connection: Connection, sync: ResolvedSync, now: datetime) -> RefusedByRule:
    told = limits.slot_remedy(connection, sync, now)
    return RefusedByRule(f"{sync.sync_id} cannot be activated, over_limit: {told}")
