"""What one push works with, whoever asked for it: the push task of a fetch, or a run for an account (PUSH-0).

`fence` refuses whoever was overtaken by a newer attempt; what Recruit has answered is written without asking it, so
that no answer is lost.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from contact_sync.config.organisation import Policies
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.pushes import Verdict, Writer
from contact_sync.zoho.failures import WriteRefused
from contact_sync.zoho.recruit import RecruitClient, UpsertAnswer


@dataclass(slots=True)
class Tally:
    """What became of people. lacking: not sent for want of a mandatory field; unknown: of calls without an answer.
    campaigns: made in Recruit. statuses, statuses_refused: member statuses that it took and refused.

    looked_up: accounts and modules whose calls without an answer were looked up in this push.
    written: by account, module and contact the record and the fields that a clicked switch has written in this push.
    """

    pushed: int = 0
    refused: int = 0
    lacking: int = 0
    unknown: int = 0
    campaigns: int = 0
    statuses: int = 0
    statuses_refused: int = 0
    warnings: list[str] = field(default_factory=list)
    looked_up: set[tuple[str, str]] = field(default_factory=set)
    written: dict[tuple[str, str, int], tuple[str, frozenset[str]]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """For a manifest."""
        told = {"campaigns": self.campaigns, "statuses": self.statuses, "statuses_refused": self.statuses_refused}
        people = {"pushed": self.pushed, "not_pushed": self.refused + self.lacking + self.unknown}
        return people | {name: number for name, number in told.items() if number}

    def count(self, verdicts: list[Verdict]) -> None:
        """Add people whom Recruit took or refused."""
        self.pushed += sum(verdict.pushed for verdict in verdicts)
        self.refused += sum(verdict.outcome == "not_pushed" for verdict in verdicts)

    def complaints(self, threshold: float) -> list[str]:
        """What degrades the run (PUSH-9). threshold: the share of refused people that is still in order."""
        told = list(self.warnings)
        sent = self.pushed + self.refused
        if sent and self.refused / sent > threshold:
            told.append(f"Recruit refused {self.refused} of {sent} people who were pushed; the push ledger has why.")
        statuses = self.statuses + self.statuses_refused
        if statuses and self.statuses_refused / statuses > threshold:
            told.append(
                f"Recruit refused {self.statuses_refused} of {statuses} member statuses; the view sync.status_history "
                "has why."
            )
        if self.unknown:
            told.append(
                f"What became of {self.unknown} people who were sent to Recruit is unknown: no answer came and no "
                "record with their address is found. They are looked for again by each push, and not sent again."
            )
        return told


Item = TypeVar("Item")


def halved(
    batch: Sequence[Item], send: Callable[[Sequence[Item]], Sequence[UpsertAnswer]]
) -> Iterator[tuple[Sequence[Item], Sequence[UpsertAnswer]]]:
    """What became of a batch: one call, or its halves where Recruit refuses it as a whole, down to the culprit."""
    try:
        answers = send(batch)
    except WriteRefused as refusal:
        if len(batch) == 1:
            yield batch, [UpsertAnswer("error", refusal.code or "REFUSED", None, None, "", refusal.field)]
            return
        half = len(batch) // 2
        yield from halved(batch[:half], send)
        yield from halved(batch[half:], send)
        return
    yield batch, answers


@dataclass(frozen=True, slots=True)
class Work:
    """One push. make_client: the client of an account. fence: raises Superseded; holds until the transaction ends."""

    warehouse: Warehouse
    by: Writer
    policies: Policies
    now: datetime
    make_client: Callable[[str], RecruitClient]
    fence: Callable[[Connection], None]

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction of this attempt. Raises Superseded if a newer one has taken over."""
        with self.warehouse.transaction() as connection:
            self.fence(connection)
            yield connection
