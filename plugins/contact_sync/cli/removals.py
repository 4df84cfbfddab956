"""`contact-sync remove` and `restore`: take a person out of a list or of the organisation by hand, and back (OUT-18).

A person is given by contact id or address; what is printed names the contact id only.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from contact_sync.cli.arguments import AsOutput, ListName, Output, Reason, given_reason
from contact_sync.cli.console import UsageMistake, say, say_json

if TYPE_CHECKING:
    from contact_sync.warehouse.removals import Removal

Person = Annotated[str, typer.Argument(metavar="PERSON", help="Contact id, or e-mail address, now or before.")]
WholeOrganisation = Annotated[bool, typer.Option("--org", help="The whole organisation.")]


def remove(
    person: Person,
    reason: Reason,
    list_name: ListName = None,
    org: WholeOrganisation = False,
    output: AsOutput = Output.TEXT,
) -> None:
    """Take a person out of a list, which holds until restored, or of the organisation, until a fetch brings them."""
    from contact_sync.cli.connections import open_warehouse_at_hand
    from contact_sync.cli.connections import person as who

    why, chosen = given_reason(reason), _one_of(list_name, org)
    warehouse = open_warehouse_at_hand()
    from contact_sync.warehouse.removals import remove_from_list, remove_from_organisation

    if chosen is None:
        done = remove_from_organisation(warehouse, person, why, who())
    else:
        done = remove_from_list(warehouse, person, chosen, why, who())
    if output is Output.JSON:
        say_json(_as_json(done, chosen))
        return
    _found(done)
    if chosen is not None and done.changed:
        say(f"Contact {done.contact_id} is out of '{chosen}', whatever later fetches bring, until restored.")
    elif chosen is not None:
        say(f"Contact {done.contact_id} was taken out of '{chosen}' by hand already.")
    elif done.changed:
        told = f"deleted from the organisation and taken out of {_lists(done.lists)}; a later fetch may add them again."
        say(f"Contact {done.contact_id} is {told}")
    else:
        say(f"Contact {done.contact_id} is deleted already.")


def restore(
    person: Person,
    reason: Reason,
    list_name: ListName = None,
    org: WholeOrganisation = False,
    output: AsOutput = Output.TEXT,
) -> None:
    """Take back what `remove` did. Whoever unsubscribed, or is suppressed, is not mailed by it."""
    from contact_sync.cli.connections import open_warehouse_at_hand
    from contact_sync.cli.connections import person as who

    why, chosen = given_reason(reason), _one_of(list_name, org)
    warehouse = open_warehouse_at_hand()
    from contact_sync.warehouse.removals import restore_to_list, restore_to_organisation

    if chosen is None:
        done = restore_to_organisation(warehouse, person, why, who())
    else:
        done = restore_to_list(warehouse, person, chosen, why, who())
    if output is Output.JSON:
        say_json(_as_json(done, chosen))
        return
    _found(done)
    if chosen is None:
        say(f"Contact {done.contact_id} is back in the organisation and in {_lists(done.lists)}.")
    else:
        _tell_restored(done, chosen)


def _tell_restored(done: "Removal", chosen: str) -> None:
    """What it means for a list that a removal was taken back."""
    if done.status == "removed" and not done.supplied:
        say(
            f"Contact {done.contact_id} is held out of '{chosen}' no more, but was deleted from the organisation, "
            "and no live record supplies them: a fetch adds them again once theirs is restored at its source."
        )
    elif done.status == "removed":
        say(
            f"Contact {done.contact_id} is held out of '{chosen}' no more, but was deleted from the organisation. "
            "A fetch that reads their record adds them again; to read all records: contact-sync initiate SYNC"
        )
    else:
        alone = "" if done.supplied else " No live record supplies them: their record was deleted at its source."
        say(f"Contact {done.contact_id} is in '{chosen}' again: {done.status}.{alone}")


def _as_json(done: "Removal", chosen: str | None) -> dict[str, Any]:
    """JSON-ready. list: None for the organisation, of which `lists` tells how many lists were concerned."""
    told = {"contact_id": done.contact_id, "changed": done.changed, "by_former_address": done.former}
    if chosen is None:
        return {**told, "list": None, "lists": done.lists}
    return {**told, "list": chosen, "status": done.status, "supplied": done.supplied}


def _found(done: "Removal") -> None:
    """Say how the person was found, if not by what they are known by now."""
    if done.former:
        say(f"Nobody has this address now; contact {done.contact_id} had it before.")


def _one_of(list_name: str | None, org: bool) -> str | None:
    """The list chosen, None for the organisation. Raises UsageMistake unless exactly one of the two is given."""
    if org == (list_name is not None):
        raise UsageMistake("say where: either --list LIST or --org, not both.")
    return list_name.strip() if list_name is not None else None


def _lists(number: int) -> str:
    return "1 list" if number == 1 else f"{number:,} lists"
