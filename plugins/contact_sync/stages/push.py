"""push: people who opened a campaign sent to the list go to Recruit as candidates with their member status.

Carries out the switches of the fetch's account whose list this sync feeds (PUSH-0). Off in backfills (PUSH-10), where
the form or the file says so, and once the sync is deleted (LIM-3). Answers are written after each call and never sent
for again; a call whose answers were lost is repeated, and updates by e-mail instead of duplicating. An overtaken
attempt makes no further call. Nobody is pushed with credentials of perhaps another account (ACC-4).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from contact_sync.config.resolved import ResolvedSwitch, ResolvedSync
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import CreditsExhausted, PermissionMissing, PushRejected, SyncSkipped
from contact_sync.stages.common import for_fetch, manifest, reread, settings_of
from contact_sync.stages.opening import look_at_credentials, stop_for_credentials
from contact_sync.warehouse import fetch_ends, fetches, pushes, registry
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.fetches import Fetch
from contact_sync.warehouse.pushes import Person, Switch, Verdict
from contact_sync.zoho.recruit import MOST_RECORDS_A_WRITE, RecruitClient, UpsertAnswer

ClientFactory = Callable[[str, int], RecruitClient]
"""Makes the client of an account, by its name; its calls are booked on a fetch, by its id."""
CredentialsOf = Callable[[str], str | None]
"""The fingerprint of an account's credentials now, by its name; None if it is not known, and not compared then."""
MANDATORY = ("First_Name", "Last_Name", "Email")
"""What a pushed candidate must have (PUSH-2)."""
MEMBER_STATUS = "Opened"
REASONS = {
    "MANDATORY_NOT_FOUND": "missing_mandatory",
    "INVALID_DATA": "invalid_value",
    "NO_PERMISSION": "no_permission_record",
}
"""Recruit's codes that have a reason of their own; all others are rejected_by_recruit (PUSH-4)."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at the push task of a fetch, and what it works with."""

    fetch: Fetch
    number: int
    settings: ResolvedSync
    warehouse: Warehouse
    make_client: ClientFactory
    now: datetime

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction of this attempt. Raises Superseded if a newer one has taken the fetch over."""
        with self.warehouse.transaction() as connection:
            fetches.hold_fence(connection, self.fetch.fetch_id, self.number)
            yield connection

    def check(self) -> None:
        """Raise Superseded if a newer attempt has taken the fetch over."""
        with self.writing():
            pass


@dataclass(slots=True)
class Tally:
    """People whom Recruit took and refused, and those who were not sent because they lack a mandatory field."""

    pushed: int = 0
    refused: int = 0
    lacking: int = 0


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
    attempt = Attempt(fetch, number, settings, for_fetch(warehouse, fetch, "push"), make_client, now)
    tally = Tally()
    exhausted: CreditsExhausted | None = None
    try:
        for switch in settings.push_switches:
            _carry_out(switch, attempt, tally)
    except CreditsExhausted as error:
        exhausted = error
    with attempt.writing() as connection:
        fetch_ends.note_pushed(connection, fetch.fetch_id)
        if exhausted is not None:
            fetch_ends.leave_for_later(
                connection, fetch.fetch_id, f"{exhausted} A later run pushes those who are left."
            )
        fetch_ends.degrade(connection, fetch.fetch_id, _warnings(tally, settings.policies.push_reject_threshold))
    if tally.refused and not tally.pushed:
        raise PushRejected(
            f"{fetch.sync_id}, fetch {fetch.fetch_id}: none of {tally.refused} people was taken by Recruit. "
            "The reasons are in the push ledger (sync.push_ledger); the import itself is loaded and stays."
        )
    counts = {"pushed": tally.pushed, "not_pushed": tally.refused + tally.lacking}
    return manifest(reread(warehouse, run), "push", counts)


def wanted(fetch: Fetch, settings: ResolvedSync) -> bool:
    """Whether this run pushes: as the form says, else as the file says, but not in a backfill."""
    if fetch.push_choice == "as_configured":
        return settings.push and fetch.run_type != RunType.BACKFILL
    return fetch.push_choice == "on"


def _stop(
    connection: Connection, fetch: Fetch, settings: ResolvedSync, credentials_of: CredentialsOf, now: datetime
) -> SyncSkipped | None:
    """Why nobody is to be pushed, which the history then says: the connection may lead to another account by now."""
    if not settings.push_switches:
        return None
    look_at_credentials(connection, settings, credentials_of(settings.account), now)
    stop = stop_for_credentials(connection, settings, fetch)
    if stop:
        fetch_ends.leave_for_later(connection, fetch.fetch_id, f"Nobody was pushed: {stop}")
    return stop


def _carry_out(asked: ResolvedSwitch, attempt: Attempt, tally: Tally) -> None:
    """One switch: judged in a short transaction, sent call by call, each with its answers written at once."""
    fetch = attempt.fetch
    with attempt.writing() as connection:
        switch = pushes.register(
            connection,
            asked.account,
            asked.module,
            asked.event,
            fetch.list_id,
            enabled=asked.enabled,
            now=attempt.now,
        )
    if not switch.enabled:
        return
    with pushes.hold(attempt.warehouse, switch) as keeper:
        complete, arrived_until = _judge(asked, switch, attempt, tally)
        client = attempt.make_client(asked.account, fetch.fetch_id)
        for first in range(0, len(complete), MOST_RECORDS_A_WRITE):
            pushes.still_held(keeper)
            attempt.check()
            verdicts = _send(complete[first : first + MOST_RECORDS_A_WRITE], asked, client)
            # without asking whether we were overtaken meanwhile: what Recruit has answered is not to be lost
            with attempt.warehouse.transaction() as connection:
                pushes.write(connection, switch, fetch.fetch_id, verdicts)
            refused = sum(verdict.outcome == "not_pushed" for verdict in verdicts)
            tally.refused += refused
            tally.pushed += len(verdicts) - refused
        with attempt.writing() as connection:
            pushes.advance(connection, switch, arrived_until)


def _judge(
    asked: ResolvedSwitch, switch: Switch, attempt: Attempt, tally: Tally
) -> tuple[list[tuple[Person, dict[str, Any]]], datetime]:
    """Judge, write who is not sent, and return who is, with their records, and how far the responses were seen."""
    policies = attempt.settings.policies
    fetch_id = attempt.fetch.fetch_id
    with attempt.warehouse.transaction() as connection:
        switch = pushes.reread(connection, switch)
        arrived_until = pushes.newest_arrival(connection)
        look_back = timedelta(days=policies.push_lookback_days)
        people = pushes.judge(connection, switch, look_back, policies.push_suppressed)
        records = [(person, record_of(person, asked)) for person in people]
        lacking = [
            Verdict(person.contact_id, person.response_id, "not_pushed", "missing_mandatory", field)
            for person, record in records
            if (field := lacks(record))
        ]
        pushes.write_not_pushed(connection, switch, fetch_id)
        pushes.write(connection, switch, fetch_id, lacking)
        fetches.hold_fence(connection, fetch_id, attempt.number)
    tally.lacking += len(lacking)
    return [(person, record) for person, record in records if not lacks(record)], arrived_until


def _send(
    people: Sequence[tuple[Person, dict[str, Any]]], asked: ResolvedSwitch, client: RecruitClient
) -> list[Verdict]:
    """One call for up to 100 people, and Recruit's verdicts."""
    try:
        answers = client.upsert(asked.module, [record for _, record in people], ["Email"])
    except PermissionMissing:
        return [
            Verdict(person.contact_id, person.response_id, "not_pushed", "no_permission_account")
            for person, _ in people
        ]
    return [verdict_of(person, answer) for (person, _), answer in zip(people, answers, strict=True)]


