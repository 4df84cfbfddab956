"""Acts of `contact_sync_admin` on people, by contact id: the functions behind the command line, and what came of it.

An address that an act needs is looked up in the warehouse and goes nowhere else; sentences name contact ids.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from contact_sync.core.admin import Act
from contact_sync.errors import ConfigError
from contact_sync.operators.admin_desk import Desk, count, numbers

if TYPE_CHECKING:
    from contact_sync.warehouse.removals import Removal


def suppress(desk: Desk) -> str:
    """Never mail them again: blocked, or in a registry (OUT-17)."""
    from contact_sync.warehouse import people, suppressions

    kind = desk.request.act.removeprefix("suppress_")
    found = people.addresses(desk.warehouse, desk.request.people)
    done = suppressions.suppress(desk.warehouse, found, kind, desk.request.reason, desk.who)
    return f"Suppressed as {kind}: {done.added:,} of {_people(desk)}; {done.already:,} were already."


def unsuppress(desk: Desk) -> str:
    """Lift their suppressions; complaints only with sure (OUT-17)."""
    from contact_sync.warehouse import people, suppressions

    found = people.addresses(desk.warehouse, desk.request.people)
    done = suppressions.unsuppress(desk.warehouse, found, desk.request.reason, desk.who, force=desk.request.sure)
    ids = desk.request.people
    told = f"{count(done.lifted, 'suppression', 'suppressions')} lifted of {_people(desk)}."
    if done.not_found:
        told += f" Not suppressed: {numbers([ids[each - 1] for each in done.not_found])}."
    if done.needs_force:
        kept = numbers([ids[each - 1] for each in done.needs_force])
        told += f" Still suppressed, for a complaint is lifted only with sure: {kept}."
    return told


def in_list(desk: Desk) -> str:
    """Out of a list until restored, or back (OUT-18)."""
    from contact_sync.warehouse import removals

    list_name, reason = desk.request.list_name or "", desk.request.reason
    if desk.request.act is Act.REMOVE_FROM_LIST:
        told = f"out of '{list_name}' until restored"
        return _each(
            desk, lambda who: removals.remove_from_list(desk.warehouse, who, list_name, reason, desk.who), told
        )
    deleted: list[int] = []
    alone: list[int] = []

    def restore(person: str) -> "Removal":
        done = removals.restore_to_list(desk.warehouse, person, list_name, reason, desk.who)
        if done.status == "removed":
            deleted.append(done.contact_id)
        if not done.supplied:
            alone.append(done.contact_id)
        return done

    told = _each(desk, restore, f"in '{list_name}' again")
    but = f" But deleted from the organisation, so in no list before a fetch reads their record: {numbers(deleted)}."
    unsupplied = f" No live record supplies them, for theirs was deleted at its source: {numbers(alone)}."
    return told + (but if deleted else "") + (unsupplied if alone else "")


def in_organisation(desk: Desk) -> str:
    """Out of the organisation, or back (OUT-18)."""
    from contact_sync.warehouse import removals

    removing = desk.request.act is Act.REMOVE_FROM_ORG
    act = removals.remove_from_organisation if removing else removals.restore_to_organisation
    told = "deleted from the organisation; a later fetch may add them again" if removing else "back in the organisation"
    return _each(desk, lambda person: act(desk.warehouse, person, desk.request.reason, desk.who), told)


def _each(desk: Desk, act: "Callable[[str], Removal]", told: str) -> str:
    """The act on one person after the other; nobody is left out because of another. Raises ConfigError if it was
    refused for anybody, with who and why."""
    from contact_sync.warehouse import people

    people.must_exist(desk.warehouse, desk.request.people)
    done: list[int] = []
    already: list[int] = []
    refused: list[str] = []
    for contact_id in desk.request.people:
        try:
            (done if act(str(contact_id)).changed else already).append(contact_id)
        except ConfigError as error:
            refused.append(str(error))
    parts = [f"{told}: {numbers(done)}." if done else "", f"So already: {numbers(already)}." if already else ""]
    sentence = " ".join(part for part in parts if part)
    if refused:
        raise ConfigError(" ".join([*dict.fromkeys(refused), f"Done: {sentence}" if sentence else "Nothing was done."]))
    return sentence


def erase(desk: Desk) -> str:
    """Nothing personal of one person stays (OPS-6)."""
    from contact_sync.warehouse import erasure

    (contact_id,) = desk.request.people
    done = erasure.erase(desk.warehouse, str(contact_id), desk.request.reason, desk.who)
    if not done.removed:
        return f"Contact {contact_id} is erased already; nothing more was found."
    rows = ", ".join(f"{table} {number:,}" for table, number in sorted(done.removed.items()))
    return f"Contact {contact_id} is erased; rows deleted or blanked: {rows}. The record in Zoho is not touched."


def _people(desk: Desk) -> str:
    ids = desk.request.people
    return f"contact{'s' if len(ids) > 1 else ''} {numbers(ids)}"
