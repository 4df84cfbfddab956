"""`contact-sync housekeeping`: what the hourly DAG does, now (OPS-11)."""

from datetime import UTC, datetime

from contact_sync.cli.arguments import AsOutput, Output
from contact_sync.cli.console import say, say_json, working
from contact_sync.paths import include_folder


def housekeeping(output: AsOutput = Output.TEXT) -> None:
    """Take away what has been kept long enough, as organisation.yaml says; make the ledger's months ahead."""
    from contact_sync.cli.connections import open_warehouse_at_hand
    from contact_sync.config.loader import load_organisation

    retention = load_organisation(include_folder()).retention
    warehouse = open_warehouse_at_hand()
    from contact_sync.stages.housekeeping import housekeeping as keep_house

    with working("Taking away what has been kept long enough"):
        done = keep_house(warehouse, retention, datetime.now(UTC))
    if output is Output.JSON:
        say_json(done)
        return
    for name, number in done.items():
        say(f"{name.replace('_', ' ')}: {number:,}")
