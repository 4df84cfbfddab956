"""`contact-sync warehouse migrate | status`: the tables of the contacts warehouse."""

import typer

from contact_sync.cli.arguments import AsOutput, Output
from contact_sync.cli.console import PROBLEMS_FOUND, say, say_json, working

app = typer.Typer(help="Tables of the contacts warehouse.", no_args_is_help=True)


@app.command("migrate")
def migrate(output: AsOutput = Output.TEXT) -> None:
    """Create the tables and views, or bring them up to this version. Safe to repeat."""
    from contact_sync.cli.connections import open_warehouse_at_hand
    from contact_sync.warehouse.database import ping
    from contact_sync.warehouse.migrate import migrate as run_migrations
    from contact_sync.warehouse.migrate import versions

    warehouse = open_warehouse_at_hand()
    ping(warehouse)  # a clear message before Alembic meets a server that is not there
    before, _ = versions(warehouse.engine)
    with working("Bringing the tables up to date"):
        run_migrations(warehouse.engine)
    after, _ = versions(warehouse.engine)
    if output is Output.JSON:
        say_json({"before": before, "after": after, "changed": before != after})
        return
    say(
        f"The warehouse is at {after}."
        if before == after
        else f"The warehouse went from {before or 'empty'} to {after}."
    )


@app.command("status")
def status(output: AsOutput = Output.TEXT) -> None:
    """Say where the warehouse is and whether its tables are up to date. Exit code 1 if not."""
    from contact_sync.cli.connections import open_warehouse_at_hand
    from contact_sync.warehouse.database import ping
    from contact_sync.warehouse.migrate import versions

    warehouse = open_warehouse_at_hand()
    url = warehouse.engine.url
    server = ping(warehouse)
    now, newest = versions(warehouse.engine)
    place = {"host": url.host, "port": url.port or 5432, "database": url.database, "user": url.username}
    if output is Output.JSON:
        say_json({**place, "postgres": server, "tables": now, "newest": newest, "up_to_date": now == newest})
    else:
        say(f"Warehouse: {url.host or 'local socket'}:{url.port or 5432}, database {url.database}, user {url.username}")
        say(f"Postgres:  {server}")
        say(
            f"Tables:    {now}, up to date"
            if now == newest
            else f"Tables:    {now or 'none yet'}, this package has {newest}. Run: contact-sync warehouse migrate"
        )
    if now != newest:
        raise typer.Exit(PROBLEMS_FOUND)
