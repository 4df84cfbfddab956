"""Member statuses in Recruit: who is due, and what was told (CAMP-3 to CAMP-5, CAMP-8)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from contact_sync.warehouse import organisation, statements
from contact_sync.warehouse.pushes import WITH_LOOPS, WITHOUT_LOOPS, Writer


@dataclass(frozen=True, slots=True)
class Due:
    """A record whose status Recruit does not show yet. campaign_record: the campaign's own record, if that is meant."""

    contact_id: int
    record_id: str = field(repr=False)
    campaign_id: int
    status: str
    campaign_record: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What Recruit said of one. detail: its code, and the field that it names; None if it took the status."""

    due: Due
    detail: str | None = None


def due_in_field(
    connection: Connection, account: str, module: str, target: str, list_id: int, kinds: Sequence[str]
) -> list[Due]:
    """Records whose field does not show the status of the latest campaign of these kinds."""
    values: dict[str, Any] = {"field": target, "list_id": list_id, "kinds": list(kinds)}
    return _due(connection, "statuses/due_in_field", account=account, module=module, **values)


def due_in_campaign(connection: Connection, account: str, module: str, list_id: int) -> list[Due]:
    """Members of campaigns that we made, whose status there is not that of the campaign here."""
    return _due(connection, "statuses/due_in_campaign", account=account, module=module, list_id=list_id)


def _due(connection: Connection, name: str, **values: Any) -> list[Due]:
    connection.execute(WITHOUT_LOOPS)
    found = [Due(**row) for row in statements.run(connection, name, **values).mappings()]
    connection.execute(WITH_LOOPS)
    return found


def write(
    connection: Connection, account: str, module: str, target: str | None, by: Writer, told: Sequence[Told]
) -> None:
    """Keep what Recruit took and refused. target: the field; None: the status of the members themselves."""
    if not told:
        return
    organisation.lock(connection)
    statements.run(
        connection,
        "statuses/told",
        account=account,
        module=module,
        field=target,
        fetch_id=by.fetch_id,
        push_run_no=by.push_run_no,
        contact_ids=[each.due.contact_id for each in told],
        record_ids=[each.due.record_id for each in told],
        campaign_ids=[each.due.campaign_id for each in told],
        statuses=[each.due.status for each in told],
        outcomes=["sent" if each.detail is None else "refused" for each in told],
        details=[each.detail for each in told],
    )
