"""What `contact-sync doctor` finds: one thing each, with what to do and what to type then, and how it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from contact_sync.cli.console import counted, say

State = Literal["ok", "warning", "problem", "not checked"]

_STYLES: dict[State, str] = {"ok": "green", "warning": "yellow", "problem": "red", "not checked": "dim"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is so about one thing. `remedy`: what to do, in words; `next_command`: what to type then."""

    subject: str
    state: State
    message: str
    remedy: str | None = None
    next_command: str | None = None


def listed(names: Sequence[str]) -> str:
    """Names in words: 'a', 'b' and 'c'."""
    quoted = [f"'{name}'" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]


def summary(states: Sequence[State]) -> str:
    """How many findings of each state."""
    ok, warnings, problems, unseen = (states.count(state) for state in _STYLES)
    some_warnings = counted(warnings, "warning")
    return f"{ok} ok, {some_warnings}, {counted(problems, 'problem')}, {unseen} not checked."


def show(finding: Finding) -> None:
    """Print a finding with its remedy below."""
    indent = " " * 13
    message = finding.message.replace("\n", f"\n{indent}")
    say(f"{finding.state:<13}{finding.subject}: {message}", style=_STYLES[finding.state])
    for label, text in (("", finding.remedy), ("Next: ", finding.next_command)):
        if text:
            say(f"{indent}{label}{text}")
