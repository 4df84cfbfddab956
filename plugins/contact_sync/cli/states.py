"""`contact-sync activate` and `deactivate`: whether a sync's runs do anything, and back (LIM-1, ACC-4).

Both are kept with who, when and why. Neither touches Airflow's pause switch, and no data is lost by them.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from contact_sync.cli.arguments import AsOutput, Output, Reason, Sync, account_names, given_reason, sync_names
from contact_sync.cli.console import PROBLEMS_FOUND, SKIPPED, UsageMistake, say, say_json
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.config.resolved import ResolvedSync
    from contact_sync.stages.states import Change


def activate(
    sync_id: Annotated[
        str | None, typer.Argument(metavar="[SYNC]", help="Id of the sync.", autocompletion=sync_names)
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            "--account", help="All syncs of this account whose credentials changed.", autocompletion=account_names
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, for the record.")] = None,
    output: AsOutput = Output.TEXT,
) -> None:
    """Let the runs of a sync work again; they go on where the last fetch stopped."""
    from contact_sync.cli.connections import ask_source, open_warehouse_at_hand, person, secrets_at_hand

    if (sync_id is None) == (account is None):
        raise UsageMistake("say what: either SYNC or --account ACCOUNT, not both.")
    why = (reason or "").strip() or None
    if account is not None:
        from contact_sync.cli.find import find_account
        from contact_sync.config.loader import load_organisation

        find_account(account, include_folder())
        slots = load_organisation(include_folder()).policies.active_syncs
        from contact_sync.stages.states import activate_account

        changes = activate_account(open_warehouse_at_hand(), account, person(), why, slots, datetime.now(UTC))
        _tell_account(account, changes) if output is Output.TEXT else say_json([_row(change) for change in changes])
        changed = [change.changed for change in changes]
        if not all(changed):
            raise typer.Exit(PROBLEMS_FOUND if any(changed) else SKIPPED)
        return
    sync = _configured(sync_id or "")
    warehouse = open_warehouse_at_hand()
    from contact_sync.stages.states import activate as activate_one

    change = activate_one(
        warehouse, sync, person(), why, datetime.now(UTC), lambda each: ask_source(each, secrets_at_hand(warehouse))
    )
    _tell_activated(sync, change) if output is Output.TEXT else say_json([_row(change)])


def deactivate(
    sync_id: Sync,
    reason: Reason,
    output: AsOutput = Output.TEXT,
) -> None:
    """Let the runs of a sync do nothing, until it is activated; what it has brought stays."""
    from contact_sync.cli.connections import open_warehouse_at_hand, person
    from contact_sync.cli.find import find_sync

    why = given_reason(reason)
    warehouse = open_warehouse_at_hand()
    from contact_sync.stages.states import deactivate as deactivate_one

    # Its file is read only if no run has registered it: a sync whose file is broken can be deactivated, too.
    change = deactivate_one(
        warehouse, sync_id, person(), why, datetime.now(UTC), lambda: find_sync(sync_id, include_folder())
    )
    if output is Output.JSON:
        say_json([_row(change)])
    elif change.changed:
        say(f"'{sync_id}' is inactive from now on: its runs are skipped. A fetch under way goes on to its end.")
        say(f"Its contacts and lists stay as they are. Let it run again with: contact-sync activate {sync_id}")
    else:
        say(f"'{sync_id}' is {change.state} already: {change.before or 'its data stays as it is'}.")


def _configured(sync_id: str) -> "ResolvedSync":
    """The sync of a good file. Of a broken one it says that it needs no activation, only mending (LIM-4)."""
    from contact_sync.cli.find import find_sync

    try:
        return find_sync(sync_id, include_folder())
    except UsageMistake:
        raise
    except ConfigError as broken:
        raise ConfigError(
            f"{broken}\nUntil its file is mended '{sync_id}' does not run (configuration_error); then it stands where "
            "it stood before."
        ) from None


def _tell_activated(sync: "ResolvedSync", change: "Change") -> None:
    if not change.changed:
        say(f"'{sync.sync_id}' is active already.")
        return
    was = "it was not registered yet" if change.before == "new" else f"it was inactive: {change.before}"
    say(f"'{sync.sync_id}' is active ({was}). Its next fetch goes on where the last one stopped.")
    if sync.schedule.frequency == "once":
        say(f"A one-time sync runs when it is triggered: airflow dags trigger {sync.sync_id}")
    else:
        say(f"It runs {sync.schedule.in_words()}. A paused DAG does not run: unpause it first.")
    if change.waits_until is not None:
        say(waiting(sync, change.waits_until))


def waiting(sync: "ResolvedSync", until: datetime) -> str:
    """That the next run waits, because the places of the day are taken (LIM-2)."""
    from contact_sync.cli.console import clock

    zone = ZoneInfo(sync.organisation_timezone)
    moment = f"{clock(until, zone)} ({sync.organisation_timezone})"
    return f"The places of today are taken (LIM-2): a run that comes before {moment} waits until then."


def _tell_account(account: str, changes: "list[Change]") -> None:
    if not changes:
        say(f"No sync of '{account}' is inactive because of changed credentials.")
        return
    for change in changes:
        if change.changed:
            say(f"'{change.sync_id}' is active (it was inactive: {change.before}).")
        else:
            say(f"'{change.sync_id}' stays inactive, {change.before}: no slot is free (LIM-2, active_syncs).")
    if not all(change.changed for change in changes):
        say("Deactivate or delete a sync that is not needed, then repeat the command. See: contact-sync list --limits")
    elif changes:
        say("Their next fetches go on where the last ones stopped.")


def _row(change: "Change") -> dict[str, object]:
    return {"sync": change.sync_id, "changed": change.changed, "state": change.state, "before": change.before}
