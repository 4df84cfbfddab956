"""A plan as JSON, for scripts. Never holds an address."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from contact_sync.cli.plan_told import conditions_of, stop_of, unknown_of

if TYPE_CHECKING:
    from contact_sync.cli.plan import Planned
    from contact_sync.stages.plan_pushes import Campaigning, Pushing
    from contact_sync.stages.plan_rows import Rehearsed


def as_json(planned: "Planned", credits: Sequence[str]) -> dict[str, Any]:
    """JSON-ready; without addresses."""
    outlook, sync, found = planned.outlook, planned.sync, planned.rehearsed
    window = outlook.window
    return {
        "sync": sync.sync_id,
        "account": sync.account,
        "source": sync.module,
        "list": sync.list_name,
        "planned_at": planned.now,
        "file": planned.draft or sync.file,
        "state": outlook.stands,
        "works": outlook.stop is None and planned.fails is None,
        "would_not": stop_of(outlook),
        "would_fail": planned.fails,
        "under_way": outlook.under_way,
        "places": asdict(outlook.places),
        "next_due": sync.schedule.next_due(planned.now),
        "window": window and {"from": window.start, "to": window.end, "first": window.first},
        "why": outlook.why,
        "changes": [asdict(change) for change in outlook.changes],
        "reading": planned.approach and {"way": planned.approach.read_by, "warnings": planned.approach.warnings},
        "conditions": [
            {"number": number, "condition": words, "sent": why is None, "why_not": why}
            for number, words, why in conditions_of(planned)
        ],
        "credits": {"told": list(credits), "plan_calls": planned.calls, "plan_cost": planned.credits},
        "new_fields": planned.new_fields and {"fields": planned.new_fields[0], "people_lacking": planned.new_fields[1]},
        "records": None if found is None else _records_as_json(found),
        "last_fetch": planned.change and asdict(planned.change),
        "cannot_tell": [{"what": what, "why": why} for what, why in unknown_of(planned).items()],
    }


def _records_as_json(found: "Rehearsed") -> dict[str, Any]:
    told = asdict(found)
    for row in told["rows"]:
        del row["address"]
    sent = {"pushes": _pushes_as_json(found.pushes), "campaigns": _campaigns_as_json(found.campaigns)}
    return {**told, "updates": dict(found.updates), **sent}


def _pushes_as_json(pushes: "tuple[Pushing, ...] | None") -> list[dict[str, Any]] | None:
    if pushes is None:
        return None
    return [{**asdict(each), "not_pushed": dict(each.not_pushed), "taken": "cannot tell"} for each in pushes]


def _campaigns_as_json(campaigns: "tuple[Campaigning, ...] | None") -> list[dict[str, Any]] | None:
    if campaigns is None:
        return None
    return [{**asdict(each), "statuses": dict(each.statuses), "taken": "cannot tell"} for each in campaigns]
