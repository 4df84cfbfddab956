"""`contact-sync new`: writes the file of a new sync, with today as `created`.

The text is checked before anything is written, and a file that exists is never overwritten.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from contact_sync.cli.arguments import AsOutput, Output, account_names, list_names
from contact_sync.cli.console import UsageMistake, say, say_json
from contact_sync.cli.new_text import Answers, Text, sync_text
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.config.organisation import Organisation

_OPTIONS = {"list_name": "list"}
_FREQUENCIES = ("once", "daily", "weekly", "monthly")


def new(
    sync_id: Annotated[
        str, typer.Argument(metavar="SYNC", help="File name without .yaml: id of the sync and its DAG.")
    ],
    name: Annotated[Text, typer.Option(help="Name for people.")] = None,
    account: Annotated[
        Text, typer.Option(help="An account of organisation.yaml.", autocompletion=account_names)
    ] = None,
    list_name: Annotated[
        Text, typer.Option("--list", help="The mailing list that is filled.", autocompletion=list_names)
    ] = None,
    module: Annotated[Text, typer.Option(help="Recruit module, such as Contacts; absent: Candidates.")] = None,
    view: Annotated[Text, typer.Option(help="Only this custom view, by name or id.")] = None,
    condition: Annotated[
        list[str] | None,
        typer.Option(help="Only records that meet it, such as 'Experience_in_Years greater_equal 2'. May be repeated."),
    ] = None,
    pattern: Annotated[Text, typer.Option(help="How conditions are joined, such as '1 and (2 or 3)'.")] = None,
    application: Annotated[Text, typer.Option(help="Creator: link name of the application.")] = None,
    report: Annotated[Text, typer.Option(help="Creator: link name of the report.")] = None,
    date_format: Annotated[Text, typer.Option(help="Creator: the application's, such as dd-MMM-yyyy.")] = None,
    email: Annotated[Text, typer.Option(help="Source field of the address; absent: the usual, or only, one.")] = None,
    frequency: Annotated[
        Text, typer.Option(help="once, daily, weekly or monthly.", autocompletion=lambda: list(_FREQUENCIES))
    ] = None,
    at: Annotated[Text, typer.Option(help="Time of day, such as 02:00.")] = None,
    weekday: Annotated[Text, typer.Option(help="With weekly, such as monday.")] = None,
    day: Annotated[int | None, typer.Option(metavar="NUMBER", help="With monthly, 1 to 31.")] = None,
    date_text: Annotated[Text, typer.Option("--date", help="With once, such as 2026-11-05.")] = None,
    timezone: Annotated[Text, typer.Option(help="Such as Europe/Berlin; absent: the organisation's.")] = None,
    after: Annotated[Text, typer.Option(help="Only records changed after this date-time with zone.")] = None,
    output: AsOutput = Output.TEXT,
) -> None:
    """Write the file of a new sync. Asks for what no option says, if there is a terminal."""
    answers = Answers(
        name=name,
        account=account,
        list_name=list_name,
        module=module,
        view=view,
        conditions=tuple(condition or ()),
        pattern=pattern,
        application=application,
        report=report,
        date_format=date_format,
        email=email,
        frequency=frequency,
        at=at,
        weekday=weekday,
        day=day,
        date=date_text,
        timezone=timezone,
        after=after,
    )
    _tell(sync_id, _make(sync_id, answers), answers, output)


def _tell(sync_id: str, shown: str, answers: Answers, output: Output) -> None:
    """That the file is there, and what comes next."""
    if output is Output.JSON:
        say_json({"sync": sync_id, "file": shown, "email_known": answers.email_known})
        return
    say(f"wrote {shown}; it is in order.")
    if not answers.email_known:
        say(f"The field of the address is found in the account. To see now: contact-sync lint --online {sync_id}")
    say(f"Next: look at it, then unpause the DAG '{sync_id}' in Airflow.")


def _make(sync_id: str, answers: Answers) -> str:
    """Write the file, if it does not exist and would be in order; its name as people are told it."""
    from contact_sync.config.loader import check_sync_id, check_sync_text, load_organisation

    folder = include_folder()
    organisation = load_organisation(folder)
    path, shown = folder / "syncs" / f"{sync_id}.yaml", f"{folder.name}/syncs/{sync_id}.yaml"
    wrong = check_sync_id(sync_id)
    if wrong:
        raise UsageMistake(wrong)
    if path.exists():
        raise UsageMistake(f"{shown} exists already and is not overwritten. Choose another id, or edit the file.")
    _refuse_contradictions(answers)
    _complete(answers, organisation)
    text = sync_text(answers, datetime.now(UTC).astimezone(ZoneInfo(organisation.timezone)).date())
    problems = check_sync_text(sync_id, text, shown, organisation)
    if problems:
        listed = "\n".join(problem.render() for problem in problems)
        raise ConfigError(f"nothing was written, because the file would not be in order:\n{listed}")
    _write(path, text)
    return shown


def _refuse_contradictions(answers: Answers) -> None:
    if answers.view and answers.conditions:
        raise UsageMistake("--view and --condition are two ways to say which records are read. Give one of them.")
    if answers.pattern and not answers.conditions:
        raise UsageMistake("--pattern joins conditions, and there is none. Give each with --condition.")
    if answers.conditions and (answers.application or answers.report):
        raise UsageMistake("--condition is for modules of Recruit; a report of Creator holds its own criteria.")


def _complete(answers: Answers, organisation: "Organisation") -> None:
    """Ask for what is missing; without a terminal name the options instead."""
    if answers.account is None and len(organisation.accounts) == 1:
        answers.account = next(iter(organisation.accounts))
    _ask_all(answers, ["name", "account", "list_name", "frequency"])
    profile = organisation.accounts.get(answers.account or "")
    if profile and profile.kind == "creator":
        _ask_all(answers, ["application", "report"])
    by_frequency = {"daily": ["at"], "weekly": ["weekday", "at"], "monthly": ["day", "at"]}
    for key in by_frequency.get(answers.frequency or "", []):
        if getattr(answers, key) is None:
            _ask(answers, key, [key])


def _ask_all(answers: Answers, needed: list[str]) -> None:
    for key in needed:
        if getattr(answers, key) is None:
            _ask(answers, key, [key for key in needed if getattr(answers, key) is None])


def _ask(answers: Answers, key: str, missing: list[str]) -> None:
    if not sys.stdin.isatty():
        options = ", ".join("--" + _OPTIONS.get(name, name) for name in missing)
        raise UsageMistake(f"needs {options}: there is no terminal to ask on. See: contact-sync new --help")
    hints = {
        "frequency": "Frequency (once, daily, weekly, monthly)",
        "at": "Time of day (such as 02:00)",
        "application": "Application (link name in Creator)",
        "report": "Report (link name in Creator)",
    }
    question = hints.get(key, _OPTIONS.get(key, key).capitalize())
    setattr(answers, key, typer.prompt(question, type=int if key == "day" else str, err=True))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {(error.strerror or 'unknown reason').lower()}.") from None
