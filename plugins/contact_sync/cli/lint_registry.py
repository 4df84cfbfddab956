"""What `contact-sync lint` has to do with the registry: files that were renamed (SRC-0), more files than slots (LIM-2),
and `--register` (CFG-1).

A renamed file makes a new sync; the warehouse is asked for it only where CONTACT_SYNC_WAREHOUSE_URL names it or what
lies outside the files is asked anyway: lint stays quick and works without it. Writes nothing but for `--register`,
which writes each good sync as its first run would, and refuses a warehouse that is not there or not migrated.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contact_sync.cli.console import say
from contact_sync.errors import ConfigError, ContactSyncError

if TYPE_CHECKING:
    from contact_sync.config.loader import SyncFiles
    from contact_sync.config.problems import ConfigProblem
    from contact_sync.config.resolved import ResolvedSync
    from contact_sync.stages.states import Sight
    from contact_sync.warehouse.database import Warehouse

SUBJECT = "whether a registered file was renamed"
WITHOUT = f"Not checked without the warehouse: {SUBJECT}."
_SAME = ("account", "module", "scope", "view", "criteria", "list_name")
"""Settings that make two syncs read one source into one list."""
_LEARNT = {
    "new": "is registered from now on",
    "changed": "is registered with a changed configuration",
    "known": "was registered like this already",
}


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


def check_slots(loaded: "SyncFiles", folder: Path, now: datetime, *, asked: bool) -> list["ConfigProblem"]:
    """A warning if more files want a slot than there are. Without the warehouse every file counts as wanting one."""
    from contact_sync.config.loader import ORGANISATION_FILE, sync_ids
    from contact_sync.config.problems import ConfigProblem

    slots = loaded.organisation.policies.active_syncs if loaded.organisation else None
    try:
        files = sync_ids(folder)
    except OSError:
        return []
    if slots is None or len(files) <= slots:
        return []
    stands = _standings(files, now, asked=asked)
    unknown = [sync_id for sync_id in files if sync_id not in stands]
    wanting = [sync_id for sync_id in files if stands.get(sync_id, "active") == "active"]
    if len(wanting) <= slots:
        return []
    order = f" Not registered yet: {', '.join(unknown)}." if stands and unknown else ""
    message = (
        f"{len(wanting)} sync files want one of {slots} slots (LIM-2). Slots go in the order of first registration; "
        f"the others become inactive, over_limit, and are activated by hand once a slot is free.{order} Deactivate or "
        "delete what is not needed, or raise active_syncs (null: no limit)."
    )
    return [
        ConfigProblem(f"{folder.name}/{ORGANISATION_FILE}", 0, "policies.active_syncs", message, severity="warning")
    ]


def _standings(files: Sequence[str], now: datetime, *, asked: bool) -> dict[str, str]:
    """The state of each registered sync among the files; none if the warehouse is not at hand."""
    from contact_sync.cli.connections import URL_VARIABLE, open_warehouse_at_hand
    from contact_sync.warehouse.standings import read, standing

    if not asked and not os.environ.get(URL_VARIABLE):
        return {}
    try:
        with open_warehouse_at_hand().transaction() as connection:
            kept = read(connection)
    except ContactSyncError:  # that it does not answer is told once, by check_renamed
        return {}
    return {
        each.sync_id: standing(each, has_file=True, good=True, now=now).state for each in kept if each.sync_id in files
    }


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


def register_all(syncs: Iterable["ResolvedSync"], now: datetime) -> list["Sight"]:
    """Write each sync's configuration into the registry: what it learnt; twice is as good as once (CFG-1).

    Raises ConfigError if the warehouse cannot be written.
    """
    from contact_sync.stages.states import register

    warehouse = _ready_warehouse()
    return [register(warehouse, sync, now) for sync in syncs]


def tell_registered(sights: Iterable["Sight"], refused: Sequence[str]) -> None:
    """Say what the registry learnt. refused: files of syncs that have errors; they are named."""
    counts = dict.fromkeys(_LEARNT, 0)
    for sight in sights:
        counts[sight.learnt] += 1
        stays = "" if sight.stands == "active" else f" Its runs are skipped as before: {sight.stands}."
        say(f"'{sight.sync_id}' {_LEARNT[sight.learnt]}.{stays}")
    for file in refused:
        say(f"{file} is not registered: mend its errors first.")
    told = ", ".join(f"{number} {word}" for word, number in counts.items())
    say(f"Registered without a run: {told}; {len(refused)} left out. Nothing was read, and no state changed.")


def _ready_warehouse() -> "Warehouse":
    """The warehouse, with the tables of this package."""
    from sqlalchemy.exc import SQLAlchemyError

    from contact_sync.cli.connections import open_warehouse_at_hand
    from contact_sync.warehouse.database import ping
    from contact_sync.warehouse.migrate import versions

    try:
        warehouse = open_warehouse_at_hand()
        ping(warehouse)
        present, newest = versions(warehouse.engine)
    except ContactSyncError as error:
        raise ConfigError(f"nothing was registered: {error}\nCheck with: contact-sync warehouse status") from None
    except SQLAlchemyError as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        raise ConfigError(
            f"nothing was registered: the version of the warehouse's tables cannot be read ({kind}). See that its user "
            "may read the schema sync. Check with: contact-sync doctor"
        ) from None
    if present != newest:
        state = f"at {present}" if present else "not there yet"
        raise ConfigError(
            f"nothing was registered: the tables of the warehouse are {state}, this package needs {newest}. "
            "Run: contact-sync warehouse migrate"
        )
    return warehouse
