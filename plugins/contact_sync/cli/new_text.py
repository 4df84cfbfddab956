"""The YAML of a new sync: what was answered, and the defaults that people most often change.

Every text is quoted, so that none is read as something else. Nothing is checked here: `new` checks the whole text.
"""

import json
import re
from dataclasses import dataclass
from datetime import date

from contact_sync.cli.console import UsageMistake
from contact_sync.core.mapping_types import USUAL_MODULES

Text = str | None
SCHEMA_LINE = "# yaml-language-server: $schema=../schema/sync.schema.json"

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,9}")
_LISTS = ("in", "not_in", "between")
_IN_ORDER = ("less_than", "less_equal", "greater_than", "greater_equal", "between")


@dataclass(slots=True)
class Answers:
    """What the file is made of; None, or nothing, where nothing was said."""

    name: Text
    account: Text
    list_name: Text
    module: Text
    view: Text
    conditions: tuple[str, ...]
    pattern: Text
    application: Text
    report: Text
    date_format: Text
    email: Text
    frequency: Text
    at: Text
    weekday: Text
    day: int | None
    date: Text
    timezone: Text
    after: Text

    @property
    def usual_module(self) -> bool:
        """Whether the source has Recruit's own fields for address and names."""
        return not (self.application or self.report) and (self.module or "Candidates") in USUAL_MODULES

    @property
    def email_known(self) -> bool:
        """Whether the field of the address is known without the account's metadata (MAP-1)."""
        return self.usual_module or self.email is not None


def sync_text(answers: Answers, created: date) -> str:
    """The whole file."""
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
        SCHEMA_LINE,
        f"name: {_quoted(answers.name)}",
        f"created: {created.isoformat()}",
        f"account: {_quoted(answers.account)}",
        *_source(answers),
        f"list: {_quoted(answers.list_name)}",
        f"schedule: {{{', '.join(f'{key}: {value}' for key, value in schedule.items() if value is not None)}}}",
        f"retrieve: {retrieve}",
        "each_fetch: changes          # or all: read the whole scope every time",
        *_mapping(answers),
        "push: true",
    ]
    return "\n".join(lines) + "\n"


def _source(answers: Answers) -> list[str]:
    if answers.application or answers.report:
        given = {"application": answers.application, "report": answers.report, "date_format": answers.date_format}
        given |= {"module": answers.module, "view": answers.view}  # refused beside them, with the reason
        return [f"source: {{{', '.join(f'{key}: {_quoted(value)}' for key, value in given.items() if value)}}}"]
    module = f"module: {_quoted(answers.module) if answers.module else 'Candidates'}"
    if not answers.conditions:
        scope = f"scope: view, view: {_quoted(answers.view)}" if answers.view else "scope: all"
        return [f"source: {{{module}, {scope}, unapproved: skip}}"]
    lines = ["source:", f"  {module}", "  scope: criteria", "  criteria:", "    conditions:"]
    lines += [f"      {number}: {{{_condition(each)}}}" for number, each in enumerate(answers.conditions, start=1)]
    if answers.pattern:
        lines.append(f"    pattern: {_quoted(answers.pattern)}")
    return [*lines, "  unapproved: skip"]


def _mapping(answers: Answers) -> list[str]:
    lines = [f"  email: {_quoted(answers.email) if answers.email else 'Email'}"]
    if not answers.email_known:
        lines = ["  # email: Email             # absent: the only field of type e-mail"]
    if answers.usual_module:
        lines += ["  first_name: First_Name", "  last_name: Last_Name"]
    return ["mapping:", *lines, "  fields: {}                 # such as {city: City}"]


def _condition(text: str) -> str:
    """`Experience_in_Years greater_equal 2` as a condition of the file; several values are parted by commas."""
    field, operator, *rest = [*text.split(maxsplit=2), "", ""][:3]
    if not operator:
        example = '"Department equals Information Technology"'
        raise UsageMistake(f"--condition '{text}' is not a field, an operator and a value, such as {example}.")
    parts = [f"field: {_quoted(field)}", f"is: {operator}"]
    value = rest[0].strip()
    if operator in _LISTS:
        parts.append(f"value: [{', '.join(_scalar(each.strip(), operator) for each in value.split(','))}]")
    elif value:
        parts.append(f"value: {_scalar(value, operator)}")
    return ", ".join(parts)


def _scalar(text: str, operator: str) -> str:
    """A value as it is meant: whole numbers, true and false as such, fractions where values have an order."""
    if _INTEGER.fullmatch(text) or text in ("true", "false"):
        return text
    return text if operator in _IN_ORDER and _NUMBER.fullmatch(text) else _quoted(text)


def _quoted(value: Text) -> str:
    """A text as a YAML scalar that can only be read as text."""
    return json.dumps(value, ensure_ascii=False)
