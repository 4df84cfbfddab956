"""bulk_peak_mb, bulk_rows_per_cpu_s, credits_vs_least: a million candidates by bulk read, staged and sealed.

A process of its own extracts from the sandbox over HTTP and waits as Airflow would. Memory is to be the same for a
twentieth of the records. The least credits are those of the jobs, of one question about each and of its file, of the
metadata, and of listing the records whose flags no file tells: with pages that meet in a row, as the proof needs them,
and beside it with pages that do not.
"""

import json
import os
import subprocess
import sys
import time
from math import ceil
from typing import Any

from sqlalchemy import text

from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import ReadPending
from contact_sync.zoho.catalogue import COSTS
from contact_sync.zoho.paging import PER_PAGE
from tests.benchmarks.measuring import measured, peak_mb
from tests.benchmarks.places import KEY, client_of, environment, example_sync, now, place, sandbox

RECORDS = 1_000_000
PAGE_ROWS = 200_000
SMALLER = 20


def run(records: int | None, rounds: int) -> dict[str, Any]:
    """The figures of one read of so many records, and the memory of a smaller one."""
    del rounds  # minutes each, and memory and credits are the same every time
    wanted = records or RECORDS
    small, large = _read(max(wanted // SMALLER, 3_000)), _read(wanted)
    return {
        "bulk_peak_mb": large["peak_mb"],
        "bulk_peak_mb_small": small["peak_mb"],
        "bulk_rows_per_cpu_s": round(large["read"] / large["cpu"]),
        "bulk_rows_per_s": round(large["read"] / large["wall"]),
        "bulk_records": large["read"],
        "bulk_postgres_cpu_s": round(large["server_cpu"], 1),
        "credits_vs_least": round(large["credits"] / large["least"], 3),
        "credits_vs_least_unproved": round(large["credits"] / large["unproved"], 3),
    }


def _read(candidates: int) -> dict[str, Any]:
    with place() as here, sandbox(candidates) as (url, _), here.warehouse() as warehouse:
        target = warehouse.engine.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "tests.benchmarks.bulk", url, str(here.pid)]
        env = {**environment(), "CONTACT_SYNC_WAREHOUSE_URL": target, "CONTACT_SYNC_KEY": KEY}
        done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
        with warehouse.transaction() as connection:
            spent = connection.execute(text("SELECT sum(cost) FROM sync.credit")).scalar_one()
            staged = connection.execute(_STAGED).one()
        told: dict[str, Any] = json.loads(done.stdout)
        rows = list(map(int, staged))
        return {**told, "credits": int(spent), "least": _least(*rows), "unproved": _least(*rows, proved=False)}


def _least(records: int, converted: int, waiting: int, *, proved: bool = True) -> int:
    """Credits of a read that wastes nothing. proved: whether the pages of a listing meet, as SRC-12 needs it."""
    hidden = sum((_meeting_pages(each) if proved else ceil(each / PER_PAGE)) or 1 for each in (converted, waiting))
    of_page = COSTS["bulk_create"] + COSTS["bulk_status"] + COSTS["bulk_download"]
    return ceil(records / PAGE_ROWS) * of_page + hidden * COSTS["records"] + COSTS["fields"]


def _meeting_pages(rows: int) -> int:
    """The fewest pages, of any size and number, that begin at or before the last row known and reach the end."""
    fewest = [0] * (rows + PER_PAGE)
    for known in range(rows - 1, -1, -1):
        first = max(known - 1, 0)
        ends = ((first // size + 1) * size for size in range(PER_PAGE // 2, PER_PAGE + 1))
        fewest[known] = 1 + min(fewest[end] for end in ends if end > known)
    return fewest[0]


_STAGED = text(
    "SELECT count(*), count(*) FILTER (WHERE converted), count(*) FILTER (WHERE NOT approved AND NOT converted) "
    "FROM staging.fetch_1"
)


def child(url: str, warehouse_url: str, key: str, server_pid: int) -> dict[str, Any]:
    """Extract in this process; its peak memory in MB, seconds without the pauses, and the records read."""
    from contact_sync.stages.extract import extract
    from contact_sync.warehouse.database import open_warehouse

    warehouse, sync, moment = open_warehouse(warehouse_url, key), example_sync(by_bulk=True), now()
    info = RunInfo(sync.sync_id, "manual__bench", RunType.MANUAL, moment, moment)
    paused = 0.0
    with measured(server_pid) as span:
        while True:
            try:
                manifest = extract(info, sync, client_of(url, warehouse), warehouse, moment)
                break
            except ReadPending as pending:
                paused += pending.retry_after or 0
                time.sleep(pending.retry_after or 0)
    return {
        "read": manifest.counts["read"],
        "peak_mb": round(peak_mb(), 1),
        "cpu": span.cpu,
        "server_cpu": span.server_cpu,
        "wall": span.wall - paused,
    }


if __name__ == "__main__":
    place_of, secret = os.environ["CONTACT_SYNC_WAREHOUSE_URL"], os.environ["CONTACT_SYNC_KEY"]
    print(json.dumps(child(sys.argv[1], place_of, secret, int(sys.argv[2]))))
