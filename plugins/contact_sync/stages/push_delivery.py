"""From the outbox to Recruit: a hundred people a call, each with its own answer, at most once in effect (PUSH-5, 9).

Before a call its people are looked up by address, and the outbox says that they are on their way; answers are paired by
position and written at once. Only failures that Recruit calls passing are sent again, a bounded number of times. A call
that is refused as a whole is halved down to whoever spoils it. A call without an answer, and an answer that does not
tell whether a record was made, are left to `push_lookup`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from contact_sync.core.email import address_key
from contact_sync.errors import ContactSyncError, PermissionMissing
from contact_sync.stages.push_clients import IN_DOUBT, Clients
from contact_sync.stages.push_lookup import DOUBTFUL, by_address
from contact_sync.stages.push_records import COMPANY
from contact_sync.stages.push_work import Tally, Work
from contact_sync.warehouse import organisation, outbox, pushes
from contact_sync.warehouse.outbox import Lead
from contact_sync.warehouse.pushes import Switch, Verdict
from contact_sync.zoho.failures import EffectUnknown, WriteRefused
from contact_sync.zoho.recruit import MOST_RECORDS_A_WRITE, RecruitClient, UpsertAnswer

MOST_ROUNDS = 3
"""How often one push sends somebody whose failure passes."""
MOST_ATTEMPTS = 9
"""How often all pushes together send one record unchanged."""
PASSING = DOUBTFUL | {"RECORD_LOCKED", "TOO_MANY_REQUESTS"}
"""Codes of a record's failure that may be over at the next try."""
OF_THE_ACCOUNT = frozenset({"NO_PERMISSION_ACCOUNT", "LIMIT_EXCEEDED", "STORAGE_SPACE_EXCEEDED", IN_DOUBT})
"""Codes by which nothing is said of the record: the next push tries it again, once."""
REASONS = {
    "MANDATORY_NOT_FOUND": "missing_mandatory",
    "INVALID_DATA": "invalid_value",
    "NO_PERMISSION": "no_permission_record",
    "NO_PERMISSION_ACCOUNT": "no_permission_account",
}
"""Recruit's codes that have a reason of their own; all others are rejected_by_recruit (PUSH-4)."""
FORBIDDEN = UpsertAnswer("error", "NO_PERMISSION_ACCOUNT", None, None, "", None)
"""Stands for Recruit's answer where the Zoho user may not write the module at all."""


