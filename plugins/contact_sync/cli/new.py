"""`contact-sync new`: writes the file of a new sync, with today as `created`.

The text is checked before anything is written, and a file that exists is never overwritten.
"""

import json
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from contact_sync.cli.console import UsageMistake, say
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.config.organisation import Organisation

Text = str | None


@dataclass(slots=True)
class Answers:
    """What the file is made of; None where nothing was said."""

    name: Text
    account: Text
    list_name: Text
    view: Text
    frequency: Text
    at: Text
    weekday: Text
    day: int | None
    date: Text
    timezone: Text
    after: Text


def new(
    sync_id: Annotated[
        str, typer.Argument(metavar="SYNC", help="File name without .yaml: id of the sync and its DAG.")
    ],
    name: Annotated[Text, typer.Option(help="Name for people.")] = None,
    account: Annotated[Text, typer.Option(help="An account of organisation.yaml.")] = None,
    list_name: Annotated[Text, typer.Option("--list", help="The mailing list that is filled.")] = None,
    view: Annotated[Text, typer.Option(help="Only this custom view, by name or id.")] = None,
    frequency: Annotated[Text, typer.Option(help="once, daily, weekly or monthly.")] = None,
    at: Annotated[Text, typer.Option(help="Time of day, such as 02:00.")] = None,
    weekday: Annotated[Text, typer.Option(help="With weekly, such as monday.")] = None,
    day: Annotated[int | None, typer.Option(help="With monthly, 1 to 31.")] = None,
    date_text: Annotated[Text, typer.Option("--date", help="With once, such as 2026-11-05.")] = None,
    timezone: Annotated[Text, typer.Option(help="Such as Europe/Berlin; absent: the organisation's.")] = None,
    after: Annotated[Text, typer.Option(help="Only records changed after this date-time with zone.")] = None,
) -> None:
    """Write the file of a new sync. Asks for what no option says, if there is a terminal."""
    from contact_sync.config.loader import check_sync_id, check_sync_text, load_organisation

    folder = include_folder()
    organisation = load_organisation(folder)
    path, shown = folder / "syncs" / f"{sync_id}.yaml", f"{folder.name}/syncs/{sync_id}.yaml"
    wrong = check_sync_id(sync_id)
    if wrong:
        raise UsageMistake(wrong)
    if path.exists():
        raise UsageMistake(f"{shown} exists already and is not overwritten. Choose another id, or edit the file.")
    answers = Answers(name, account, list_name, view, frequency, at, weekday, day, date_text, timezone, after)
    _complete(answers, organisation)
    text = sync_text(answers, datetime.now(UTC).astimezone(ZoneInfo(organisation.timezone)).date())
    problems = check_sync_text(sync_id, text, shown, organisation)
    if problems:
        listed = "\n".join(problem.render() for problem in problems)
        raise ConfigError(f"nothing was written, because the file would not be in order:\n{listed}")
    _write(path, text)
    say(f"wrote {shown}; it is in order.")
    say(f"Next: look at it, then unpause the DAG '{sync_id}' in Airflow.")


def sync_text(answers: Answers, created: date) -> str:
    """The YAML of a new sync: what was answered, and the defaults that people most often change."""
    source = f"scope: view, view: {_quoted(answers.view)}" if answers.view else "scope: all"
    schedule = {
        "frequency": answers.frequency,
        "weekday": answers.weekday,
        "day": answers.day,
        "date": answers.date,
        "at": _quoted(answers.at) if answers.at else None,
        "timezone": answers.timezone,
    }
    retrieve = f"{{after: {_quoted(answers.after)}}}" if answers.after else "all"
    lines = [
        "# yaml-language-server: $schema=../schema/sync.schema.json",
        f"name: {_quoted(answers.name)}",
        f"created: {created.isoformat()}",
        f"account: {_quoted(answers.account)}",
        f"source: {{module: Candidates, {source}, unapproved: skip}}",
        f"list: {_quoted(answers.list_name)}",
        f"schedule: {{{', '.join(f'{key}: {value}' for key, value in schedule.items() if value is not None)}}}",
        f"retrieve: {retrieve}",
        "each_fetch: changes          # or all: read the whole scope every time",
        "mapping:",
        "  email: Email",
        "  first_name: First_Name",
        "  last_name: Last_Name",
        "  fields: {}                 # such as {city: City}",
        "push: true",
    ]
    return "\n".join(lines) + "\n"


def _complete(answers: Answers, organisation: "Organisation") -> None:
    """Ask for what is missing; without a terminal name the options instead."""
    if answers.account is None and len(organisation.accounts) == 1:
        answers.account = next(iter(organisation.accounts))
    needed = ["name", "account", "list_name", "frequency"]
    for key in needed:
        if getattr(answers, key) is None:
            _ask(answers, key, [key for key in needed if getattr(answers, key) is None])
    by_frequency = {"daily": ["at"], "weekly": ["weekday", "at"], "monthly": ["day", "at"]}
    for key in by_frequency.get(answers.frequency or "", []):
        if getattr(answers, key) is None:
            _ask(answers, key, [key])


def _ask(answers: Answers, key: str, missing: list[str]) -> None:
    option = {"list_name": "list"}.get(key, key)
    if not sys.stdin.isatty():
        options = ", ".join("--" + {"list_name": "list"}.get(name, name) for name in missing)
        raise UsageMistake(f"needs {options}: there is no terminal to ask on. See: contact-sync new --help")
    hints = {"frequency": "Frequency (once, daily, weekly, monthly)", "at": "Time of day (such as 02:00)"}
    question = hints.get(key, option.capitalize())
    setattr(answers, key, typer.prompt(question, type=int if key == "day" else str))


def _quoted(value: Text) -> str:
    """A text as a YAML scalar that can only be read as text."""
    return json.dumps(value, ensure_ascii=False)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {(error.strerror or 'unknown reason').lower()}.") from None
