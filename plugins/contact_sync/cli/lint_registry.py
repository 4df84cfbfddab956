"""What `contact-sync lint` asks the warehouse: whether a sync file was renamed, which makes a new sync (SRC-0).

Looks only where CONTACT_SYNC_WAREHOUSE_URL names the warehouse or the accounts are asked anyway: lint stays quick and
works without either. Writes nothing.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contact_sync.errors import ContactSyncError

if TYPE_CHECKING:
    from contact_sync.config.problems import ConfigProblem
    from contact_sync.config.resolved import ResolvedSync

SUBJECT = "whether a registered file was renamed"
WITHOUT = f"Not checked without the warehouse: {SUBJECT}."
_SAME = ("account", "module", "scope", "view", "criteria", "list_name")
"""Settings that make two syncs read one source into one list."""


def check_renamed(
    syncs: Mapping[str, "ResolvedSync"], folder: Path, *, asked: bool
) -> tuple[list["ConfigProblem"], str | None]:
    """Warnings about new files that read what a vanished one read, and what to say if that was not checked.

    asked: whether somebody asked for what lies outside the files; else the environment must name the warehouse.
    """
    from contact_sync.cli.connections import URL_VARIABLE, open_warehouse_at_hand
    from contact_sync.config.loader import sync_ids

    if not asked and not os.environ.get(URL_VARIABLE):
        return [], WITHOUT
    try:
        from contact_sync.warehouse.registry import registered_settings

        registered = registered_settings(open_warehouse_at_hand())
        files = set(sync_ids(folder))
    except (ContactSyncError, OSError) as error:
        return [], f"Not checked: {SUBJECT}. {error}"
    vanished = {sync_id: versions for sync_id, versions in registered.items() if sync_id not in files}
    new = [sync for sync_id, sync in syncs.items() if sync_id not in registered]
    return [warning for sync in new for warning in _renamed(sync, vanished)], None


def _renamed(sync: "ResolvedSync", vanished: Mapping[str, list[dict[str, Any]]]) -> list["ConfigProblem"]:
    from contact_sync.config.problems import ConfigProblem

    wanted = _what_it_reads(sync.model_dump(mode="json"))
    found = []
    for sync_id, versions in vanished.items():
        if wanted in map(_what_it_reads, versions):
            message = (
                f"reads what '{sync_id}' read, into the same list, and that file has vanished. A renamed file is a "
                f"new sync: history and watermark stay with '{sync_id}' (SRC-0). To go on with it, name the file "
                f"{sync_id}.yaml again."
            )
            found.append(ConfigProblem(sync.file, 0, "", message, severity="warning"))
    return found


def _what_it_reads(settings: Mapping[str, Any]) -> list[Any]:
    return [settings.get(key) for key in _SAME]
