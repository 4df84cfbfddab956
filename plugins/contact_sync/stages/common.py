"""What the stages share: the settings of a fetch, its manifest, and connections that name it."""

from contextlib import AbstractContextManager

from sqlalchemy import Connection

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.errors import StagingLost, SyncSkipped
from contact_sync.stages.states import remedy
from contact_sync.warehouse import fetch_ends, fetches, other_fetches, registry
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.fetches import Fetch


def settings_of(fetch: Fetch) -> ResolvedSync:
    """The configuration that the fetch was opened with; its mapping has what the source's fields told, too (MAP-1)."""
    settings = ResolvedSync.model_validate(fetch.settings)
    told = tuple(FieldMapping(**line) for line in fetch.told_mapping)
    return settings.model_copy(update={"mapping": (*told, *settings.mapping)}) if told else settings


def begin(run: RunInfo, warehouse: Warehouse, stage: str) -> tuple[Fetch, int]:
    """The fetch of a run and, unless it is closed already, the attempt that may write it from now on.

    Raises SyncSkipped if the sync was deleted meanwhile: it brings nothing more (LIM-3); StagingLost if a later fetch
    of the sync has read since and is loaded: what it found is newer.
    """
    skip: SyncSkipped | None = None
    with warehouse.transaction() as connection:
        fetch = fetches.require(connection, run, lock=True)
        attempt = fetch.attempt
        if not fetch.closed and registry.is_deleted(connection, fetch.sync_no):
            skip = SyncSkipped("deleted", remedy("deleted", settings_of(fetch)))
            told = {"status": "skipped", "reason": skip.reason, "remedy": skip.remedy}
            fetch_ends.close_unloaded(connection, fetch.fetch_id, **told)
        elif not fetch.closed:
            _must_be_newest(connection, fetch)
            attempt = fetches.begin_stage(connection, fetch, stage)
    if skip:
        raise skip
    return fetch, attempt


def _must_be_newest(connection: Connection, fetch: Fetch) -> None:
    later = other_fetches.read_since(connection, fetch)
    if later is not None:
        raise StagingLost(
            f"fetch {fetch.fetch_id} of {fetch.sync_id}: fetch {later} has read the source since, and is loaded, so "
            "the rows staged here are out of date. Nothing was written. Clear the run from extract."
        )


def for_fetch(warehouse: Warehouse, fetch: Fetch, stage: str) -> Warehouse:
    """The warehouse by connections that name fetch and stage, so that an operator sees in Postgres who is at work."""
    return warehouse.named(_name(fetch, stage))


def kept_for_fetch(warehouse: Warehouse, fetch: Fetch, stage: str) -> AbstractContextManager[Warehouse]:
    """The same by connections that stay open while the block lasts, for a stage of many transactions."""
    return warehouse.kept_open(_name(fetch, stage))


def _name(fetch: Fetch, stage: str) -> str:
    return f"contact-sync fetch {fetch.fetch_id} {stage}"


def manifest(fetch: Fetch, stage: str, counts: dict[str, int] | None = None) -> Manifest:
    """What a stage hands on; by default the counters of the fetch row."""
    return Manifest(
        fetch_id=fetch.fetch_id,
        sync_id=fetch.sync_id,
        list_name=fetch.list_name,
        stage=stage,
        status=fetch.status,
        window_start=fetch.window.start.isoformat() if fetch.window.start else None,
        window_end=fetch.window.end.isoformat(),
        counts=fetch.counts if counts is None else counts,
        warnings=fetch.warnings,
        changed=fetch.changed_anything,
    )


def reread(warehouse: Warehouse, run: RunInfo) -> Fetch:
    """The fetch row as it is now."""
    with warehouse.transaction() as connection:
        return fetches.require(connection, run)
