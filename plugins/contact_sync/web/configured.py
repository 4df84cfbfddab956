"""The sync files as pages need them: read again when one of them changed, and never for nothing.

What is broken is told by Airflow's import errors and by `contact-sync lint`; here it is only missing.
"""

from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from contact_sync.config.loader import SyncFiles, load_syncs, sync_ids
from contact_sync.config.resolved import ResolvedSync
from contact_sync.paths import include_folder


def configured() -> SyncFiles:
    """Organisation and good syncs, as their files are now."""
    folder = include_folder()
    return _load(folder, _stamps(folder))


def file_ids() -> set[str]:
    """The ids of all sync files, broken ones too."""
    try:
        return set(sync_ids(include_folder()))
    except OSError:
        return set()


def zone() -> ZoneInfo:
    """The time zone of the organisation, in which pages tell times; UTC while its file is broken."""
    organisation = configured().organisation
    return ZoneInfo(organisation.timezone if organisation else "Etc/UTC")


def settings_of(sync_id: str, registered: dict[str, object] | None) -> ResolvedSync | None:
    """A sync as its file says, else as it was last registered; None if neither can be read."""
    good = configured().syncs.get(sync_id)
    if good is not None or registered is None:
        return good
    try:
        return ResolvedSync.model_validate(registered)
    except ValueError:  # registered by a package whose settings had another shape
        return None


@lru_cache(maxsize=4)
def _load(folder: Path, stamps: tuple[tuple[str, int, int], ...]) -> SyncFiles:
    return load_syncs(folder)


def _stamps(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, size and change time of every file that is read."""
    found = []
    for path in (folder / "organisation.yaml", *sorted((folder / "syncs").glob("*.y*ml"))):
        try:
            state = path.stat()
        except OSError:
            continue
        found.append((path.name, state.st_size, state.st_mtime_ns))
    return tuple(found)