def lacks(record: Mapping[str, Any]) -> str | None:
    """The first mandatory field that a record lacks (PUSH-2)."""
    return next((name for name in MANDATORY if not record.get(name)), None)


def record_of(person: Person, switch: ResolvedSwitch) -> dict[str, Any]:
    """The Recruit record of a person: mapped fields with a value (empty ones never overwrite), and the status."""
    record = {target: person.fields.get(source) for source, target in switch.mapping.items()}
    record = {target: value for target, value in record.items() if value not in (None, "")}
    if switch.status_field:
        record[switch.status_field] = MEMBER_STATUS
    return record


def verdict_of(person: Person, answer: UpsertAnswer) -> Verdict:
    """Recruit's answer for one person as a verdict."""
    if answer.status == "success":
        outcome = "inserted" if answer.action == "insert" else "updated"
        return Verdict(person.contact_id, person.response_id, outcome, record_id=answer.record_id)
    reason = REASONS.get(answer.code, "rejected_by_recruit")
    detail = answer.field if reason != "rejected_by_recruit" else answer.code
    return Verdict(person.contact_id, person.response_id, "not_pushed", reason, detail)


def _warnings(tally: Tally, threshold: float) -> list[str]:
    sent = tally.pushed + tally.refused
    if not sent or tally.refused / sent <= threshold:
        return []
    return [f"Recruit refused {tally.refused} of {sent} people who were pushed; the push ledger has their reasons."]
