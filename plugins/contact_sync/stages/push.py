"""push: people who opened a campaign sent to the list go to Recruit as candidates with their member status.

Carries out the switches of the fetch's account whose list this sync feeds (PUSH-0). Off in backfills (PUSH-10) and
where the form or the file says so. Upserts by e-mail, so a call repeated after a crash updates and never duplicates.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from contact_sync.config.resolved import ResolvedSwitch, ResolvedSync
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import PermissionMissing, PushRejected
from contact_sync.stages.common import begin, for_fetch, manifest, reread, settings_of
from contact_sync.stages.extract import ClientFactory
from contact_sync.warehouse import fetches, pushes
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.fetches import Fetch
from contact_sync.warehouse.pushes import Person, Switch, Verdict
from contact_sync.zoho.recruit import MOST_RECORDS_A_WRITE, RecruitClient, UpsertAnswer

MANDATORY = ("First_Name", "Last_Name", "Email")
"""What a pushed candidate must have (PUSH-2)."""
MEMBER_STATUS = "Opened"
REASONS = {
    "MANDATORY_NOT_FOUND": "missing_mandatory",
    "INVALID_DATA": "invalid_value",
    "NO_PERMISSION": "no_permission_record",
}
"""Recruit's codes that have a reason of their own; all others are rejected_by_recruit (PUSH-4)."""


def push(run: RunInfo, make_client: ClientFactory, warehouse: Warehouse, now: datetime) -> Manifest:
    """Push what the loaded fetch's switches ask for. Raises PushRejected if Recruit refused everybody."""
    fetch, _ = begin(run, warehouse, "push")
    settings = settings_of(fetch)
    if not fetch.loaded or not wanted(fetch, settings):
        return manifest(fetch, "push", {"pushed": 0})
    warehouse = for_fetch(warehouse, fetch, "push")
    verdicts: list[Verdict] = []
    for switch in settings.push_switches:
        verdicts += _carry_out(switch, settings, fetch, make_client, warehouse, now)
    pushed = sum(verdict.outcome != "not_pushed" for verdict in verdicts)
    refused = len(verdicts) - pushed
    warnings = _warnings(pushed, refused, settings.policies.push_reject_threshold)
    with warehouse.transaction() as connection:
        fetches.note_pushed(connection, fetch.fetch_id, pushed)
        fetches.degrade(connection, fetch.fetch_id, warnings)
    if refused and not pushed:
        raise PushRejected(
            f"{fetch.sync_id}, fetch {fetch.fetch_id}: none of {refused} people could be pushed to Recruit. "
            "The reasons are in the push ledger (sync.push_ledger); the import itself is loaded and stays."
        )
    return manifest(reread(warehouse, run), "push", {"pushed": pushed, "not_pushed": refused})


def wanted(fetch: Fetch, settings: ResolvedSync) -> bool:
    """Whether this run pushes: as the form says, else as the file says, but not in a backfill."""
    if fetch.push_choice == "as_configured":
        return settings.push and fetch.run_type != RunType.BACKFILL
    return fetch.push_choice == "on"


def _carry_out(
    wanted_switch: ResolvedSwitch,
    settings: ResolvedSync,
    fetch: Fetch,
    make_client: ClientFactory,
    warehouse: Warehouse,
    now: datetime,
) -> list[Verdict]:
    policies = settings.policies
    with warehouse.transaction() as connection:
        switch = pushes.register(
            connection,
            wanted_switch.account,
            wanted_switch.module,
            wanted_switch.event,
            fetch.list_id,
            enabled=wanted_switch.enabled,
            now=now,
        )
    if not switch.enabled:
        return []
    verdicts: list[Verdict] = []
    with warehouse.transaction() as judging:
        switch = pushes.hold(judging, switch)
        arrived_until = pushes.newest_arrival(judging)
        look_back = timedelta(days=policies.push_lookback_days)
        people = pushes.judge(judging, switch, fetch.fetch_id, look_back, policies.push_suppressed)
        client = make_client(wanted_switch.account, fetch.fetch_id)
        for first in range(0, len(people), MOST_RECORDS_A_WRITE):
            group = people[first : first + MOST_RECORDS_A_WRITE]
            verdicts += _send(group, wanted_switch, switch, fetch, client, warehouse)
        if arrived_until is not None:
            pushes.advance(judging, switch, arrived_until)
    return verdicts


def _send(
    people: Sequence[Person],
    wanted_switch: ResolvedSwitch,
    switch: Switch,
    fetch: Fetch,
    client: RecruitClient,
    warehouse: Warehouse,
) -> list[Verdict]:
    """One call for up to 100 people, and its verdicts in the ledger."""
    records = [(person, record_of(person, wanted_switch)) for person in people]
    verdicts = []
    complete = []
    for person, record in records:
        lacking = next((name for name in MANDATORY if not record.get(name)), None)
        if lacking:
            verdicts.append(Verdict(person.contact_id, person.response_id, "not_pushed", "missing_mandatory", lacking))
        else:
            complete.append((person, record))
    try:
        answers = client.upsert(wanted_switch.module, [record for _, record in complete], ["Email"])
        verdicts += [verdict_of(person, answer) for (person, _), answer in zip(complete, answers, strict=True)]
    except PermissionMissing:
        verdicts += [
            Verdict(person.contact_id, person.response_id, "not_pushed", "no_permission_account")
            for person, _ in complete
        ]
    with warehouse.transaction() as connection:
        pushes.write(connection, switch, fetch.fetch_id, verdicts)
    return verdicts


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


def _warnings(pushed: int, refused: int, threshold: float) -> list[str]:
    everybody = pushed + refused
    if not everybody or refused / everybody <= threshold:
        return []
    return [f"{refused} of {everybody} people could not be pushed to Recruit; the push ledger has their reasons."]
