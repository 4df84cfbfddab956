"""One push switch, under its lock: what has no answer is looked up, people are judged, and whoever is due is sent.

Clicked switches come before opened ones. What a clicked switch has written into a person's record in this push, an
opened one does not write again (PUSH-1); if nothing else is left to write, the person is updated without a call. What
earlier attempts of the push wrote, or left without an answer, is known from the ledger.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from contact_sync.config.resolved_push import ResolvedSwitch
from contact_sync.stages.push_delivery import Delivery
from contact_sync.stages.push_lookup import reconcile
from contact_sync.stages.push_records import sort_out
from contact_sync.stages.push_work import Tally, Work
from contact_sync.warehouse import outbox, pushes
from contact_sync.warehouse.outbox import Lead
from contact_sync.warehouse.pushes import Switch, Verdict


def carry_out(asked: ResolvedSwitch, list_id: int, work: Work, tally: Tally) -> None:
    """Push what the switch asks for. Yields to imports by CreditsExhausted: whoever is left waits for a later push."""
    with work.writing() as connection:
        switch = register(connection, asked, list_id, work.now)
    if not switch.enabled:
        return
    with pushes.hold(work.warehouse, switch) as keeper:
        client = work.make_client(asked.account)
        reconcile(switch, work, client, tally)
        leads, arrived_until = _judge(asked, switch, work, tally)
        Delivery(switch, work, client, keeper, tally).deliver(leads)
        with work.writing() as connection:
            pushes.advance(connection, switch, arrived_until)


def register(connection: Connection, asked: ResolvedSwitch, list_id: int, now: datetime) -> Switch:
    """The switch as the configuration has it."""
    return pushes.register(
        connection,
        asked.account,
        asked.module,
        asked.event,
        list_id,
        enabled=asked.enabled,
        mapped=asked.filled,
        now=now,
    )


def _judge(asked: ResolvedSwitch, switch: Switch, work: Work, tally: Tally) -> tuple[list[Lead], datetime]:
    """Judge, write who is not sent, let the others wait in the outbox, and say how far the responses were seen."""
    policies = work.policies
    with work.warehouse.transaction() as connection:
        switch = pushes.reread(connection, switch)
        arrived_until = pushes.newest_arrival(connection)
        look_back = timedelta(days=policies.push_lookback_days)
        people = pushes.judge(connection, switch, look_back, policies.push_suppressed, asked.status_target)
        leads, lacking = sort_out(people, asked)
        earlier = pushes.written_by_clicked(connection, switch, work.by) if leads else {}
        leads, done = _without_written(leads, switch, tally, earlier)
        pushes.write_not_pushed(connection, switch, work.by)
        pushes.write(connection, switch.switch_no, work.by, [*lacking, *done])
        outbox.enqueue(connection, switch, leads)
        work.fence(connection)
    tally.lacking += len(lacking)
    tally.count(done)
    return leads, arrived_until


def _without_written(
    leads: Sequence[Lead], switch: Switch, tally: Tally, earlier: Mapping[int, tuple[str, frozenset[str]]]
) -> tuple[list[Lead], list[Verdict]]:
    """Leave out what a clicked switch has written in this push, and whoever has nothing left.

    earlier: record and fields by contact of what other attempts of this push have written.
    """
    left, done = [], []
    for lead in leads:
        place = (switch.account, switch.module, lead.contact_id)
        record_id, fields = tally.written.get(place) or earlier.get(lead.contact_id, ("", frozenset()))
        if switch.response == "clicked" or not record_id:
            left.append(lead)
            continue
        lead.record = {name: value for name, value in lead.record.items() if name not in fields}
        lead.record_id = record_id
        if lead.status_field in fields:
            lead.status = lead.status_field = None
        if lead.record:
            left.append(lead)
        else:
            done.append(Verdict(lead.contact_id, lead.response_id, "updated", record_id=record_id))
    return left, done
