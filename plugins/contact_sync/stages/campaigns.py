"""Our campaigns made in Recruit's Campaigns, and Recruit's own read from there (CAMP-2).

A campaign is looked up by its name before it is sent: Recruit documents no insert of campaigns, only an upsert, which
would overwrite Recruit's own of the same name. That one is left alone, and ours is told as `name_taken`. The upsert
holds the name alone, so that even one that no search finds yet stays as it is; the days follow by the new record's id.
A call without an answer is looked up as well; where no campaign of the name is found, a search may not have caught up
yet, so it is `unknown`, looked for by each push, and not sent again (PUSH-9).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from contact_sync.errors import ConfigError, ContactSyncError, PermissionMissing
from contact_sync.stages.push_clients import name_key
from contact_sync.stages.push_delivery import PASSING
from contact_sync.stages.push_lookup import DOUBTFUL
from contact_sync.stages.push_work import Tally, Work, halved
from contact_sync.warehouse import pushes, recruit_campaigns
from contact_sync.warehouse.recruit_campaigns import Campaign, Making
from contact_sync.zoho.failures import EffectUnknown, WriteRefused
from contact_sync.zoho.matching import matching
from contact_sync.zoho.recruit import MOST_RECORDS_A_WRITE, RecruitClient, UpsertAnswer

MODULE, NAME = "Campaigns", "Campaign_Name"
READ_EVERY = timedelta(hours=23)
"""A little less than a day: the DAG runs at a fixed minute, not to the second."""
FIELDS = (NAME, "Type", "Status")


def make_campaigns(account: str, list_id: int, work: Work, tally: Tally) -> None:
    """Make the list's campaigns in the account, each once, under the lock of its campaigns."""
    with pushes.hold_place(work.warehouse, f"{account}/{MODULE}") as keeper:
        with work.writing() as connection:
            waiting = recruit_campaigns.due(connection, account, list_id)
            known = recruit_campaigns.ours(connection, account)
        if not waiting:
            return
        client = work.make_client(account)
        try:
            for first in range(0, len(waiting), MOST_RECORDS_A_WRITE):
                pushes.still_held(keeper)
                _make(waiting[first : first + MOST_RECORDS_A_WRITE], account, client, known, work, tally)
        except (PermissionMissing, ConfigError) as error:
            tally.warnings.append(f"Campaigns are not made in {account}. {error}")


def read_campaigns(account: str, work: Work, tally: Tally) -> None:
    """Read Recruit's own campaigns, once a day; why they cannot be read is kept for who looks at them."""
    with work.writing() as connection:
        tried = recruit_campaigns.last_try(connection, account)
    if tried is not None and work.now - tried < READ_EVERY:
        return
    try:
        pages = work.make_client(account).records(MODULE, fields=FIELDS)
        rows: list[dict[str, Any]] = [dict(row) for page in pages for row in page.rows]
    except (PermissionMissing, ConfigError) as error:
        with work.writing() as connection:
            recruit_campaigns.note_reading(connection, account, work.now, str(error))
        tally.warnings.append(f"Recruit's own campaigns cannot be read. {error}")
        return
    with work.writing() as connection:
        recruit_campaigns.keep_own(connection, account, rows, work.now)


def _make(
    batch: Sequence[Campaign], account: str, client: RecruitClient, known: set[str], work: Work, tally: Tally
) -> None:
    found = _by_name(client, [each.name for each in batch])
    settled, fresh = _sort_out(batch, found, known)
    _note(account, settled, work)
    _tell(settled, account, tally)
    for part, answers in halved(fresh, lambda some: _send(some, account, client, work)) if fresh else ():
        made = [_answered(each, answer) for each, answer in zip(part, answers, strict=True)]
        _note(account, made, work)
        _tell(made, account, tally)
        _date(made, account, client, tally)
        tally.campaigns += sum(each.state == "answered" for each in made)


def _by_name(client: RecruitClient, names: Sequence[str]) -> dict[str, list[str]]:
    """Records by the key of their name."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in matching(client, MODULE, NAME, list(dict.fromkeys(names))):
        found[name_key(row.get(NAME))].append(str(row["id"]))
    return found


def _sort_out(
    batch: Sequence[Campaign], found: dict[str, list[str]], known: set[str]
) -> tuple[list[Making], list[Campaign]]:
    """What is settled by the look-up, and who is to be sent; of several of one name in a batch only the first."""
    settled: list[Making] = []
    fresh: dict[str, Campaign] = {}
    for each in batch:
        key = name_key(each.name)
        there = [record for record in found.get(key, ()) if record not in known]
        if each.state in ("sending", "unknown"):
            settled.append(Making(each, "answered", there[0]) if there else Making(each, "unknown"))
        elif key in fresh or found.get(key):
            settled.append(Making(each, "refused", None, "name_taken"))
        else:
            fresh[key] = each
    return settled, list(fresh.values())


def _send(batch: Sequence[Campaign], account: str, client: RecruitClient, work: Work) -> Sequence[UpsertAnswer]:
    with work.writing() as connection:
        recruit_campaigns.note(connection, account, [Making(each, "sending") for each in batch])
    try:
        return client.upsert(MODULE, [{NAME: each.name} for each in batch], [NAME])
    except EffectUnknown:
        raise
    except ContactSyncError:  # nothing of it took effect
        _note(account, [Making(each, "waiting") for each in batch], work)
        raise


def _date(made: Sequence[Making], account: str, client: RecruitClient, tally: Tally) -> None:
    """Write when new campaigns began and ended: fields of the sibling CRM, those of Recruit's are not documented."""
    records = [
        {"id": each.record_id, **days} for each in made if each.state == "answered" and (days := _days(each.campaign))
    ]
    try:
        client.update(MODULE, records)
    except WriteRefused as refusal:
        tally.warnings.append(f"{account} has our new campaigns, but refused their days. {refusal}")


def _days(campaign: Campaign) -> dict[str, str]:
    moments = {"Start_Date": campaign.started_at, "End_Date": campaign.completed_at}
    return {name: moment.date().isoformat() for name, moment in moments.items() if moment}


def _answered(campaign: Campaign, answer: UpsertAnswer) -> Making:
    if answer.status == "success" and answer.action == "update":  # of that name, and no search had found it
        return Making(campaign, "refused", None, "name_taken")
    if answer.status == "success":
        return Making(campaign, "answered", answer.record_id)
    if answer.code in DOUBTFUL:  # it may have been made
        return Making(campaign, "unknown")
    if answer.code in PASSING:
        return Making(campaign, "waiting", None, answer.code)
    return Making(campaign, "refused", None, ", ".join(filter(None, (answer.code, answer.field))))


def _note(account: str, made: Sequence[Making], work: Work) -> None:
    """Answers are kept, whether or not a newer attempt has taken over."""
    with work.warehouse.transaction() as connection:
        recruit_campaigns.note(connection, account, made)


def _tell(made: Sequence[Making], account: str, tally: Tally) -> None:
    for each in made:
        if each.state == "unknown":
            tally.warnings.append(
                f"Whether the campaign '{each.campaign.name}' was made in {account} is unknown: no answer came, and "
                "none of its name is found. It is looked for by each push, and not sent again."
            )
        elif each.detail == "name_taken":
            tally.warnings.append(
                f"The campaign '{each.campaign.name}' is not made in {account}: another one there has its name. Give "
                "one of them another name."
            )
        elif each.state == "refused":
            tally.warnings.append(f"{account} refused the campaign '{each.campaign.name}': {each.detail}.")
