"""Member statuses written to Recruit: into chosen fields, and into the members of campaigns (CAMP-3 to CAMP-5).

Only what changed since it was last sent. Every write names a record by its id and sets a value, so one whose answer was
lost is sent again: twice leaves what once leaves. Failures that pass, and those that say nothing of the record, are
sent again by a later push; what Recruit refused is, once the status is another.
"""

from collections.abc import Callable, Sequence
from itertools import groupby

from contact_sync.config.resolved_campaigns import ResolvedCampaigns, StatusTarget
from contact_sync.errors import ConfigError, ContractBroken, PermissionMissing
from contact_sync.stages.campaigns import make_campaigns
from contact_sync.stages.push_delivery import OF_THE_ACCOUNT, PASSING
from contact_sync.stages.push_work import Tally, Work, halved
from contact_sync.warehouse import pushes, statuses
from contact_sync.warehouse.statuses import Due, Told
from contact_sync.zoho.recruit import MOST_RECORDS_A_WRITE, UpsertAnswer

MEMBERS = ("Candidates", "Contacts")
"""Modules whose records can be members of a campaign (related lists of the developer guide)."""
Send = Callable[[Sequence[Due]], Sequence[UpsertAnswer]]


def carry_out_campaigns(asked: ResolvedCampaigns, list_id: int, work: Work, tally: Tally) -> None:
    """All that an account wants of one list. Yields to imports by CreditsExhausted: a later push goes on."""
    if asked.create:
        make_campaigns(asked.account, list_id, work, tally)
    for target in asked.fields:
        with pushes.hold_place(work.warehouse, f"{asked.account}/{target.module}"):
            _fill(asked.account, target, list_id, work, tally)
    if asked.member_status:
        for module in MEMBERS:
            with pushes.hold_place(work.warehouse, f"{asked.account}/{module}"):
                _set_members(asked.account, module, list_id, work, tally)


def _fill(account: str, target: StatusTarget, list_id: int, work: Work, tally: Tally) -> None:
    with work.writing() as connection:
        due = statuses.due_in_field(connection, account, target.module, target.field, list_id, target.kinds)
    if not due:
        return
    client = work.make_client(account)

    def send(batch: Sequence[Due]) -> Sequence[UpsertAnswer]:
        records = [{"id": each.record_id, target.field: each.status} for each in batch]
        return client.update(target.module, records)

    try:
        _send_all(due, send, account, target.module, target.field, work, tally)
    except (PermissionMissing, ConfigError) as error:
        tally.warnings.append(f"{target.module}.{target.field} of {account} cannot be written. {error}")


def _set_members(account: str, module: str, list_id: int, work: Work, tally: Tally) -> None:
    with work.writing() as connection:
        due = statuses.due_in_campaign(connection, account, module, list_id)
    if not due:
        return
    client = work.make_client(account)
    try:
        for campaign, members in groupby(due, key=lambda each: each.campaign_record or ""):

            def send(batch: Sequence[Due], campaign: str = campaign) -> Sequence[UpsertAnswer]:
                return client.update_members(campaign, module, {each.record_id: each.status for each in batch})

            _send_all(list(members), send, account, module, None, work, tally)
    except (PermissionMissing, ConfigError, ContractBroken) as error:
        tally.warnings.append(
            f"The member status of campaigns in {account} cannot be written. Zoho documents no such call for Recruit; "
            f"turn it off with accounts.{account}.campaigns.member_status: false, and use status_fields. {error}"
        )


def _send_all(
    due: Sequence[Due], send: Send, account: str, module: str, target: str | None, work: Work, tally: Tally
) -> None:
    """A hundred a call; each answered call is kept before the next is made."""
    codes: set[str] = set()
    for first in range(0, len(due), MOST_RECORDS_A_WRITE):
        for part, answers in halved(due[first : first + MOST_RECORDS_A_WRITE], send):
            told = [_told(each, answer) for each, answer in zip(part, answers, strict=True)]
            kept = [each for each in told if each is not None]
            with work.warehouse.transaction() as connection:
                statuses.write(connection, account, module, target, work.by, kept)
            tally.statuses += sum(each.detail is None for each in kept)
            tally.statuses_refused += sum(each.detail is not None for each in kept)
            codes |= {answer.code or "" for answer in answers} & OF_THE_ACCOUNT
    if codes:
        tally.warnings.append(
            f"Member statuses for {module} of {account} were not taken: {', '.join(sorted(codes))}. "
            "The next push sends them again."
        )


def _told(due: Due, answer: UpsertAnswer) -> Told | None:
    """What is kept of an answer; None: it may be over at the next push."""
    if answer.status == "success":
        return Told(due)
    if answer.code in PASSING | OF_THE_ACCOUNT:
        return None
    return Told(due, ", ".join(filter(None, (answer.code, answer.field))))
