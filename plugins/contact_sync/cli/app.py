"""The command `contact-sync`: puts the commands together and turns errors into one clear message.

Commands import what is heavy only when they run, so that `--help` answers at once. `main` never shows a traceback
for an error that this package raises on purpose.
"""

import sys
from collections.abc import Sequence

import typer

from contact_sync.cli import doctor, history, initiate, lint, new, suppressions, syncs, warehouse
from contact_sync.cli.console import PROBLEMS_FOUND, USED_WRONGLY, UsageMistake, say
from contact_sync.errors import ContactSyncError

app = typer.Typer(
    name="contact-sync",
    help="Zoho Recruit contacts into mailing lists: configure, look, and act by hand.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("lint")(lint.lint)
app.command("list")(syncs.list_syncs)
app.command("new")(new.new)
app.command("history")(history.history)
app.command("doctor")(doctor.doctor)
app.command("initiate")(initiate.initiate)
app.command("suppress")(suppressions.suppress)
app.command("unsuppress")(suppressions.unsuppress)
app.add_typer(warehouse.app, name="warehouse")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; always ends with SystemExit. `arguments` default to the process's own."""
    try:
        app(args=list(arguments) if arguments is not None else None, prog_name="contact-sync")
    except UsageMistake as mistake:
        say(f"contact-sync: {mistake}", error=True)
        sys.exit(USED_WRONGLY)
    except ContactSyncError as problem:
        say(f"contact-sync: {problem}", error=True)
        sys.exit(PROBLEMS_FOUND)
