"""docs/commands.md: every command with its options, examples and exit codes, generated from the commands themselves.

`contact-sync lint --write-schema` makes it, `--check-schema` and a test find it out of date. What a command says of
itself stands in its docstring and options, the rest in cli/examples.py. A deployment without docs/ has no page.
"""

import inspect
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contact_sync.cli.examples import example_lines, exit_codes
from contact_sync.config.reference_page import stale_generated, write_generated

if TYPE_CHECKING:
    from contact_sync.config.problems import ConfigProblem

PAGE = "commands.md"
HEAD = """\
# Commands

Every command of `contact-sync`, generated from the commands by `contact-sync lint --write-schema`; do not edit.
`contact-sync COMMAND --help` tells the same.

- **Output**: with `--output json` (or `-o json`) stdout holds one JSON value and nothing else; times are in ISO 8601
  with their zone. Messages, warnings and progress go to stderr. A command that an error stopped leaves stdout empty
  and says on stderr what failed and what to do.
- **Exit codes**: 0 done · 1 failed, or problems were found · 2 used wrongly: an argument or option cannot be meant ·
  3 skipped: nothing was done, because a rule says so, which is told on stderr. To ask again for what is so already is
  done (0).
- **Questions** are asked on a terminal only; elsewhere `--yes`, or an option, takes the place of the answer.
- **Progress** shows on a terminal, never on a pipe.
- **Completion**: `contact-sync --install-completion` teaches it to your shell; commands, options, and the ids of syncs,
  accounts and lists as the files name them.
"""


def page_text() -> str:
    """The text of the page, the same on every machine."""
    return "\n".join([HEAD, *(_section(name, command) for name, command in commands())])


def write_commands(folder: Path) -> list[Path]:
    """Write the page into docs/ beside `folder`; returns the files that changed: one or none."""
    return write_generated(folder, PAGE, page_text())


def stale_commands(folder: Path) -> "list[ConfigProblem]":
    """A problem if the page in docs/ beside `folder` is missing or differs from the commands."""
    return stale_generated(folder, PAGE, page_text(), "the commands")


def commands() -> Iterator[tuple[str, Any]]:
    """Every command as it is typed after `contact-sync`, those of groups too, and Typer's object of it."""
    from typer.main import get_command

    from contact_sync.cli.app import app

    yield from _below("", get_command(app))


def _below(prefix: str, group: Any) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _below(f"{prefix}{name} ", command)
        else:
            yield f"{prefix}{name}", command


def _section(name: str, command: Any) -> str:
    given = [(_names(each), " ".join(_meaning(each).split())) for each in command.params]
    table = ["| argument or option | meaning |", "|---|---|", *(f"| {names} | {meaning} |" for names, meaning in given)]
    examples = [f"{line}  # {does}" for line, does in example_lines(name).items()]
    codes = " · ".join(f"{code} {when}" for code, when in exit_codes(name).items())
    parts = [f"## contact-sync {name}", inspect.cleandoc(command.help or ""), "\n".join(table)]
    if examples:
        parts.append("\n".join(["```", *examples, "```"]))
    return "\n\n".join([*parts, f"Exit codes: {codes}."]) + "\n"


def _names(parameter: Any) -> str:
    """How it is given: `SYNC`, or `--output`, `-o` and what may follow."""
    if _is_argument(parameter):
        return f"`{parameter.metavar}`"
    names = ", ".join(f"`{each}`" for each in [*parameter.opts, *parameter.secondary_opts])
    if parameter.is_flag:
        return names
    return f"{names} {_value(parameter)}"


def _meaning(parameter: Any) -> str:
    told = (parameter.help or "").replace("|", "\\|")
    if _is_argument(parameter):
        return told
    default = None if parameter.is_flag or parameter.default in (None, ()) else str(parameter.default)
    return told + (" *Required.*" if parameter.required else "") + (f" Usually {default}." if default else "")


def _is_argument(parameter: Any) -> bool:
    return str(parameter.param_type_name) == "argument"


def _value(parameter: Any) -> str:
    """What follows an option: one of its choices, or a word for it."""
    if isinstance(parameter.default, StrEnum):
        return " or ".join(f"`{each}`" for each in type(parameter.default))
    return str(parameter.metavar or ("TEXT" if (parameter.min, parameter.max) == (None, None) else "NUMBER"))
