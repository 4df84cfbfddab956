"""What would go to Recruit after a load: people, campaigns and member statuses, judged and not sent (OPS-2).

Asked inside a transaction that holds what the load wrote and is taken back. The statements are those that a push goes
by; no call is made. What only Recruit's answer tells is not guessed: whether it takes somebody, whether a campaign's
name is free there, and member statuses of records and campaigns that this very push would make.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import text

from contact_sync.config.resolved import ResolvedSwitch, ResolvedSync
from contact_sync.config.resolved_campaigns import ResolvedCampaigns
from contact_sync.stages.push import clicked_first, wanted
from contact_sync.stages.push_records import sort_out
from contact_sync.stages.push_switch import register
from contact_sync.stages.statuses import MEMBERS
from contact_sync.warehouse import pushes, recruit_campaigns, statuses
from contact_sync.warehouse.fetches import Fetch
from contact_sync.warehouse.rehearsal import Rehearsal
from contact_sync.zoho.catalogue import COSTS, DEAREST
from contact_sync.zoho.matching import MOST_IN
from contact_sync.zoho.recruit import MOST_CONDITIONS, MOST_RECORDS_A_WRITE

TAKES = "Whether Recruit takes them only its answer tells."


@dataclass(frozen=True, slots=True)
class Pushing:
    """One push switch. to_push: people who would be sent to Recruit; whether it takes them only its answer says.

    not_pushed: people by why they are not sent. credits: of the calls that this takes.
    """

    module: str
    event: str
    enabled: bool
    to_push: int = 0
    not_pushed: tuple[tuple[str, int], ...] = ()
    credits: int = 0


@dataclass(frozen=True, slots=True)
class Campaigning:
    """What one account would be told of the list's campaigns.

    makes: whether it is to have the list's campaigns. to_make: those that it does not have. statuses: records whose
    member status would be written, by where: a field such as `Candidates.Mail_Status`, or a module's members of
    campaigns. credits: of the calls for it.
    """

    account: str
    makes: bool = False
    to_make: int = 0
    statuses: tuple[tuple[str, int], ...] = ()
    credits: int = 0


@dataclass(frozen=True, slots=True)
class ToRecruit:
    """All that a push of the fetch would send; None: it does not push at all."""

    pushes: tuple[Pushing, ...] | None
    campaigns: tuple[Campaigning, ...] | None

    @property
    def people(self) -> int | None:
        """How many pushes of people it makes."""
        return None if self.pushes is None else sum(each.to_push for each in self.pushes)


def to_recruit(rehearsal: Rehearsal, fetch: Fetch, settings: ResolvedSync, now: datetime) -> ToRecruit:
    """What the push after this load would send; leaves nothing in the rehearsal."""
    if not wanted(fetch, settings):
        return ToRecruit(None, None)
    return ToRecruit(
        tuple(_push(rehearsal, each, fetch, settings, now) for each in clicked_first(settings.push_switches)),
        tuple(_tell(rehearsal, each, fetch.list_id, settings) for each in settings.campaigns),
    )


def told_of_pushes(sent: ToRecruit) -> list[str]:
    """For the history of a preview; numbers only."""
    told = [
        f"Preview: {each.module}, {each.event}: {each.to_push} would be pushed, for {each.credits} credits. {TAKES}"
        for each in sent.pushes or ()
        if each.to_push
    ]
    for each in sent.campaigns or ():
        due = [f"{records} member statuses ({where})" for where, records in each.statuses if records]
        made = [f"{each.to_make} campaigns"] if each.to_make else []
        if made or due:
            what = ", ".join(made + due)
            told.append(f"Preview: {each.account} would get {what}, for {each.credits} credits. {TAKES}")
    return told


def _push(rehearsal: Rehearsal, asked: ResolvedSwitch, fetch: Fetch, settings: ResolvedSync, now: datetime) -> Pushing:
    """Whom one switch would send, judged as the push does after this load (PUSH-1 to PUSH-4)."""
    look_back = timedelta(days=settings.policies.push_lookback_days)
    with rehearsal.undone() as connection:
        switch = register(connection, asked, fetch.list_id, now)
        if not switch.enabled:
            return Pushing(asked.module, asked.event, enabled=False)
        suppressed = settings.policies.push_suppressed
        people = pushes.judge(connection, switch, look_back, suppressed, asked.status_target)
        judged = [(str(row.reason), int(row.people)) for row in connection.execute(_JUDGED)]
    leads, lacking = sort_out(people, asked)
    unknown = sum(lead.record_id is None for lead in leads)
    return Pushing(
        module=asked.module,
        event=asked.event,
        enabled=True,
        to_push=len(leads),
        not_pushed=tuple(judged + ([("missing_mandatory", len(lacking))] if lacking else [])),
        credits=_writes(len(leads)) * COSTS["upsert"] + _searches(unknown, settings) * COSTS["search"],
    )


def _tell(rehearsal: Rehearsal, asked: ResolvedCampaigns, list_id: int, settings: ResolvedSync) -> Campaigning:
    """What is due of the list's campaigns in one account, by the statements of the push (CAMP-2 to CAMP-5)."""
    account, due = asked.account, list[tuple[str, int]]()
    with rehearsal.undone() as connection:
        making = recruit_campaigns.due(connection, account, list_id) if asked.create else []
        for field in asked.fields:
            found = statuses.due_in_field(connection, account, field.module, field.field, list_id, field.kinds)
            due.append((f"{field.module}.{field.field}", len(found)))
        for module in MEMBERS if asked.member_status else ():
            due.append((f"{module} as members", len(statuses.due_in_campaign(connection, account, module, list_id))))
    fresh = sum(each.state not in ("sending", "unknown") for each in making)  # those two are only looked for
    looked_up = _searches(len(making), settings) * COSTS["search"]
    made = _writes(fresh) * (COSTS["upsert"] + DEAREST)  # the name, then the days
    told = sum(_writes(records) for _, records in due) * DEAREST
    return Campaigning(account, asked.create, fresh, tuple(due), looked_up + made + told)


def _writes(records: int) -> int:
    return ceil(records / MOST_RECORDS_A_WRITE)


def _searches(values: int, settings: ResolvedSync) -> int:
    return ceil(values / (MOST_IN if settings.policies.search_in else MOST_CONDITIONS))


_JUDGED = text(
    "SELECT reason, count(*) AS people FROM judged WHERE reason IS NOT NULL GROUP BY reason ORDER BY 2 DESC, 1"
)
