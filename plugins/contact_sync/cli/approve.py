"""`contact-sync pending`, `approve` and `withhold`: what the mass-removal guard asks, and the answer (ADV-8).

The same answers as in Airflow's *Required Actions*. People are named by contact id.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contact_sync.cli.arguments import AsOutput, Output, Reason, Sync, given_reason, sync_names
from contact_sync.cli.console import clock, console, say, say_json, table
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.stages.approving import Decision
    from contact_sync.warehouse.database import Warehouse
    from contact_sync.warehouse.pending import Batch, Waiting, Why

Fetch = Annotated[
    int | None, typer.Option("--fetch", min=1, help="Only if it is this fetch that asks, as `pending` shows it.")
]
_SHOWN = 20


def pending(
    sync_id: Annotated[
        str | None,
        typer.Argument(metavar="[SYNC]", help="Show who they are, of this sync.", autocompletion=sync_names),
    ] = None,
    output: AsOutput = Output.TEXT,
) -> None:
    """Show removals that wait for a person's answer, because they are many at once."""
    from contact_sync.cli.connections import open_warehouse_at_hand

    warehouse = open_warehouse_at_hand()
    from contact_sync.warehouse import pending as waiting

    if sync_id is not None:
        _must_be_known(warehouse, sync_id)
    with warehouse.transaction() as connection:
        batches = waiting.batches(connection, sync_id=sync_id)
        reasons = {batch.fetch_id: waiting.reasons(connection, batch.fetch_id) for batch in batches}
        people = (
            {} if sync_id is None else {each.fetch_id: waiting.people(connection, each.fetch_id) for each in batches}
        )
    if output is Output.JSON:
        say_json([_as_json(batch, reasons[batch.fetch_id], people.get(batch.fetch_id)) for batch in batches])
    elif not batches:
        say("Nothing waits for an answer." if sync_id is None else f"Nothing of '{sync_id}' waits for an answer.")
    elif sync_id is None:
        _tell(batches)
    else:
        for batch in batches:
            _tell_one(batch, reasons[batch.fetch_id], people[batch.fetch_id])


def approve(sync_id: Sync, reason: Reason, fetch_id: Fetch = None, output: AsOutput = Output.TEXT) -> None:
    """Let the removals of a sync that wait come true, except of people who have come back."""
    _answer(sync_id, reason, fetch_id, output, apply=True)


def withhold(sync_id: Sync, reason: Reason, fetch_id: Fetch = None, output: AsOutput = Output.TEXT) -> None:
    """Let the people stay whom the removals of a sync that wait concern."""
    _answer(sync_id, reason, fetch_id, output, apply=False)


def _answer(sync_id: str, reason: str, fetch_id: int | None, output: Output, *, apply: bool) -> None:
    from contact_sync.cli.connections import open_warehouse_at_hand, person

    why = given_reason(reason)
    warehouse = open_warehouse_at_hand()
    _must_be_known(warehouse, sync_id)
    from contact_sync.stages import approving

    act = approving.approve if apply else approving.withhold
    done = act(warehouse, sync_id, person(), why, fetch_id)
    if output is Output.JSON:
        say_json(_done(done))
    else:
        say(f"'{sync_id}': {done.told}")


def _must_be_known(warehouse: "Warehouse", sync_id: str) -> None:
    """A sync of the registry, or one that has a file. Raises UsageMistake with the close match."""
    from contact_sync.cli.find import find_sync
    from contact_sync.warehouse import registry

    with warehouse.transaction() as connection:
        known = registry.state(connection, sync_id)
    if known is None:
        find_sync(sync_id, include_folder())


def _tell(batches: "list[Batch]") -> None:
    columns = ("sync", "list", "fetch", "people", "memberships", "of", "asked in Airflow until (UTC)")
    shown = table(None, columns, numbers=("fetch", "people", "memberships", "of"))
    now = datetime.now(UTC)
    for each in batches:
        numbers = (f"{each.people:,}", f"{each.ending:,}", f"{each.members:,}")
        shown.add_row(each.sync_id, each.list_name, str(each.fetch_id), *numbers, _asked(each, now))
    console().print(shown)
    say("Who they are: contact-sync pending SYNC. Answer: contact-sync approve SYNC --reason …, or withhold.")


def _tell_one(batch: "Batch", reasons: "list[Why]", people: "list[Waiting]") -> None:
    from contact_sync.stages.approving import REACHES, REASONS

    named = "1 person" if batch.people == 1 else f"{batch.people:,} people"
    say(
        f"Fetch {batch.fetch_id} of '{batch.sync_id}' would take {named} out and end {batch.ending:,} of "
        f"{batch.members:,} memberships of '{batch.list_name}':"
    )
    for why in reasons:
        who = [each.contact_id for each in people if (each.reason, each.reach) == (why.reason, why.reach)]
        more = f" and {len(who) - _SHOWN:,} more (all with --output json)" if len(who) > _SHOWN else ""
        ids = ", ".join(map(str, who[:_SHOWN]))
        say(f"  {why.people:,} {REASONS[why.reason]}, would {REACHES[why.reach]}: contacts {ids}{more}")
    say(f"Asked in Airflow until (UTC): {_asked(batch, datetime.now(UTC))}")
    for word in ("approve", "withhold"):
        say(f"  contact-sync {word} {batch.sync_id} --fetch {batch.fetch_id} --reason …")


def _asked(batch: "Batch", now: datetime) -> str:
    from zoneinfo import ZoneInfo

    return clock(batch.asked_until, ZoneInfo("UTC")) if batch.is_asked(now) else "not asked"


def _as_json(batch: "Batch", reasons: "list[Why]", people: "list[Waiting] | None") -> dict[str, Any]:
    row: dict[str, Any] = {
        "sync": batch.sync_id,
        "list": batch.list_name,
        "fetch_id": batch.fetch_id,
        "since": batch.started_at,
        "people": batch.people,
        "memberships": batch.ending,
        "members": batch.members,
        "asked_until": batch.asked_until,
        "reasons": [each._asdict() for each in reasons],
    }
    return row if people is None else {**row, "contacts": [each._asdict() for each in people]}


def _done(done: "Decision") -> dict[str, Any]:
    return {
        "sync": done.sync_id,
        "fetch_id": done.fetch_id,
        "changed": done.changed,
        "people": done.people,
        "dropped": done.dropped,
        "memberships": done.ended,
        "told": done.told,
    }
