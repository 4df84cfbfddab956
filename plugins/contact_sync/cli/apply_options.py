"""`contact-sync apply-options`: a sync's options of today for older pairs, too; look first, and take back (ADV-6).

People are named by contact id. As text long lists of ids are cut; the counts never are.
"""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contact_sync.cli.arguments import AsOutput, Output, Sync, given_reason
from contact_sync.cli.console import PROBLEMS_FOUND, UsageMistake, counted, say, say_json, working
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.stages.options import Application, Undone

_SHOWN = 20
_BECAUSE = {
    "opted_out": "opted out",
    "deleted": "their last record was deleted at the source",
    "unsubscribed": "unsubscribed from the list",
}
_REACH = {"list": "out of the list", "organisation": "out of the organisation, and of every list"}


def apply_options(
    sync_id: Sync,
    preview: Annotated[bool, typer.Option("--preview", help="Show who would leave; write nothing.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Do it.")] = False,
    undo: Annotated[
        int | None, typer.Option("--undo", metavar="RUN", min=1, help="Take back the act of this number.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why, for the record; with --apply and --undo.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    output: AsOutput = Output.TEXT,
) -> None:
    """Apply a sync's options to people it took before they were chosen; see first who would leave."""
    as_json = output is Output.JSON
    if [preview, apply, undo is not None].count(True) != 1:
        raise UsageMistake("say what to do: --preview, --apply or --undo RUN, one of them.")
    if not preview and reason is None:
        raise UsageMistake(f"{'--apply' if apply else '--undo'} needs --reason: say why, for the record.")
    why = given_reason(reason) if reason is not None else ""
    if apply and not yes and (as_json or not sys.stdin.isatty()):
        raise UsageMistake("nobody can be asked here. Look first with --preview, then say --yes.")
    if undo is not None:
        _undo(sync_id, undo, why, as_json=as_json)
    else:
        _apply(sync_id, why, ask=not yes, apply=apply, as_json=as_json)


def _apply(sync_id: str, why: str, *, ask: bool, apply: bool, as_json: bool) -> None:
    from contact_sync.cli.connections import open_warehouse_at_hand, person
    from contact_sync.cli.find import find_sync

    sync = find_sync(sync_id, include_folder())
    warehouse = open_warehouse_at_hand()
    from contact_sync.stages import options

    if not apply or ask:
        with working("Looking whom the options of today concern"):
            seen = options.preview(warehouse, sync)
        _tell(seen, as_json=as_json)
        if not apply or not seen.pairs:
            return
        if not typer.confirm(f"Apply them: {counted(len(seen.people), 'person leaves', 'people leave')}?", err=True):
            raise typer.Exit(PROBLEMS_FOUND)
    with working("Applying the options"):
        done = options.apply(warehouse, sync, why, person())
    _tell(done, as_json=as_json, asked_to=True)


def _undo(sync_id: str, act_id: int, why: str, *, as_json: bool) -> None:
    from contact_sync.cli.connections import open_warehouse_at_hand, person

    warehouse = open_warehouse_at_hand()
    from contact_sync.stages import options

    with working(f"Undoing act {act_id}"):
        done = options.undo(warehouse, sync_id, act_id, why, person())
    if as_json:
        say_json(_undone_as_json(done))
        return
    if done.undone_by is not None:
        say(f"Act {act_id} was undone already, by act {done.undone_by}. Nothing was written.")
        return
    say(f"Act {act_id} of '{sync_id}' is undone (act {done.act_id}). Back: {_people(done.back) or 'nobody'}.")
    say(f"{counted(done.pairs, 'pair is', 'pairs are')} bound as before.")
    for left in sorted(done.left):
        people = tuple(each.contact_id for each in done.people if each.left_because == left)
        say(f"Left as they are, because {options.LEFT_BECAUSE[left]}: {_people(people)}.")


def _tell(done: "Application", *, as_json: bool, asked_to: bool = False) -> None:
    if as_json:
        say_json(_as_json(done))
        return
    if not done.pairs:
        say(f"'{done.sync_id}': every pair is bound to the options of today already. There is nothing to apply.")
        return
    did = done.act_id is not None
    chosen = ", ".join(f"{option}: {choice}" for option, choice in done.choices.items())
    say(f"'{done.sync_id}' into '{done.list_name}', options of today: {chosen}.")
    bound = "are now bound" if did else "would be bound"
    say(f"Pairs taken under other options that {bound} to these: {done.pairs:,}")
    for change in done.rebound:
        say(f"  {change.option}: {change.before} → {done.choices[change.option]}: {change.pairs:,}")
    leave = "left" if did else "would leave"
    people = counted(len(done.people), "person", "people")
    say(f"{people} {leave}; memberships of the list that end: {done.memberships:,}")
    for (reason, reach), number in done.by_reason.items():
        ids = tuple(each.contact_id for each in done.people if (each.reason, each.reach) == (reason, reach))
        say(f"  {number:,} {_REACH[reach]}, {_BECAUSE[reason]}: {_people(ids)}")
    if done.choices["deleted"] != "keep":
        say("Of deletions those count that a fetch has seen. To find older ones, run the sync once with: "
            "deletion_check: full_id_scan")  # fmt: skip
    if did:
        say(f"This is act {done.act_id}. Take it back with: "
            f"contact-sync apply-options {done.sync_id} --undo {done.act_id} --reason …")  # fmt: skip
    elif not asked_to:
        say(f"Nothing was written. Do it with: contact-sync apply-options {done.sync_id} --apply --reason …")


def _as_json(done: "Application") -> dict[str, Any]:
    leaving = [
        {
            "reason": reason,
            "reach": reach,
            "people": number,
            "memberships": sum(each.in_list for each in done.people if (each.reason, each.reach) == (reason, reach)),
            "contacts": [each.contact_id for each in done.people if (each.reason, each.reach) == (reason, reach)],
        }
        for (reason, reach), number in done.by_reason.items()
    ]
    rebound = [
        {"option": each.option, "from": each.before, "to": done.choices[each.option], "pairs": each.pairs}
        for each in done.rebound
    ]
    return {
        "sync": done.sync_id,
        "list": done.list_name,
        "options": done.choices,
        "act": done.act_id,
        "applied": done.act_id is not None,
        "pairs": done.pairs,
        "rebound": rebound,
        "leaving": leaving,
    }


def _undone_as_json(done: "Undone") -> dict[str, Any]:
    left = [
        {"reason": reason, "contacts": [each.contact_id for each in done.people if each.left_because == reason]}
        for reason in done.left
    ]
    return {
        "sync": done.sync_id,
        "undone": done.undone,
        "act": done.act_id,
        "undone_before_by": done.undone_by,
        "pairs": done.pairs,
        "back": list(done.back),
        "left": left,
    }


def _people(ids: tuple[int, ...]) -> str:
    if not ids:
        return ""
    more = f" and {len(ids) - _SHOWN:,} more (all with --output json)" if len(ids) > _SHOWN else ""
    return f"contact{'s' if len(ids) > 1 else ''} {', '.join(map(str, ids[:_SHOWN]))}{more}"
