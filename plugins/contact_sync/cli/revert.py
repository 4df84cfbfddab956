"""`contact-sync revert`: show, or do, what takes a fetch back as far as nothing touched it since (OPS-12).

People are named by contact id. As text long lists of ids are cut; the counts never are.
"""

from collections import defaultdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contact_sync.cli.arguments import AsOutput, Output, given_reason
from contact_sync.cli.console import UsageMistake, say, say_json, working

if TYPE_CHECKING:
    from contact_sync.warehouse.reverts import Revert

_SHOWN = 20


def revert(
    fetch_id: Annotated[int, typer.Argument(metavar="FETCH", min=1, help="Number of the fetch, as in the history.")],
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be taken back; write nothing.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Take it back.")] = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, for the record; with --apply.")] = None,
    output: AsOutput = Output.TEXT,
) -> None:
    """Take back the memberships, new people and changed values of one fetch that nothing touched since."""
    from contact_sync.cli.connections import open_warehouse_at_hand, person

    if preview == apply:
        raise UsageMistake("say what to do: either --preview or --apply.")
    if apply and reason is None:
        raise UsageMistake("--apply needs --reason: say why, for the record.")
    why = given_reason(reason) if reason is not None else ""
    warehouse = open_warehouse_at_hand()
    from contact_sync.warehouse import reverts

    with working("Looking what the fetch brought, and what was touched since"):
        done = reverts.revert(warehouse, fetch_id, why, person()) if apply else reverts.preview(warehouse, fetch_id)
    if output is Output.JSON:
        say_json(_as_json(done))
    else:
        _tell(done)


def _tell(done: "Revert") -> None:
    from contact_sync.warehouse.reverts import KINDS, REASONS

    taken_back, left = _sorted(done)
    named = f"Fetch {done.fetch_id} of '{done.sync_id}'"
    if not taken_back:
        say(f"{named}: there is nothing to take back.")
    else:
        say(f"{named}: {'taken back' if done.applied else 'this would be taken back'}:")
    for kind, people in taken_back.items():
        say(f"  {len(people):,} {KINDS[kind]}: {_people(people)}")
    if left:
        say("Left as they are:")
    for (kind, reason), people in left.items():
        say(f"  {len(people):,} {KINDS[kind]}, because {REASONS[reason]}: {_people(people)}")
    if not done.applied:
        command = f" Do it with: contact-sync revert {done.fetch_id} --apply --reason …" if taken_back else ""
        say(f"Nothing was written.{command}")


def _sorted(done: "Revert") -> tuple[dict[str, list[int]], dict[tuple[str, str], list[int]]]:
    """Contact ids by kind of what is taken back, and by kind and reason of what is left."""
    taken_back: dict[str, list[int]] = defaultdict(list)
    left: dict[tuple[str, str], list[int]] = defaultdict(list)
    for item in done.items:
        if item.left_because is None:
            taken_back[item.kind].append(item.contact_id)
        else:
            left[item.kind, item.left_because].append(item.contact_id)
    return taken_back, left


def _as_json(done: "Revert") -> dict[str, Any]:
    taken_back, left = _sorted(done)
    return {
        "fetch_id": done.fetch_id,
        "sync_id": done.sync_id,
        "applied": done.applied,
        "taken_back": dict(taken_back),
        "left": [{"kind": kind, "reason": reason, "contacts": ids} for (kind, reason), ids in left.items()],
    }


def _people(ids: list[int]) -> str:
    more = f" and {len(ids) - _SHOWN:,} more (all with --output json)" if len(ids) > _SHOWN else ""
    return f"contact{'s' if len(ids) > 1 else ''} {', '.join(map(str, ids[:_SHOWN]))}{more}"
