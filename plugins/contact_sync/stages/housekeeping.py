"""housekeeping: what is kept only for a time goes when its time is over; the ledger's months are made ahead (OPS-11).

Syncs whose file was removed are deleted a day later (LIM-3); a push switch that is in no file any more is off (PUSH-7).
Not a stage of a fetch: it runs by the clock, or by hand. Killed at any point it is simply run again. A step that cannot
have its lock, or fails otherwise, does not keep the others from their work; the error is told at the end.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from contact_sync.config.loader import read_organisation, sync_ids
from contact_sync.config.organisation import Retention
from contact_sync.errors import ConfigError, ContactSyncError, Permanent, Unavailable, WarehouseRefused
from contact_sync.paths import include_folder
from contact_sync.warehouse import pushes, retention, standings
from contact_sync.warehouse.database import Warehouse

CALLS_KEPT = timedelta(days=90)
"""How long single calls to Zoho and token requests are kept; their sums stay."""


class Step(NamedTuple):
    """One step: what it counts, and what does it."""

    counts: str
    work: Callable[[Warehouse, datetime], int]
    moment: datetime


def housekeeping(warehouse: Warehouse, kept: Retention, now: datetime) -> dict[str, int]:
    """Every step once; what each did, by name.

    Raises Unavailable (or WarehouseRefused, if a right is missing) when all steps have had their turn and some failed.
    """
    warehouse = warehouse.named("contact-sync housekeeping")
    done: dict[str, int] = {}
    failed: list[tuple[str, ContactSyncError]] = []
    for step in steps(kept, now):
        try:
            done[step.counts] = step.work(warehouse, step.moment)
        except ContactSyncError as error:
            failed.append((step.counts, error))
    if failed:
        told = "; ".join(f"{name}: {error}" for name, error in failed)
        kind = WarehouseRefused if any(isinstance(error, Permanent) for _, error in failed) else Unavailable
        raise kind(f"Housekeeping did not come to its end; run again it goes on from here. {told}")
    return done


def steps(kept: Retention, now: datetime) -> tuple[Step, ...]:
    """What is to be done, with the moment before which things go; the first makes what is needed next."""
    ledger = months_before(now, kept.ledger_months)
    return (
        Step("ledger_months_made", retention.make_ledger_months, now),
        Step("staging_dropped", retention.drop_staging, now - timedelta(days=kept.staging_days)),
        Step("raw_values_blanked", retention.blank_raw_values, now - timedelta(days=kept.raw_value_days)),
        Step(
            "events_set_aside_deleted",
            partial(retention.delete_set_aside, waiting_before=ledger),
            now - timedelta(days=kept.raw_value_days),
        ),
        Step("ledger_months_dropped", retention.drop_ledger_months, ledger),
        Step("ledger_rows_deleted", retention.delete_ledger_rows, ledger),
        Step("former_values_deleted", retention.delete_field_changes, ledger),
        Step("reservations_settled", retention.settle_reservations, now),
        Step("calls_summed_up", retention.sum_up_calls, now - CALLS_KEPT),
        Step("token_requests_deleted", retention.delete_token_requests, now - CALLS_KEPT),
        Step("syncs_deleted", follow_files, now),
        Step("switches_turned_off", follow_switches, now),
    )


def follow_files(warehouse: Warehouse, now: datetime) -> int:
    """Note which syncs have no file any more, and delete those that have had none for a day; how many (LIM-3).

    Raises ConfigError if the files cannot be listed: a folder that is away for a moment deletes nobody.
    """
    folder = include_folder()
    try:
        files = sync_ids(folder)
    except OSError as error:
        raise ConfigError(
            f"{folder.name}/syncs cannot be read: {error.strerror}. No sync is noted as missing."
        ) from None
    return standings.follow_files(warehouse, set(files), now)


def follow_switches(warehouse: Warehouse, now: datetime) -> int:
    """Turn push switches off that organisation.yaml does not have any more; how many (PUSH-7).

    One that comes back then looks back anew. While the file is broken nobody knows which it has.
    """
    organisation, _ = read_organisation(include_folder())
    if organisation is None:
        return 0
    named = [
        (account, module, response, switch.list_name)
        for account, profile in organisation.accounts.items()
        for module, response, switch in profile.push.switches()
    ]
    with warehouse.transaction() as connection:
        return pushes.switch_off_others(connection, named)


def months_before(now: datetime, months: int) -> datetime:
    """The same day and time so many months ago; the last day of a shorter month."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    return now.replace(year=year, month=month + 1, day=min(now.day, last))
