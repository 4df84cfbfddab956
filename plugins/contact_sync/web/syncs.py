"""The first page, every sync with where it stands, and the page of one: settings, options, import history (OPS-8).

Syncs whose DAG the reader may not read are counted on the first page, and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from contact_sync.config.loader import SyncFiles
from contact_sync.config.resolved import ResolvedSync
from contact_sync.warehouse import standings
from contact_sync.warehouse.standings import Kept, Standing
from contact_sync.web.chart import chart
from contact_sync.web.configured import configured, file_ids, settings_of
from contact_sync.web.health import Health, health
from contact_sync.web.paging import one_page
from contact_sync.web.reading import one, reading, rows
from contact_sync.web.rendering import page
from contact_sync.web.rights import Asking, AskingOfSync, paused
from contact_sync.web.settings import Option, facts, options_since

router = APIRouter()
_HISTORY = 30
NEW = Standing("new")
"""A file that no run has registered yet."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sync as the pages tell it. last: as page/overview has it, empty if it was never registered."""

    sync_id: str
    name: str
    sync: ResolvedSync | None
    standing: Standing
    paused: bool
    health: Health
    next_run: datetime | None
    last: Mapping[str, Any]


@router.get("/")
def overview(request: Request, asking: Asking) -> Response:
    """Every sync that the reader may read, with state, health, next run and last counts."""
    files, named, now = configured(), file_ids(), datetime.now(UTC)
    with reading() as connection:
        kept = {each.sync_id: each for each in standings.read(connection)}
        known = {*kept, *named}
        readable = asking.readable(known)
        last = {row["sync_id"]: row for row in rows(connection, "overview", sync_ids=sorted(readable))}
    halted = paused(readable)
    order = [*kept, *sorted(named - kept.keys())]
    lines = [
        line_of(each, kept.get(each), last.get(each, {}), files, named, each in halted, now)
        for each in order
        if each in readable
    ]
    hidden = len(known) - len(lines)
    return page(request, "syncs.html", lines=lines, hidden=hidden, section="")


@router.get("/syncs/{sync_id}")
def one_sync(request: Request, sync_id: str, asking: AskingOfSync, before: int | None = None) -> Response:
    """One sync: where it stands, what its file says, and its import history from a fetch on downwards."""
    files, named, now = configured(), file_ids(), datetime.now(UTC)
    with reading() as connection:
        kept = {each.sync_id: each for each in standings.read(connection)}.get(sync_id)
        if kept is None and sync_id not in named:
            raise HTTPException(404, f"There is no sync '{sync_id}'.")
        last = one(connection, "overview", sync_ids=[sync_id]) or {}
        versions = rows(connection, "versions", sync_id=sync_id)
        history = one_page(
            lambda after, size: rows(connection, "history", sync_id=sync_id, before=after, rows=size),
            before,
            "fetch_id",
            _HISTORY,
        )
    line = line_of(sync_id, kept, last, files, named, bool(paused([sync_id])), now)
    settings = settings_of(sync_id, versions[0]["settings"] if versions else None)
    return page(
        request,
        "sync.html",
        line=line,
        facts=facts(settings) if settings else [],
        settings=settings,
        told=_told(settings, versions, sync_id in files.syncs),
        options=options_since(settings, versions) if settings else list[Option](),
        history=history,
        chart=chart(history.rows),
        section="",
    )


def line_of(
    sync_id: str,
    kept: Kept | None,
    last: Mapping[str, Any],
    files: SyncFiles,
    named: set[str],
    is_paused: bool,
    now: datetime,
) -> Line:
    """Put together what registry, files and Airflow know of a sync."""
    sync = files.syncs.get(sync_id)
    stands = standings.standing(kept, has_file=sync_id in named, good=sync is not None, now=now) if kept else NEW
    runs = sync if stands.state in {"active", "new"} and not is_paused else None
    return Line(
        sync_id=sync_id,
        name=sync.name if sync else kept.name if kept else sync_id,
        sync=sync,
        standing=stands,
        paused=is_paused,
        health=health(last, runs, now),
        next_run=runs.schedule.next_due(now) if runs else None,
        last=last,
    )


def _told(settings: ResolvedSync | None, versions: list[dict[str, Any]], has_file: bool) -> str:
    """Where the settings on the page come from."""
    if settings is None:
        return "Its file cannot be read, and no run has registered it. See: contact-sync lint"
    if not has_file:
        return "As last registered: there is no good file of it now."
    if not versions:
        return "As its file says; no run has registered it yet."
    if settings.fingerprint() != versions[0]["fingerprint"]:
        return "As its file says; the file has changed since the last run, and the next run takes it."
    return "As its file says, and as the last run had it."
