"""Acts of `contact_sync_admin` on syncs: the functions behind the command line, and one sentence on what came of it.

Nothing is decided here a second time. Sentences name people by contact id; they end in the note of the run.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from contact_sync.config.base import close_match
from contact_sync.config.loader import load_organisation
from contact_sync.core.admin import Act
from contact_sync.core.ceilings import Work
from contact_sync.errors import ConfigError
from contact_sync.operators.admin_desk import Desk, count, numbers
from contact_sync.operators.allowances import allowances
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.config.resolved import ResolvedSync
    from contact_sync.stages.options import Application
    from contact_sync.stages.states import Change


def activate(desk: Desk) -> str:
    """One sync, or all of an account that wait because its credentials changed (LIM-1, ACC-4)."""
    from contact_sync.stages import states

    if desk.request.account is not None:
        return _account(desk, desk.request.account)
    now = datetime.now(UTC)
    change = states.activate(desk.warehouse, desk.configured(), desk.who, desk.request.reason, now, _probe(desk))
    if not change.changed:
        return f"'{desk.sync_id}' is active already."
    return f"'{desk.sync_id}' is active (it was {_was(change)}).{_waits(change)}"


def _account(desk: Desk, account: str) -> str:
    from contact_sync.stages import states

    organisation = load_organisation(include_folder())
    if account not in organisation.accounts:
        close = close_match(account, organisation.accounts)
        hint = f" Did you mean '{close}'?" if close else ""
        allowed = ", ".join(organisation.accounts)
        raise ConfigError(f"'{account}' is not an account of organisation.yaml. Allowed: {allowed}.{hint}")
    slots, now = organisation.policies.active_syncs, datetime.now(UTC)
    changes = states.activate_account(desk.warehouse, account, desk.who, desk.request.reason, slots, now)
    if not changes:
        return f"No sync of '{account}' is inactive because of changed credentials."
    active = ", ".join(change.sync_id for change in changes if change.changed) or "none"
    left = ", ".join(change.sync_id for change in changes if not change.changed)
    return f"Active: {active}." + (f" Still inactive, for no slot is free (LIM-2): {left}." if left else "")


def deactivate(desk: Desk) -> str:
    """Its runs are skipped from now on (LIM-1)."""
    from contact_sync.stages import states

    request = desk.request
    change = states.deactivate(
        desk.warehouse, desk.sync_id, desk.who, request.reason, datetime.now(UTC), desk.configured
    )
    if change.changed:
        return f"'{desk.sync_id}' is inactive: its runs are skipped, what it brought stays."
    return f"'{desk.sync_id}' is {change.state} already: {change.before or 'its data stays as it is'}."


def initiate(desk: Desk) -> str:
    """Its next run reads everything (RET-10)."""
    from contact_sync.stages import states

    change = states.initiate(
        desk.warehouse, desk.configured(), desk.who, datetime.now(UTC), _probe(desk), desk.request.reason
    )
    return f"The next run of '{desk.sync_id}' reads all data of its source again. Trigger it.{_waits(change)}"


def delete(desk: Desk) -> str:
    """It brings and pushes nothing more (LIM-3)."""
    from contact_sync.stages import states

    request = desk.request
    change = states.delete(desk.warehouse, desk.sync_id, desk.who, request.reason, datetime.now(UTC), desk.configured)
    if not change.changed:
        return f"'{desk.sync_id}' is deleted already."
    return f"'{desk.sync_id}' is deleted: its runs are skipped, what it brought stays. Remove its file, too."


def preview_options(desk: Desk) -> str:
    """Who would leave if today's options held for older pairs; writes nothing (ADV-6)."""
    from contact_sync.stages import options

    return _applied(options.preview(desk.warehouse, desk.configured()), did=False)


def apply_options(desk: Desk) -> str:
    """Let today's options hold for older pairs (ADV-6)."""
    from contact_sync.stages import options

    return _applied(options.apply(desk.warehouse, desk.configured(), desk.request.reason, desk.who), did=True)


def _applied(found: "Application", *, did: bool) -> str:
    if not found.pairs:
        return f"Every pair of '{found.sync_id}' is bound to the options of today already."
    parts = [
        f"{number:,} {reason} out of the {reach}: "
        f"{numbers([each.contact_id for each in found.people if (each.reason, each.reach) == (reason, reach)])}"
        for (reason, reach), number in found.by_reason.items()
    ]
    people = f"{count(len(found.people), 'person', 'people')} {'left' if did else 'would leave'}"
    told = f"{people}, {count(found.memberships, 'membership', 'memberships')} of '{found.list_name}'"
    bound = f"{count(found.pairs, 'pair', 'pairs')} of '{found.sync_id}'"
    number = f" This is act {found.act_id}: to take it back, undo that number." if did else " Nothing was written."
    return f"{bound} {'bound' if did else 'to be bound'} to the options of today; {'; '.join([told, *parts])}.{number}"


def undo_options(desk: Desk) -> str:
    """Take an act back that applied options (ADV-6)."""
    from contact_sync.stages import options

    act_id = desk.request.number or 0
    done = options.undo(desk.warehouse, desk.sync_id, act_id, desk.request.reason, desk.who)
    if done.undone_by is not None:
        return f"Act {act_id} was undone already, by act {done.undone_by}."
    left = "".join(f" {number:,} stay out: {options.LEFT_BECAUSE[why]}." for why, number in sorted(done.left.items()))
    back = f"{count(len(done.back), 'person is', 'people are')} back"
    return f"Act {act_id} is undone (act {done.act_id}): {back}, {done.pairs:,} pairs are bound as before.{left}"


def answer(desk: Desk) -> str:
    """Approve or withhold the removals of a sync that wait (ADV-8)."""
    from contact_sync.stages import approving
    from contact_sync.warehouse import registry

    with desk.warehouse.transaction() as connection:
        known = registry.state(connection, desk.sync_id)
    if known is None:
        desk.configured()
    answer = approving.approve if desk.request.act is Act.APPROVE else approving.withhold
    done = answer(desk.warehouse, desk.sync_id, desk.who, desk.request.reason, desk.request.number)
    return f"{desk.sync_id}: {done.told}"


def _probe(desk: Desk) -> "Callable[[ResolvedSync], None]":
    from contact_sync.hooks.sources import ask_report

    return lambda sync: ask_report(sync.account, sync.report, desk.warehouse, allowances(Work.IMPORT)(sync.account))


def _was(change: "Change") -> str:
    return "not registered yet" if change.before == "new" else f"inactive: {change.before}"


def _waits(change: "Change") -> str:
    if change.waits_until is None:
        return ""
    return f" Today's places are taken (LIM-2): a run before {change.waits_until:%Y-%m-%d %H:%M} UTC waits until then."
