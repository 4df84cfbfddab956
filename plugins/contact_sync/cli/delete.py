"""`contact-sync delete`: a sync brings nothing more; what it has brought stays (LIM-3)."""

from datetime import UTC, datetime

from contact_sync.cli.arguments import AsOutput, Output, Reason, Sync, given_reason
from contact_sync.cli.console import say, say_json
from contact_sync.paths import include_folder


def delete(
    sync_id: Sync,
    reason: Reason,
    output: AsOutput = Output.TEXT,
) -> None:
    """End a sync: no new data, no push, its slot is free. Contacts, lists and responses stay."""
    from contact_sync.cli.connections import open_warehouse_at_hand, person
    from contact_sync.cli.find import find_sync

    why = given_reason(reason)
    warehouse = open_warehouse_at_hand()
    from contact_sync.stages.states import delete as delete_one

    # Its file is read only if no run has registered it: a sync whose file is broken or gone can be deleted, too.
    change = delete_one(
        warehouse, sync_id, person(), why, datetime.now(UTC), lambda: find_sync(sync_id, include_folder())
    )
    if output is Output.JSON:
        row = {"sync": sync_id, "changed": change.changed, "state": change.state, "before": change.before}
        say_json(row)
        return
    if not change.changed:
        say(f"'{sync_id}' is deleted already.")
        return
    say(f"'{sync_id}' is deleted: its runs are skipped, a fetch under way writes nothing more, and its slot is free.")
    say("Its contacts, lists and responses stay as they are, and so does everything in Recruit.")
    file = include_folder() / "syncs" / f"{sync_id}.yaml"
    if file.exists():
        say(f"It stays deleted while its file is there; remove {file.parent.parent.name}/syncs/{file.name}, too.")
