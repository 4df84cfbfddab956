"""Arguments and options that commands share, and what a shell completes them with.

Completion reads file names and plain YAML below include/ only: no database, no Airflow, no check of what it reads, so
that it answers at once and also while a file is broken. It never fails: what cannot be read offers nothing.
"""

import os
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from contact_sync.cli.console import UsageMistake
from contact_sync.paths import include_folder


class Output(StrEnum):
    """How a command answers on stdout."""

    TEXT = "text"
    JSON = "json"


def sync_names() -> list[tuple[str, str]]:
    """Ids of the sync files, each with the sync's name."""
    return [(path.stem, str(told.get("name", ""))) for path, told in _sync_files()]


def account_names() -> list[tuple[str, str]]:
    """Accounts of organisation.yaml, each with its kind."""
    accounts = _read(include_folder() / "organisation.yaml").get("accounts")
    if not isinstance(accounts, dict):
        return []
    return [(str(name), str(told.get("kind", "")) if isinstance(told, dict) else "") for name, told in accounts.items()]


def list_names() -> list[str]:
    """Lists that sync files name, as the shell wants them."""
    return sorted({_for_the_shell(str(told["list"])) for _, told in _sync_files() if told.get("list")})


def given_reason(reason: str) -> str:
    """The reason without surrounding space. Raises UsageMistake if there is none."""
    if not reason.strip():
        raise UsageMistake("--reason is empty: say why, for the record.")
    return reason.strip()


def _sync_files() -> Iterator[tuple[Path, dict[str, Any]]]:
    try:
        paths = sorted((include_folder() / "syncs").glob("*.yaml"))
    except OSError:
        return
    for path in paths:
        yield path, _read(path)


def _read(path: Path) -> dict[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}


def _for_the_shell(name: str) -> str:
    """Bash puts what it is offered into the line as it is, so blanks are escaped, unless a quote is open; the others
    quote by themselves.
    """
    word = os.environ.get("COMP_WORDS", "").rsplit("\n", 1)[-1]  # Bash gives a word a line
    if not os.environ.get("_CONTACT_SYNC_COMPLETE", "").endswith("_bash") or word.startswith(("'", '"')):
        return name
    return re.sub(r"([^\w@%+=:,./-])", r"\\\1", name)


AsOutput = Annotated[Output, typer.Option("--output", "-o", help="For people, or as JSON for scripts.")]
Sync = Annotated[str, typer.Argument(metavar="SYNC", help="Id of the sync.", autocompletion=sync_names)]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the record.")]
ListName = Annotated[
    str | None, typer.Option("--list", metavar="LIST", help="This mailing list only.", autocompletion=list_names)
]
