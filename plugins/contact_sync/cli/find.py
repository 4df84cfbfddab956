"""Finds the sync or account that a person names on the command line, or says which one was probably meant."""

from pathlib import Path
from typing import TYPE_CHECKING

from contact_sync.cli.console import UsageMistake
from contact_sync.errors import ConfigError

if TYPE_CHECKING:
    from contact_sync.config.accounts import AccountProfile
    from contact_sync.config.resolved import ResolvedSync


def find_sync(sync_id: str, folder: Path) -> "ResolvedSync":
    """The good sync of that id. Raises UsageMistake if there is no file, ConfigError if the file is broken."""
    from contact_sync.config.loader import load_syncs

    loaded = load_syncs(folder, only=sync_id)
    if sync_id in loaded.syncs:
        return loaded.syncs[sync_id]
    if loaded.problems:
        raise ConfigError("\n".join(problem.render() for problem in loaded.problems))
    raise UsageMistake(f"there is no sync '{sync_id}'.{unknown_sync(sync_id, folder)}")


def find_changed(sync_id: str, path: Path, folder: Path) -> "ResolvedSync":
    """The sync of that id as another file would make it.

    Raises UsageMistake if there is no such sync or file, ConfigError with every problem of the file, as lint has them.
    """
    from contact_sync.config.loader import SYNCS_FOLDER, load_organisation, read_sync_as

    if not (folder / SYNCS_FOLDER / f"{sync_id}.yaml").is_file():
        raise UsageMistake(f"there is no sync '{sync_id}'.{unknown_sync(sync_id, folder)}")
    if not path.is_file():
        raise UsageMistake(f"there is no file '{path}'. Name the changed YAML of {sync_id}.")
    sync, problems = read_sync_as(sync_id, path, load_organisation(folder))
    if sync is None:
        raise ConfigError("\n".join(problem.render() for problem in problems))
    return sync


def find_account(account: str, folder: Path) -> "AccountProfile":
    """The profile of that account. Raises UsageMistake naming the accounts there are, and the close match."""
    from contact_sync.config.base import close_match
    from contact_sync.config.loader import load_organisation

    known = load_organisation(folder).accounts
    if account not in known:
        close = close_match(account, known)
        hint = f" Did you mean '{close}'?" if close else ""
        raise UsageMistake(f"'{account}' is not an account of organisation.yaml. Allowed: {', '.join(known)}.{hint}")
    return known[account]


def unknown_sync(sync_id: str, folder: Path) -> str:
    """The rest of a message about an unknown sync: a close match and how to see all. Starts with a space."""
    from contact_sync.config.base import close_match
    from contact_sync.config.loader import sync_ids

    try:
        close = close_match(sync_id, sync_ids(folder))
    except OSError:
        close = None
    return (f" Did you mean '{close}'?" if close else "") + " See all with: contact-sync list"
