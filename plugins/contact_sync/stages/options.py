"""The options of today for the pairs of yesterday: preview, apply, undo (ADV-6).

Options bind a (sync, record) pair when it is first taken, and a later change leaves older pairs alone (ADV-5). Here a
person says that it is to hold for them too. Who leaves by it leaves by the statements of every removal; the guard of
ADV-8 does not ask, because a person did. ADV-4 is bound to no pair, so there is nothing of it to apply. One transaction
under the organisation's row; undo lifts no suppression and subscribes nobody who unsubscribed (OUT-11).
"""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from contact_sync.config.resolved import ResolvedSync
from contact_sync.stages import removing
from contact_sync.warehouse import acts, organisation, rebinding
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.rebinding import Back, Leaving, Rebound, Target

LEFT_BECAUSE = {
    "back_already": "they are back already",
    "changed_since": "their membership or deletion has changed since",
    "deleted_since": "they have been deleted from the organisation since",
    "erased_since": "they have been erased since",
}
"""Why somebody does not come back by undoing."""


@dataclass(frozen=True, slots=True)
class Application:
    """What applying today's options does. act_id: of the act that did it; None: nothing was written.

    pairs: bound to another choice in at least one option. people: who leaves, one entry each.
    """

    sync_id: str
    list_name: str
    choices: dict[str, str]
    act_id: int | None = None
    pairs: int = 0
    rebound: tuple[Rebound, ...] = ()
    people: tuple[Leaving, ...] = ()

    @property
    def memberships(self) -> int:
        """Memberships of the sync's list that end."""
        return sum(person.in_list for person in self.people)

    @property
    def by_reason(self) -> Counter[tuple[str, str]]:
        """How many people leave, by reason and reach."""
        return Counter((person.reason, person.reach) for person in self.people)


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an act gave back. act_id: of the undoing; None if it had been undone before: by `undone_by`."""

    sync_id: str
    undone: int
    act_id: int | None = None
    undone_by: int | None = None
    pairs: int = 0
    people: tuple[Back, ...] = ()

    @property
    def back(self) -> tuple[int, ...]:
        """Contact ids of those who came back."""
        return tuple(person.contact_id for person in self.people if person.left_because is None)

    @property
    def left(self) -> Counter[str]:
        """How many did not, by reason: a word of LEFT_BECAUSE."""
        return Counter(person.left_because for person in self.people if person.left_because is not None)


def preview(warehouse: Warehouse, sync: ResolvedSync) -> Application:
    """What `apply` would do now. Writes nothing. Raises ConfigError for a deleted sync."""
    with warehouse.transaction() as connection:
        return _find(connection, sync)[1]


def apply(warehouse: Warehouse, sync: ResolvedSync, reason: str, who: str) -> Application:
    """Bind the sync's older pairs to the options of its file, and remove whom they mean. Raises as `preview`.

    Where every pair is bound so already, nothing is written.
    """
    why = acts.given_reason(reason)
    with warehouse.transaction() as connection:
        organisation.lock(connection)
        aim, found = _find(connection, sync)
        if aim is None or not found.pairs:
            return found
        detail = {"options": found.choices, "pairs": found.pairs, "people": len(found.people)}
        act_id = acts.record(
            connection, "apply_options", who, reason=why, sync_no=aim.sync_no, list_id=aim.list_id, detail=detail
        )
        rebinding.rebind(connection, aim, found.choices, act_id, who)
        removing.carry_out(connection, act_id=act_id)
        organisation.note_change(connection)
    return Application(found.sync_id, found.list_name, found.choices, act_id, found.pairs, found.rebound, found.people)


def undo(warehouse: Warehouse, sync_id: str, act_id: int, reason: str, who: str) -> Undone:
    """Take an act back: memberships that it ended, people whom it deleted, and what bound the pairs, as far as nothing
    changed them since. A second time nothing is done. Raises ConfigError for a number that is no such act.
    """
    why = acts.given_reason(reason)
    with warehouse.transaction() as connection:
        organisation.lock(connection)
        act = rebinding.past_act(connection, sync_id, act_id)
        if act.undone_by is not None:
            return Undone(sync_id, act_id, undone_by=act.undone_by)
        people, pairs = rebinding.take_back(connection, act, who)
        back = sum(person.left_because is None for person in people)
        number = acts.record(
            connection,
            "undo_options",
            who,
            reason=why,
            sync_no=act.sync_no,
            detail={"act": act_id, "pairs": pairs, "people": back},
        )
        organisation.note_change(connection)
    return Undone(sync_id, act_id, number, None, pairs, tuple(people))


def _find(connection: Connection, sync: ResolvedSync) -> tuple[Target | None, Application]:
    chosen = sync.options
    choices: dict[str, str] = {
        "opt_out": chosen.opt_out,
        "deleted": chosen.deleted,
        "unsubscribed": chosen.unsubscribed,
    }
    nothing = Application(sync.sync_id, sync.list_name, choices)
    aim = rebinding.target(connection, sync.sync_id, sync.account, sync.module, sync.list_name)
    if aim is None:
        return None, nothing
    pairs, rebound, people = rebinding.find(connection, aim, choices, sync.policies.shared_contacts)
    return aim, Application(sync.sync_id, sync.list_name, choices, None, pairs, tuple(rebound), tuple(people))