@dataclass(slots=True)
class Delivery:
    """One switch's leads on their way. keeper: the connection that holds the switch."""

    switch: Switch
    work: Work
    client: RecruitClient
    keeper: Connection
    tally: Tally
    clients: Clients = field(init=False)
    forbidden: bool = False
    blind: bool = False

    def __post_init__(self) -> None:
        self.clients = Clients(self.switch.account, self.work, self.client)

    def deliver(self, leads: Sequence[Lead]) -> None:
        """Send everybody, and once more, later, those whose failure passes."""
        waiting = list(leads)
        for round_no in range(1, MOST_ROUNDS + 1):
            again: list[Lead] = []
            for first in range(0, len(waiting), MOST_RECORDS_A_WRITE):
                batch = waiting[first : first + MOST_RECORDS_A_WRITE]
                again += self._batch(batch, last=round_no == MOST_ROUNDS)
            waiting = again

    def _batch(self, batch: Sequence[Lead], *, last: bool) -> list[Lead]:
        """Send up to a hundred people; who of them is to be sent again."""
        again: list[Lead] = []
        if self.forbidden:
            self._note([(lead, FORBIDDEN) for lead in batch], last=True)
            return again
        pushes.still_held(self.keeper)
        if self.switch.module == "Contacts":
            failed = self.clients.put_into(batch)
            again += self._note(failed, last=last)
            without = {lead.contact_id for lead, _ in failed}
            batch = [lead for lead in batch if lead.contact_id not in without]
        self._look_up([lead for lead in batch if lead.record_id is None])
        for part, answers in self._calls(batch):
            again += self._note(list(zip(part, answers, strict=True)), last=last)
        return again

    def _look_up(self, leads: Sequence[Lead]) -> None:
        """Give leads the record that has their address; of several the latest modified (PUSH-5)."""
        if not leads or self.blind:
            return
        try:
            keys, by_in = [lead.key for lead in leads], self.work.policies.search_in
            found = by_address(self.client, self.switch.module, keys, by_in=by_in)
        except PermissionMissing as error:
            self.blind = True
            self.tally.warnings.append(
                f"Records of one address cannot be told apart: the upsert chooses the one it updates. {error}"
            )
            return
        for lead in leads:
            ids = [str(row["id"]) for row in found.get(address_key(lead.key) or "", [])]
            lead.record_id, lead.others = (ids[0], tuple(ids[1:])) if ids else (None, ())
            lead.looked_up = bool(ids)

    def _calls(self, batch: Sequence[Lead]) -> Iterator[tuple[list[Lead], Sequence[UpsertAnswer]]]:
        """Those who were sent, with their answers: one call, or several where Recruit refuses it as a whole."""
        pushes.still_held(self.keeper)
        leads = self._on_their_way(batch)
        if not leads:
            return
        try:
            answers: Sequence[UpsertAnswer] = self.client.upsert(
                self.switch.module, [_item(lead) for lead in leads], ["Email"]
            )
        except WriteRefused as refusal:
            if len(leads) == 1:
                yield leads, [UpsertAnswer("error", refusal.code or "REFUSED", None, None, "", refusal.field)]
                return
            self._call_back(leads)
            half = len(leads) // 2
            yield from self._calls(leads[:half])
            yield from self._calls(leads[half:])
            return
        except PermissionMissing:
            self.forbidden = True
            yield leads, [FORBIDDEN] * len(leads)
            return
        except EffectUnknown:
            raise
        except ContactSyncError:  # nothing was sent
            self._call_back(leads)
            raise
        yield leads, answers

    def _on_their_way(self, batch: Sequence[Lead]) -> list[Lead]:
        if not batch:
            return []
        with self.work.writing() as connection:
            attempts = outbox.sending(connection, self.switch, batch)
        for lead in batch:
            lead.attempts = attempts.get(lead.contact_id, lead.attempts)
        return [lead for lead in batch if lead.contact_id in attempts]

    def _call_back(self, leads: Sequence[Lead]) -> None:
        """Nothing of the call took effect."""
        with self.work.warehouse.transaction() as connection:
            outbox.settle(
                connection, self.switch.switch_no, {lead.contact_id: ("waiting", _known(lead)) for lead in leads}
            )

    def _note(self, pairs: Sequence[tuple[Lead, UpsertAnswer]], *, last: bool) -> list[Lead]:
        """Write what became of people, overtaken or not; return who is to be sent again."""
        if not pairs:
            return []
        verdicts: list[Verdict] = []
        states: dict[int, tuple[str, str | None]] = {}
        again: list[Lead] = []
        for lead, answer in pairs:
            if not last and self._is_passing(lead, answer):
                states[lead.contact_id] = ("waiting", _known(lead))
                again.append(lead)
                continue
            verdict = verdict_of(lead, answer)
            verdicts.append(verdict)
            state = _state(lead, answer)
            states[lead.contact_id] = (state, _known(lead) if state == "waiting" else answer.record_id)
            if verdict.pushed and self.switch.response == "clicked":
                self._remember(lead, verdict)
        with self.work.warehouse.transaction() as connection:
            organisation.lock(connection)
            done = outbox.settled(connection, self.switch.switch_no, states)
            outbox.settle(
                connection, self.switch.switch_no, {who: what for who, what in states.items() if who not in done}
            )
            verdicts = [verdict for verdict in verdicts if verdict.contact_id not in done]
            pushes.write(connection, self.switch.switch_no, self.work.by, verdicts)
        self.tally.count(verdicts)
        self.tally.unknown += sum(verdict.outcome == "unknown" for verdict in verdicts)
        return again

    def _is_passing(self, lead: Lead, answer: UpsertAnswer) -> bool:
        """Whether another try in this push may do better: another moment, or with what is no longer there left out."""
        if answer.code in PASSING:
            return lead.attempts < MOST_ATTEMPTS and not _in_doubt(lead, answer)
        if answer.code != "INVALID_DATA":
            return False
        if answer.field == "id" and lead.record_id is not None:  # deleted since we knew it
            lead.record_id, lead.others = None, ()
            return True
        return answer.field == COMPANY and bool(lead.company) and self.clients.forget(lead)

    def _remember(self, lead: Lead, verdict: Verdict) -> None:
        place = (self.switch.account, self.switch.module, lead.contact_id)
        self.tally.written[place] = (verdict.record_id or "", frozenset(lead.record))


def verdict_of(lead: Lead, answer: UpsertAnswer) -> Verdict:
    """Recruit's answer for one person as a verdict."""
    if answer.status == "success":
        return Verdict(
            lead.contact_id,
            lead.response_id,
            "inserted" if answer.action == "insert" else "updated",
            record_id=answer.record_id,
            status=lead.status,
            status_field=lead.status_field,
            others=lead.others,
        )
    if _in_doubt(lead, answer):
        return Verdict(lead.contact_id, lead.response_id, "unknown")
    reason = REASONS.get(answer.code, "rejected_by_recruit")
    detail = answer.field if reason != "rejected_by_recruit" else answer.code
    return Verdict(lead.contact_id, lead.response_id, "not_pushed", reason, detail)


def _state(lead: Lead, answer: UpsertAnswer) -> str:
    if answer.status == "success":
        return "answered"
    if _in_doubt(lead, answer):
        return "unknown"
    later = answer.code in PASSING and lead.attempts < MOST_ATTEMPTS
    return "waiting" if later or answer.code in OF_THE_ACCOUNT else "refused"


def _in_doubt(lead: Lead, answer: UpsertAnswer) -> bool:
    """Whether a record may have been made of which we know nothing; an update can be repeated."""
    return answer.code in DOUBTFUL and lead.record_id is None


def _known(lead: Lead) -> str | None:
    """The record to keep for a lead that waits; what only its address found is looked up anew: it may change."""
    return None if lead.looked_up else lead.record_id


def _item(lead: Lead) -> dict[str, Any]:
    return {"id": lead.record_id, **lead.record} if lead.record_id else lead.record
