"""The command `contact-sync`: puts the commands together and turns errors into one clear message.

Commands import what is heavy only when they run, so that `--help` answers at once. `main` never shows a traceback
for an error that this package raises on purpose.
"""

import sys
from collections.abc import Sequence

import typer

from contact_sync.cli import (
    apply_options,
    approve,
    campaigns,
    delete,
    doctor,
    erase,
    explain,
    explain_record,
    fields,
    history,
    housekeeping,
    import_events,
    initiate,
    lint,
    lists,
    new,
    plan,
    pushes,
    removals,
    revert,
    run,
    set_aside,
    states,
    suppressions,
    syncs,
    warehouse,
)
from contact_sync.cli.console import (
    PROBLEMS_FOUND,
    SKIPPED,
    USED_WRONGLY,
    UsageMistake,
    say,
    show_what_the_screen_can,
)
from contact_sync.cli.examples import epilog_of
from contact_sync.errors import ContactSyncError, RefusedByRule, SyncSkipped

app = typer.Typer(
    name="contact-sync",
    help="Zoho Recruit contacts into mailing lists: configure, look, and act by hand.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("lint")(lint.lint)
app.command("list")(syncs.list_syncs)
app.command("lists")(lists.lists)
app.command("new")(new.new)
app.command("fields")(fields.fields)
app.command("plan")(plan.plan)
app.command("run")(run.run)
app.command("history")(history.history)
app.command("campaigns")(campaigns.campaigns)
app.command("pushes")(pushes.pushes)
app.command("explain")(explain.explain)
app.command("explain-record")(explain_record.explain_record)
app.command("doctor")(doctor.doctor)
app.command("activate")(states.activate)
app.command("deactivate")(states.deactivate)
app.command("delete")(delete.delete)
app.command("initiate")(initiate.initiate)
app.command("apply-options")(apply_options.apply_options)
app.command("suppress")(suppressions.suppress)
app.command("unsuppress")(suppressions.unsuppress)
app.command("remove")(removals.remove)
app.command("restore")(removals.restore)
app.command("erase")(erase.erase)
app.command("revert")(revert.revert)
app.command("pending")(approve.pending)
app.command("approve")(approve.approve)
app.command("withhold")(approve.withhold)
app.command("import-events")(import_events.import_events)
app.command("set-aside")(set_aside.set_aside)
app.command("housekeeping")(housekeeping.housekeeping)
app.add_typer(warehouse.app, name="warehouse")
for prefix, group in (("", app), ("warehouse ", warehouse.app)):
    for each in group.registered_commands:
        each.epilog = epilog_of(f"{prefix}{each.name}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; always ends with SystemExit. `arguments` default to the process's own."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    show_what_the_screen_can()
    try:
        _must_be_text(given)
        app(args=given, prog_name="contact-sync")
    except UsageMistake as mistake:
        say(f"contact-sync: {mistake}", error=True)
        sys.exit(USED_WRONGLY)
    except (SyncSkipped, RefusedByRule) as skip:
        say(f"contact-sync: {skip}", error=True)
        sys.exit(SKIPPED)
    except ContactSyncError as problem:
        say(f"contact-sync: {problem}", error=True)
        sys.exit(PROBLEMS_FOUND)


def _must_be_text(arguments: Sequence[str]) -> None:
    """Raises UsageMistake that names the first argument of other bytes than UTF-8 by its place: it may be personal."""
    for place, argument in enumerate(arguments, start=1):
        try:
            argument.encode()
        except UnicodeEncodeError:
            hint = "Set the terminal to UTF-8 and write it again."
            raise UsageMistake(f"argument {place} is not UTF-8, as a name or a reason must be. {hint}") from None
