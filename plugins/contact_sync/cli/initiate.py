"""`contact-sync initiate`: start a sync again over all its data; the next run does the reading."""

from datetime import UTC, datetime

from contact_sync.cli.arguments import AsOutput, Output, Sync
from contact_sync.cli.console import say, say_json
from contact_sync.paths import include_folder


def initiate(sync_id: Sync, output: AsOutput = Output.TEXT) -> None:
    """Make the next run of a sync read all its data again. Also lets a completed one-time sync run again."""
    from contact_sync.cli.connections import ask_source, open_warehouse_at_hand, person, secrets_at_hand
    from contact_sync.cli.find import find_sync

    sync = find_sync(sync_id, include_folder())
    warehouse = open_warehouse_at_hand()
    from contact_sync.stages.states import initiate as start_again

    change = start_again(
        warehouse, sync, person(), datetime.now(UTC), lambda each: ask_source(each, secrets_at_hand(warehouse))
    )
    if output is Output.JSON:
        row = {"sync": sync.sync_id, "state": change.state, "before": change.before, "list": sync.list_name}
        say_json({**row, "reads_after": sync.retrieve_after, "waits_until": change.waits_until})
        return
    after = sync.retrieve_after.astimezone(sync.schedule.zone).isoformat() if sync.retrieve_after else None
    what = f"what changed after {after}, as retrieve says," if after else "all data of its source"
    say(f"The next run of '{sync.sync_id}' reads {what} again into '{sync.list_name}'.")
    say(f"Start it now with: airflow dags trigger {sync.sync_id}")
    say(f"or in the Airflow UI: DAG '{sync.sync_id}', Trigger. A paused DAG does not run: unpause it first.")
    if change.waits_until is not None:
        from contact_sync.cli.states import waiting

        say(waiting(sync, change.waits_until))
