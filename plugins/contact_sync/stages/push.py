"""push: people who opened or clicked a campaign sent to the list go to Recruit, as do campaigns and member statuses.

Carries out the switches whose list this sync feeds, of whichever account (PUSH-0). Off in backfills (PUSH-10), where
the form or the file says so, and once the sync is deleted (LIM-3). An overtaken attempt makes no further call. Nobody
is pushed with credentials of perhaps another account (ACC-4).
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache, partial

from sqlalchemy import Connection

from contact_sync.config.resolved import ResolvedSync
from contact_sync.config.resolved_push import ResolvedSwitch
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import CreditsExhausted, PushRejected, SyncSkipped
from contact_sync.stages.common import for_fetch, manifest, reread, settings_of
from contact_sync.stages.opening import look_at_credentials, stop_for_credentials
from contact_sync.stages.push_switch import carry_out
from contact_sync.stages.push_work import Tally, Work
from contact_sync.stages.statuses import carry_out_campaigns
from contact_sync.warehouse import accounts, fetch_ends, fetches, pushes, registry
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.fetches import Fetch
from contact_sync.warehouse.pushes import Writer
from contact_sync.zoho.recruit import RecruitClient

ClientFactory = Callable[[str, int], RecruitClient]
"""Makes the client of an account, by its name; its calls are booked on a fetch, by its id."""
CredentialsOf = Callable[[str], str | None]
"""The fingerprint of an account's credentials now, by its name; None if it is not known, and not compared then."""


def push(
    run: RunInfo,
    make_client: ClientFactory,
    warehouse: Warehouse,
    now: datetime,
    credentials_of: CredentialsOf = lambda account: None,
) -> Manifest:
    """Push what the loaded fetch's switches ask for.

    Raises PushRejected if Recruit answered and refused everybody it was asked for; people who were not sent because
    they lack a mandatory field are in the ledger and no failure. Raises Superseded if a newer attempt took over, and
    SyncSkipped if the account's credentials changed: then everybody is left for a run after the sync is activated.
    Yields to imports: without credits the rest is left for a later run, which judges it anew (LIM-5).
    """
    with warehouse.transaction() as connection:
        fetch = fetches.require(connection, run, lock=True)
        settings = settings_of(fetch)
        if not fetch.loaded or not wanted(fetch, settings) or registry.is_deleted(connection, fetch.sync_no):
            return manifest(fetch, "push", {"pushed": 0})
        stop = _stop(connection, fetch, settings, credentials_of, now)
        number = 0 if stop else fetches.begin_stage(connection, fetch, "push")
    if stop:
        raise stop
    work = Work(
        warehouse=for_fetch(warehouse, fetch, "push"),
        by=Writer(fetch_id=fetch.fetch_id),
        policies=settings.policies,
        now=now,
        make_client=lru_cache(maxsize=None)(lambda account: make_client(account, fetch.fetch_id)),
        fence=partial(fetches.hold_fence, fetch_id=fetch.fetch_id, attempt=number),
    )
    with work.writing() as connection:
        pushes.switch_off(connection, fetch.list_id, [_name(each) for each in settings.push_switches])
    tally = Tally()
    left = _carry_out_all(settings, fetch, work, tally, credentials_of)
    with work.writing() as connection:
        fetch_ends.note_pushed(connection, fetch.fetch_id)
        for why in left:
            fetch_ends.leave_for_later(connection, fetch.fetch_id, why)
        fetch_ends.degrade(connection, fetch.fetch_id, tally.complaints(settings.policies.push_reject_threshold))
    refuse_all_rejected(tally, f"{fetch.sync_id}, fetch {fetch.fetch_id}", "; the import itself is loaded and stays")
    return manifest(reread(warehouse, run), "push", tally.counts)


def wanted(fetch: Fetch, settings: ResolvedSync) -> bool:
    """Whether this run pushes: as the form says, else as the file says, but not in a backfill."""
    if fetch.push_choice == "as_configured":
        return settings.push and fetch.run_type != RunType.BACKFILL
    return fetch.push_choice == "on"


def refuse_all_rejected(tally: Tally, where: str, stays: str = "") -> None:
    """Raise PushRejected if everybody whom Recruit was asked for was refused (PUSH-9)."""
    if tally.refused and not tally.pushed:
        raise PushRejected(
            f"{where}: none of {tally.refused} people was taken by Recruit. "
            f"The reasons are in the push ledger (view sync.push_history){stays}."
        )


def credentials_in_doubt(
    connection: Connection, account: str, credentials: str | None, now: datetime, *, deactivate: bool
) -> bool:
    """Whether the account may be another one by now: its credentials changed, and nobody has activated its syncs since.

    deactivate: policy on_credential_change (ACC-4).
    """
    changed = credentials is not None and accounts.see(
        connection, account, credentials, deactivate=deactivate, now=now
    ).changed  # fmt: skip
    return deactivate and (changed or bool(registry.waiting(connection, account)))


def _carry_out_all(
    settings: ResolvedSync, fetch: Fetch, work: Work, tally: Tally, credentials_of: CredentialsOf
) -> list[str]:
    """Carry out the switches, clicked first, then campaigns; why some work is left for a later run."""
    left = []
    switches, campaigns, doubtful = list(settings.push_switches), list(settings.campaigns), set()
    deactivate = settings.policies.on_credential_change == "deactivate"
    accounts_of = {each.account for each in switches} | {each.account for each in campaigns}
    for account in sorted(accounts_of - {settings.account}):
        with work.writing() as connection:
            if credentials_in_doubt(connection, account, credentials_of(account), work.now, deactivate=deactivate):
                doubtful.add(account)
                left.append(f"Nobody was pushed to {account}: credentials_changed. {_ACTIVATE}")
    for account in sorted(accounts_of - doubtful):
        try:
            for switch in clicked_first(each for each in switches if each.account == account):
                carry_out(switch, fetch.list_id, work, tally)
            for asked in (each for each in campaigns if each.account == account):
                carry_out_campaigns(asked, fetch.list_id, work, tally)
        except CreditsExhausted as error:  # of this account: others have their own
            left.append(f"{error} A later run pushes those who are left.")
    return left


def clicked_first(switches: Iterable[ResolvedSwitch]) -> list[ResolvedSwitch]:
    """In the order in which they are carried out: clicked wins where both write one field in one push (PUSH-1)."""
    return sorted(switches, key=lambda each: (each.account, each.module, each.event, each.list_name))


def _name(switch: ResolvedSwitch) -> tuple[str, str, str]:
    return switch.account, switch.module, switch.event


def _stop(
    connection: Connection, fetch: Fetch, settings: ResolvedSync, credentials_of: CredentialsOf, now: datetime
) -> SyncSkipped | None:
    """Why nobody is to be pushed, which the history then says: the connection may lead to another account by now."""
    if not settings.push_switches and not settings.campaigns:
        return None
    look_at_credentials(connection, settings, credentials_of(settings.account), now)
    stop = stop_for_credentials(connection, settings, fetch)
    if stop:
        fetch_ends.leave_for_later(connection, fetch.fetch_id, f"Nobody was pushed: {stop}")
    return stop


_ACTIVATE = "Activate its syncs with: contact-sync activate"
