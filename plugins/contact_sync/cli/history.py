"""`contact-sync history`: what became of the records of every fetch, from the warehouse's own views.

Reads `sync.import_history` and `sync.ignored_by_reason`; changes nothing.
"""

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contact_sync.cli.arguments import AsOutput, Output, sync_names
from contact_sync.cli.console import UsageMistake, say, say_json
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.warehouse.database import Warehouse

_FETCHES = """
SELECT fetch_id, sync_id, sync_name, list_name, run_type, run_id, started_at, finished_at, duration_seconds, status,
       stage, reason, remedy, window_start, window_end, read, total, new, re_added, duplicate, duplicate_in_list,
       duplicate_other_list, duplicate_no_list, changed, ignored, deleted, out_of_scope, joined, pushed, credits, calls,
       config_version, mapping_version, warnings, removed, pending_removals
  FROM sync.import_history
 WHERE CAST(:sync_id AS text) IS NULL OR sync_id = :sync_id
 ORDER BY started_at DESC, fetch_id DESC
 LIMIT :limit
"""
_IGNORED = """
SELECT fetch_id, outcome, reason, sub_code, records
  FROM sync.ignored_by_reason
 WHERE fetch_id = ANY(:fetch_ids)
 ORDER BY fetch_id, outcome, records DESC, reason, sub_code
"""


def history(
    sync_id: Annotated[
        str | None, typer.Argument(metavar="[SYNC]", help="Only this sync.", autocompletion=sync_names)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many fetches, newest first.")] = 20,
    output: AsOutput = Output.TEXT,
) -> None:
    """Show the import history: per fetch what was read, new, duplicate, ignored and why."""
    from contact_sync.cli.connections import open_warehouse_at_hand

    fetches = read_history(open_warehouse_at_hand(), sync_id, limit)
    if sync_id is not None and not fetches:
        _must_be_known(sync_id, include_folder())
    if output is Output.JSON:
        say_json(fetches)
    elif fetches:
        from contact_sync.cli.history_view import print_history

        print_history(fetches, _zone(include_folder()))
    else:
        whose = f" of '{sync_id}'" if sync_id else ""
        say(f"There is no fetch{whose} yet. Start a run in Airflow, then look again.")


def read_history(warehouse: "Warehouse", sync_id: str | None, limit: int) -> list[dict[str, Any]]:
    """The newest fetches, each as the view's columns plus two lists of {reason, sub_code, records}:
    `ignored_by_reason`, and `out_of_scope_by_cause` with the same keys.

    Raises ConfigError if the warehouse has no tables yet.
    """
    from sqlalchemy import text

    with warehouse.transaction() as connection:
        if connection.execute(text("SELECT to_regclass('sync.import_history')")).scalar_one() is None:
            raise ConfigError("The warehouse has no tables yet. Run: contact-sync warehouse migrate")
        found = connection.execute(text(_FETCHES), {"sync_id": sync_id, "limit": limit}).mappings()
        fetches = [dict(row) for row in found]
        ids = [fetch["fetch_id"] for fetch in fetches]
        counted = [dict(row) for row in connection.execute(text(_IGNORED), {"fetch_ids": ids}).mappings()]
    _add_reasons(fetches, counted)
    return fetches


def _add_reasons(fetches: list[dict[str, Any]], counted: list[dict[str, Any]]) -> None:
    by_fetch: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    for row in counted:
        reason = {key: row[key] for key in ("reason", "sub_code", "records")}
        by_fetch[row["fetch_id"], row["outcome"]].append(reason)
    for fetch in fetches:
        fetch["warnings"] = list(fetch["warnings"] or ())
        fetch["ignored_by_reason"] = by_fetch[fetch["fetch_id"], "ignored"]
        fetch["out_of_scope_by_cause"] = by_fetch[fetch["fetch_id"], "out_of_scope"]


def _must_be_known(sync_id: str, folder: Path) -> None:
    from contact_sync.cli.find import unknown_sync
    from contact_sync.config.loader import sync_ids

    try:
        known = sync_id in sync_ids(folder)
    except OSError:
        known = False
    if not known:
        raise UsageMistake(f"there is no sync '{sync_id}', and no fetch of one.{unknown_sync(sync_id, folder)}")


def _zone(folder: Path) -> str:
    from contact_sync.config.loader import read_organisation

    organisation, _ = read_organisation(folder)
    return organisation.timezone if organisation else "Etc/UTC"
