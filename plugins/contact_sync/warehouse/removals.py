"""Taking a person out of a list or of the organisation by hand, and back again, with who, when and why (OUT-18).

A removal from a list holds against every import until it is restored; one from the organisation does not: the next
fetch of the person's record may bring them back as `re_added`. Nothing here lifts a suppression or subscribes anybody
who unsubscribed. People are named by contact id in every message, never by their address.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from sqlalchemy import Connection, Row, text

from contact_sync.errors import ConfigError
from contact_sync.warehouse import acts, organisation, people, statements
from contact_sync.warehouse.database import Warehouse


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of a person. changed False: it was so already. lists: memberships that an act on the whole
    organisation ended or took up. status: of the membership after an act on one list. supplied: False
    if every record that supplied the membership given back is gone at its source. former: whether the person was found
    by an address that they do not have any more, and nobody else has."""

    contact_id: int
    changed: bool
    lists: int = 0
    status: str | None = None
    supplied: bool = True
    former: bool = False


def remove_from_list(warehouse: Warehouse, person: str, list_name: str, reason: str, who: str) -> Removal:
    """Take a member out of a list until restored. Raises ConfigError for an unknown person or list, or no member."""
    with _acting(warehouse, reason) as (connection, why):
        (contact_id, former), list_id = _person(connection, person), _list(connection, list_name)
        if _standing(connection, contact_id, list_id).status is None:
            raise ConfigError(
                f"contact {contact_id} is not in the list '{list_name}' and never was, so there is nothing to take "
                "back. To keep somebody from ever being mailed: contact-sync suppress"
            )
        changed = _do(connection, "removal/from_list", contact_id=contact_id, list_id=list_id)
        _keep(connection, "remove", changed, who, why, contact_id, list_id)
        return Removal(contact_id, bool(changed), status="removed", former=former)


def restore_to_list(warehouse: Warehouse, person: str, list_name: str, reason: str, who: str) -> Removal:
    """Take back a removal from a list. Whom an option has deleted from the organisation since, a fetch may bring back.

    Raises ConfigError if the person was not removed from the list by hand, or is deleted by hand, too.
    """
    with _acting(warehouse, reason) as (connection, why):
        (contact_id, former), list_id = _person(connection, person), _list(connection, list_name)
        before = _standing(connection, contact_id, list_id)
        if before.status != "removed" or before.reason != "removed_by_hand":
            raise ConfigError(
                f"contact {contact_id} was not removed from '{list_name}' by hand ({_told(before)}), so there is "
                "nothing to restore."
            )
        if before.deleted_reason == "by_hand":
            raise ConfigError(
                f"contact {contact_id} is deleted from the organisation by hand, so no list can have them. First: "
                f"contact-sync restore {contact_id} --org --reason …"
            )
        way = "removal/back_with_a_fetch" if before.deleted_at else "removal/back_in_list"
        changed = _do(connection, way, contact_id=contact_id, list_id=list_id)
        _keep(connection, "restore", changed, who, why, contact_id, list_id)
        status = _standing(connection, contact_id, list_id).status
        supplied = statements.run(connection, "removal/supplied", contact_id=contact_id, list_id=list_id).scalar_one()
        return Removal(contact_id, bool(changed), status=status, supplied=bool(supplied), former=former)


def remove_from_organisation(warehouse: Warehouse, person: str, reason: str, who: str) -> Removal:
    """Mark a person as deleted and end their memberships. Raises ConfigError for an unknown person."""
    with _acting(warehouse, reason) as (connection, why):
        contact_id, former = _person(connection, person)
        changed = _do(connection, "removal/from_organisation", contact_id=contact_id)
        lists = _do(connection, "removal/from_every_list", contact_id=contact_id) if changed else 0
        _keep(connection, "remove", changed, who, why, contact_id, None)
        return Removal(contact_id, bool(changed), lists, former=former)


def restore_to_organisation(warehouse: Warehouse, person: str, reason: str, who: str) -> Removal:
    """Take back a deletion by hand, with the memberships it ended. Raises ConfigError if there was none."""
    with _acting(warehouse, reason) as (connection, why):
        contact_id, former = _person(connection, person)
        before = _standing(connection, contact_id, None)
        if before.deleted_at is None or before.deleted_reason != "by_hand":
            told = f"is deleted as '{before.deleted_reason}'" if before.deleted_at else "is not deleted"
            raise ConfigError(f"contact {contact_id} {told}, not by hand, so there is nothing to restore.")
        lists = _do(connection, "removal/back_in_every_list", contact_id=contact_id)
        changed = _do(connection, "removal/back_in_organisation", contact_id=contact_id)
        _keep(connection, "restore", changed, who, why, contact_id, None)
        return Removal(contact_id, bool(changed), lists, former=former)


@contextmanager
def _acting(warehouse: Warehouse, reason: str) -> Iterator[tuple[Connection, str]]:
    """A transaction under the organisation's row, and the reason to keep."""
    why = acts.given_reason(reason)
    with warehouse.transaction() as connection:
        organisation.lock(connection)
        yield connection, why


def _do(connection: Connection, name: str, **values: int | None) -> int:
    return statements.run(connection, name, **values).rowcount


def _keep(
    connection: Connection,
    kind: Literal["remove", "restore"],
    changed: int,
    who: str,
    why: str,
    contact_id: int,
    list_id: int | None,
) -> None:
    """Record the act and tell the organisation, if anything came of it."""
    if changed:
        acts.record(connection, kind, who, reason=why, contact_id=contact_id, list_id=list_id)
        organisation.note_change(connection)


def _standing(connection: Connection, contact_id: int, list_id: int | None) -> Row[Any]:
    return statements.run(connection, "removal/standing", contact_id=contact_id, list_id=list_id).one()


def _told(standing: Row[Any]) -> str:
    if standing.status is None:
        return "never in it"
    return f"{standing.status}, {standing.reason}" if standing.reason else standing.status


def _person(connection: Connection, given: str) -> tuple[int, bool]:
    """The contact id of a person given by id or address, and whether it is an address that they had before.

    Raises ConfigError as `people.named` does, and for nobody.
    """
    meant = people.named(connection, given)
    if meant.contact_id is None:
        raise ConfigError("nobody in the organisation has this address.")
    return meant.contact_id, meant.former


def _list(connection: Connection, name: str) -> int:
    lists = {row.name: int(row.list_id) for row in connection.execute(_LISTS)}
    if name in lists:
        return lists[name]
    by_key = {each.casefold(): each for each in lists}
    close = get_close_matches(name.casefold(), by_key, n=1)
    hint = f" Did you mean '{by_key[close[0]]}'?" if close else ""
    known = ", ".join(f"'{each}'" for each in sorted(lists)[:20]) or "none yet"
    raise ConfigError(f"there is no list '{name}'.{hint} Lists: {known}.")


_LISTS = text("SELECT list_id, name FROM contacts.mailing_list")
