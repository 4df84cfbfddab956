"""Pairs of a sync and a record under other choices than today's, and whom today's would remove (ADV-6).

The statements behind stages/options, which holds the transaction and carries the removals out as every other. Nothing
here erases anybody, lifts a suppression or subscribes somebody who unsubscribed (OUT-11).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, text

from contact_sync.errors import ConfigError
from contact_sync.warehouse import statements

Reason = Literal["opted_out", "deleted", "unsubscribed"]
Reach = Literal["list", "organisation"]
Choices = Mapping[str, str]
"""opt_out, deleted and unsubscribed by name (ADV-1 to ADV-3)."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a sync's options are applied to, by the warehouse's numbers."""

    sync_no: int
    source_no: int
    list_id: int

    def values(self) -> dict[str, int]:
        """As statements take them."""
        return {"sync_no": self.sync_no, "source_no": self.source_no, "list_id": self.list_id}


@dataclass(frozen=True, slots=True)
class Rebound:
    """So many pairs are bound to `before`, and today's choice of the option is another."""

    option: str
    before: str
    pairs: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """One person who leaves. in_list: a membership of the sync's list ends; else only the organisation loses them."""

    contact_id: int
    reason: Reason
    reach: Reach
    in_list: bool


@dataclass(frozen=True, slots=True)
class Back:
    """One person of an act that is taken back. left_because: why they do not come back, None if they do."""

    contact_id: int
    left_because: str | None


@dataclass(frozen=True, slots=True)
class PastAct:
    """An act that applied options. undone_by: the act that took it back, None while it holds."""

    act_id: int
    sync_no: int
    choices: dict[str, str]
    undone_by: int | None


def target(connection: Connection, sync_id: str, account: str, module: str, list_name: str) -> Target | None:
    """The sync with source and list as its file names them; None if no fetch has taken anything of it so.

    Raises ConfigError for a sync that was deleted.
    """
    values = {"sync_id": sync_id, "account": account, "module": module, "list_name": list_name}
    found = statements.run(connection, "rebinding/target", **values).one_or_none()
    if found is None or found.source_no is None or found.list_id is None:
        return None
    if found.state == "deleted":
        raise ConfigError(f"{sync_id} is deleted: its options apply to nobody any more. See: contact-sync list")
    return Target(found.sync_no, found.source_no, found.list_id)


def find(
    connection: Connection, aim: Target, choices: Choices, shared_contacts: str
) -> tuple[int, list[Rebound], list[Leaving]]:
    """The older pairs, counted whole and by option, and who leaves; both stay in tables of the transaction."""
    values = {**aim.values(), **choices}
    statements.run(connection, "rebinding/tables")
    statements.run(connection, "rebinding/leaving_table")
    statements.run(connection, "rebinding/older_pairs", **values)
    connection.execute(_ANALYSE)
    statements.run(connection, "rebinding/leaving", **values, shared_contacts=shared_contacts)
    counted = list(statements.run(connection, "rebinding/pairs", **choices))
    pairs = sum(row.pairs for row in counted if row.option is None)
    rebound = [Rebound(row.option, row.before, row.pairs) for row in counted if row.option is not None]
    found = statements.run(connection, "rebinding/people")
    people = [Leaving(row.contact_id, row.reason, row.reach, row.in_list) for row in found]
    return pairs, rebound, people


def rebind(connection: Connection, aim: Target, choices: Choices, act_id: int, who: str) -> None:
    """Bind what `find` found to the choices, keep what bound it before, and write the removals down as applied.

    Open questions that this answers are closed, in the ledger and the counters, too.
    """
    act = {"act_id": act_id, **aim.values()}
    answered = {"sync_no": aim.sync_no, "source_no": aim.source_no, "who": who, **choices}
    statements.run(connection, "rebinding/answer_pending", **answered)
    statements.run(connection, "rebinding/keep", **act)
    statements.run(connection, "rebinding/rebind", **aim.values(), **choices)
    statements.run(connection, "rebinding/record", **act, who=who)
    statements.run(connection, "rebinding/told", act_id=act_id, sync_no=aim.sync_no, who=who)
    statements.run(connection, "option/still_waiting", sync_no=aim.sync_no, fetch_id=None)


def past_act(connection: Connection, sync_id: str, act_id: int) -> PastAct:
    """The act of that number, which applied options of that sync. Raises ConfigError naming those there are."""
    found = statements.run(connection, "rebinding/act", act_id=act_id).one_or_none()
    if found is None or found.kind != "apply_options" or found.sync_id != sync_id:
        others = list(statements.run(connection, "rebinding/acts", sync_id=sync_id).scalars())
        told = f"Those that can be undone: {', '.join(map(str, others))}." if others else "There is none to undo."
        raise ConfigError(f"{act_id} is not the number of an act that applied options of '{sync_id}'. {told}")
    return PastAct(act_id, found.sync_no, dict(found.detail["options"]), found.undone_by)


def take_back(connection: Connection, act: PastAct, who: str) -> tuple[list[Back], int]:
    """Give back what the act ended and nothing changed since, and bind its pairs as before; people, and pairs bound."""
    statements.run(connection, "rebinding/undoing_table")
    statements.run(connection, "rebinding/undoing", act_id=act.act_id)
    people = [Back(row.contact_id, row.left_because) for row in statements.run(connection, "rebinding/undone")]
    for name in ("back_in_lists", "back_in_organisation"):
        statements.run(connection, f"rebinding/{name}")
    statements.run(connection, "rebinding/undo_removals", who=who)
    pairs = statements.run(connection, "rebinding/bind_back", act_id=act.act_id, **act.choices).scalar_one()
    return people, pairs


_ANALYSE = text("ANALYZE older_pair")
