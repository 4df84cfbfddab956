"""Records of Recruit by e-mail address, and what became of people whose call has no answer (PUSH-5, PUSH-9).

A call without an answer is looked up by its key first. A record that shows what was sent is what became of it; one
that does not is updated, which makes no second one. Where no record is found nobody knows, because a search finds what
is new only later: that is shown as unknown, looked for again by each push, and never sent again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from contact_sync.core.email import address_key
from contact_sync.errors import PermissionMissing
from contact_sync.stages.push_records import shows
from contact_sync.stages.push_work import Tally, Work
from contact_sync.warehouse import organisation, outbox, pushes
from contact_sync.warehouse.outbox import Unsettled
from contact_sync.warehouse.pushes import Switch, Verdict
from contact_sync.zoho.matching import change_field, matching
from contact_sync.zoho.recruit import RecruitClient

Row = Mapping[str, Any]
DOUBTFUL = frozenset({"INTERNAL_ERROR", "SERVICE_UNAVAILABLE"})
"""Codes of a record's failure that do not tell whether it was written."""


def by_address(
    client: RecruitClient, module: str, addresses: Sequence[str], fields: Iterable[str] = (), *, by_in: bool = False
) -> dict[str, list[Row]]:
    """By the key of an address its records, the latest modified first. Raises PermissionMissing."""
    wanted = {address_key(address) for address in addresses} - {None}
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    asked = list(dict.fromkeys(addresses))
    for row in matching(client, module, "Email", asked, fields=sorted(set(fields)), by_in=by_in):
        key = address_key(row.get("Email"))
        if key is not None and key in wanted:
            found[key][str(row["id"])] = row
    return {key: latest_first(rows.values(), module) for key, rows in found.items()}


def latest_first(rows: Iterable[Row], module: str) -> list[Row]:
    """Records by their change time, the latest first; of several of one time the one with the highest id."""
    name = change_field(module)
    return sorted(rows, key=lambda row: (_moment(row.get(name)), str(row["id"])), reverse=True)


def reconcile(switch: Switch, work: Work, client: RecruitClient, tally: Tally) -> None:
    """Find out what became of all that was sent to the switch's module and has no answer; once in a push."""
    place = (switch.account, switch.module)
    if place in tally.looked_up:
        return
    tally.looked_up.add(place)
    with work.writing() as connection:
        lost = outbox.unsettled(connection, switch.account, switch.module)
    if not lost:
        return
    found = _found(lost, switch.module, client, work, tally)
    verdicts: dict[int, list[Verdict]] = defaultdict(list)
    states: dict[int, dict[int, tuple[str, str | None]]] = defaultdict(dict)
    for each in lost:
        record, others = found[each.switch_no, each.contact_id]
        if record is None:
            states[each.switch_no][each.contact_id] = ("unknown", None)
            verdicts[each.switch_no].append(Verdict(each.contact_id, each.response_id, "unknown"))
        elif shows(record, each.payload):
            states[each.switch_no][each.contact_id] = ("answered", str(record["id"]))
            verdicts[each.switch_no].append(_confirmed(each, str(record["id"]), others))
        else:
            states[each.switch_no][each.contact_id] = ("waiting", str(record["id"]))
    with work.writing() as connection:
        organisation.lock(connection)
        for switch_no, of_switch in states.items():
            outbox.settle(connection, switch_no, of_switch)
            pushes.write(connection, switch_no, work.by, verdicts[switch_no])
    told = [verdict for of_switch in verdicts.values() for verdict in of_switch]
    tally.count(told)
    tally.unknown += sum(verdict.outcome == "unknown" for verdict in told)


def _found(
    lost: Sequence[Unsettled], module: str, client: RecruitClient, work: Work, tally: Tally
) -> dict[tuple[int, int], tuple[Row | None, tuple[str, ...]]]:
    fields = {name for each in lost for name in each.payload}
    try:
        by_key = by_address(client, module, [each.key for each in lost], fields, by_in=work.policies.search_in)
    except PermissionMissing as error:
        tally.warnings.append(f"Calls without an answer cannot be looked up. {error}")
        by_key = {}
    return {(each.switch_no, each.contact_id): _of(each, by_key, module, client) for each in lost}


def _of(
    each: Unsettled, by_key: Mapping[str, list[Row]], module: str, client: RecruitClient
) -> tuple[Row | None, tuple[str, ...]]:
    """The record that was meant, if it is there, and the ids of others that have the address."""
    rows = by_key.get(address_key(each.key) or "", [])
    if each.record_id is None:
        record: Row | None = rows[0] if rows else None
    else:
        # an update of a known record may have changed its address, or not yet
        same = next((row for row in rows if str(row["id"]) == each.record_id), None)
        record = same or client.record(module, each.record_id)
    meant = str(record["id"]) if record else None
    return record, tuple(str(row["id"]) for row in rows if str(row["id"]) != meant)


def _confirmed(each: Unsettled, record_id: str, others: tuple[str, ...]) -> Verdict:
    outcome = "inserted" if each.record_id is None else "updated"
    return Verdict(
        each.contact_id,
        each.response_id,
        outcome,
        record_id=record_id,
        status=each.status,
        status_field=each.status_field,
        others=others,
    )


def _moment(value: Any) -> float:
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        return 0.0
