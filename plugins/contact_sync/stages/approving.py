"""The mass-removal guard's question to a person, and what the answer does (ADV-8).

Not a stage of a fetch. An approval is a ceiling: under the organisation's lock everybody is judged again, who came
back stays, nobody is added. A newer fetch of the sync asks anew, so an answer to an older question does nothing, and
says so; so does a second answer. Questions hold counts and names of lists and syncs, never people.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from contact_sync.errors import SyncSkipped
from contact_sync.stages import removing
from contact_sync.warehouse import acts, organisation, pending
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.pending import Batch, Why

REASONS = {
    "opted_out": "opted out at the source",
    "deleted": "record deleted at the source",
    "unsubscribed": "unsubscribed from the list",
    "converted": "converted",
}
REACHES = {"list": "leave this list", "organisation": "leave the organisation, and with it every list"}


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked in Airflow about a fetch, which Airflow knows as a run of a DAG.

    body: Markdown. hours: how long the answer is waited for.
    """

    fetch_id: int
    dag_id: str
    run_id: str
    subject: str
    body: str
    hours: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What an answer did. told: one sentence for people. ended: memberships of the list that ended.

    changed: whether the answer did anything now; given again it does nothing, and its numbers are those of before.
    dropped: people who are not removed, because they came back.
    """

    sync_id: str
    fetch_id: int | None
    told: str
    changed: bool = False
    list_name: str | None = None
    people: int = 0
    dropped: int = 0
    ended: int = 0


def to_ask(warehouse: Warehouse, run_id: str, now: datetime, only: Collection[int] | None = None) -> list[int]:
    """Fetches about which this run is to ask: with pending removals, and no other run's question open.

    only: the fetches that came up, None for whatever waits. Of a deleted sync nothing is asked: no answer would do
    anything (LIM-3). Raises SyncSkipped if there is nothing to ask.
    """
    with warehouse.transaction() as connection:
        found = pending.batches(connection)
    alive = [batch for batch in found if batch.sync_state != "deleted"]
    waiting = [batch for batch in alive if only is None or batch.fetch_id in only]
    free = [batch.fetch_id for batch in waiting if not batch.is_asked(now, run_id)]
    if waiting and not free:
        raise SyncSkipped("asked_already", f"See the open question in the run {waiting[-1].asked_by_run}")
    if not free:
        raise SyncSkipped("nothing_pending", "No removals wait for an answer any more: nothing is to be done")
    return free


def ask(warehouse: Warehouse, fetch_id: int, run_id: str, now: datetime) -> Question:
    """Take the question of a fetch for this run. Raises SyncSkipped if there is nothing to ask any more."""
    with warehouse.transaction() as connection:
        found = pending.batches(connection, fetch_id=fetch_id)
        if not found:
            raise SyncSkipped("nothing_pending", _what_became(connection, fetch_id))
        (batch,) = found
        if not pending.claim(connection, fetch_id, run_id, now, now + timedelta(hours=batch.approval_timeout)):
            raise SyncSkipped("asked_already", f"See the open question in the run {batch.asked_by_run}")
        return question(batch, pending.reasons(connection, fetch_id))


def question(batch: Batch, reasons: list[Why]) -> Question:
    """The words of a question: counts, list, sync and reasons, what each answer does, where to look."""
    share = f"{batch.ending / batch.members:.0%}" if batch.members else "all"
    rows = [f"| {each.people:,} | {REASONS[each.reason]} | {REACHES[each.reach]} |" for each in reasons]
    lines = [
        f"Fetch {batch.fetch_id} of the sync **{_plain(batch.sync_name)}** (`{batch.sync_id}`) would take "
        f"**{_count(batch.people, 'person', 'people')}** out and end **{batch.ending:,} of {batch.members:,}** "
        f"memberships of the list **{_plain(batch.list_name)}** ({share}). Everything else of the fetch is done.",
        "",
        "| people | why | they |",
        "|---:|---|---|",
        *rows,
        "",
        f"You are asked because that is more than {batch.guard_memberships:,} memberships and more than "
        f"{batch.guard_share:.0%} of the list (`options.guard` of the sync).",
        "",
        "- **Apply**: they leave now, except who has come back meanwhile; nobody else does.",
        "- **Withhold**: they stay, and the sync does not propose them again for what is known now.",
        f"- No answer within {_count(batch.approval_timeout, 'hour', 'hours')}: nothing happens; the next run of the "
        "sync asks again.",
        "",
        f"Who they are, by contact id: `contact-sync pending {batch.sync_id}`",
    ]
    subject = f"{batch.list_name}: {_count(batch.people, 'person', 'people')} would leave (sync {batch.sync_id})"
    return Question(batch.fetch_id, batch.dag_id, batch.run_id, subject, "\n".join(lines), batch.approval_timeout)


def approve(warehouse: Warehouse, sync_id: str, who: str, why: str | None, fetch_id: int | None = None) -> Decision:
    """Let the pending removals of a sync come true, as far as they still hold.

    fetch_id: only if they are those of this fetch; None for whichever wait.
    """
    return _answer(warehouse, sync_id, fetch_id, who, why, apply=True)


def withhold(warehouse: Warehouse, sync_id: str, who: str, why: str | None, fetch_id: int | None = None) -> Decision:
    """Let everybody stay whom the pending removals of a sync concern. fetch_id: as for approve."""
    return _answer(warehouse, sync_id, fetch_id, who, why, apply=False)


def answer(warehouse: Warehouse, fetch_id: int, chosen: bool | None, who: str, why: str | None) -> Decision:
    """What a person's answer to the question about one fetch does. chosen: True to apply, False to withhold, None if
    nobody answered in time.
    """
    with warehouse.transaction() as connection:
        sync_id = pending.sync_of(connection, fetch_id)
        if chosen is None:
            return _unanswered(connection, sync_id, fetch_id)
    return (approve if chosen else withhold)(warehouse, sync_id, who, why, fetch_id)


def _unanswered(connection: Connection, sync_id: str, fetch_id: int) -> Decision:
    """Nobody has answered in time: the removals stay pending."""
    found = pending.batches(connection, fetch_id=fetch_id)
    if not found:
        return Decision(sync_id, fetch_id, f"nobody answered in time. {_what_became(connection, fetch_id)}.")
    people = _count(found[0].people, "person", "people")
    told = f"nobody answered in time: the removal of {people} by fetch {fetch_id} stays pending; the next run of "
    return Decision(sync_id, fetch_id, f"{told}'{sync_id}' asks again. Or: contact-sync pending {sync_id}")


def _answer(
    warehouse: Warehouse, sync_id: str, fetch_id: int | None, who: str, why: str | None, *, apply: bool
) -> Decision:
    """Decide a batch in one transaction that holds the organisation, with a record of who, when and why."""
    with warehouse.transaction() as connection:
        organisation.lock(connection)
        found = pending.batches(connection, sync_id=sync_id, fetch_id=fetch_id)
        if not found:
            return _given_before(connection, sync_id, fetch_id, who, apply=apply)
        batch = found[-1]
        if apply and batch.sync_state == "deleted":
            told = f"'{sync_id}' is deleted: nobody leaves because of it any more (LIM-3). Close the question with: "
            return Decision(sync_id, batch.fetch_id, f"{told}contact-sync withhold {sync_id} --reason …")
        decision = _apply(connection, batch, who) if apply else _withhold(connection, batch, who)
        pending.close(connection, batch.fetch_id, decision.ended)
        detail = {"people": decision.people, "dropped": decision.dropped, "memberships": decision.ended}
        acts.record(
            connection, "approve" if apply else "withhold", who, reason=why, sync_no=batch.sync_no,
            fetch_id=batch.fetch_id, list_id=batch.list_id, detail=detail,
        )  # fmt: skip
        # Withheld removals, too: classification of a fetch under way has seen them as pending.
        organisation.note_change(connection)
        return decision


def _given_before(connection: Connection, sync_id: str, fetch_id: int | None, who: str, *, apply: bool) -> Decision:
    """Nothing waits. If the same person's approval is why, it was given again: its task may have died after it was
    done, and before anybody was told.
    """
    told = _nothing_waits(connection, sync_id, fetch_id)
    done = pending.approved_by(connection, fetch_id, who) if apply and fetch_id is not None else None
    if done is None:
        return Decision(sync_id, fetch_id, told)
    return Decision(sync_id, fetch_id, told, False, done.list_name, done.people, done.dropped, done.memberships)


def _apply(connection: Connection, batch: Batch, who: str) -> Decision:
    dropped = pending.drop_what_no_longer_holds(connection, batch.fetch_id, who)
    ended = pending.ending(connection, batch.fetch_id)
    people = pending.decide(connection, batch.fetch_id, "applied", who)
    removing.carry_out(connection, fetch_id=batch.fetch_id)
    back = f"; {_count(dropped, 'person', 'people')} came back meanwhile and stay{'s' if dropped == 1 else ''}"
    told = (
        f"approved by {who}: {_count(people, 'person', 'people')} of fetch {batch.fetch_id} left, "
        f"{_count(ended, 'membership', 'memberships')} of '{batch.list_name}' ended{back if dropped else ''}."
    )
    return Decision(batch.sync_id, batch.fetch_id, told, True, batch.list_name, people, dropped, ended)


def _withhold(connection: Connection, batch: Batch, who: str) -> Decision:
    people = pending.decide(connection, batch.fetch_id, "withheld", who)
    told = f"withheld by {who}: {_count(people, 'person', 'people')} of fetch {batch.fetch_id} stay as they are."
    return Decision(batch.sync_id, batch.fetch_id, told, True, batch.list_name, people)


def _nothing_waits(connection: Connection, sync_id: str, fetch_id: int | None) -> str:
    """Why an answer does nothing; with the newer question, if there is one."""
    if fetch_id is None:
        return f"no removals of '{sync_id}' wait for an answer: nothing was done."
    newer = pending.batches(connection, sync_id=sync_id)
    asks = f" Fetch {newer[-1].fetch_id} asks now: contact-sync pending {sync_id}" if newer else ""
    return f"{_what_became(connection, fetch_id)}. Nothing was done.{asks}"


def _what_became(connection: Connection, fetch_id: int) -> str:
    """What became of the removals of a fetch, as a sentence without its full stop."""
    words = {"applied": "were approved by", "withheld": "were withheld by", "replaced": "were replaced by those of",
             "dropped": "no longer held, by"}  # fmt: skip
    found = [each for each in pending.became(connection, fetch_id) if each.state in words]
    if not found:
        return f"No removals of fetch {fetch_id} wait for an answer"
    first = found[0]
    when = f"{first.decided_at:%Y-%m-%d %H:%M} UTC"
    return f"The removals of fetch {fetch_id} {words[first.state]} {first.decided_by} at {when}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _plain(text: str) -> str:
    """Text of a person within Markdown: one line, and nothing of it is formatting."""
    return "".join(f"\\{each}" if each in "\\`*_[]<>|#~" else each for each in " ".join(text.split()))
