"""first_load_vs_copy and rerun_vs_copy: our way through staging, validate, classify and load, against plain SQL.

The plain side copies the same rows into a table of the same shape and runs one INSERT … ON CONFLICT into each table
that the load writes, in one transaction, with the product's keys, indexes and foreign keys. It decides nothing. Each
side has a database of its own, made from the same template; imports are paid before the clock starts. The re-run is
measured against an upsert that brings people up to date, and beside it against one that leaves them untouched.
"""

import subprocess
import sys
from typing import Any

import pandas as pd

from contact_sync.core.normalise import normalise_page
from contact_sync.core.record_hash import hash_records
from contact_sync.core.run import RunInfo, RunType
from contact_sync.stages.batch import FRAME_ROWS
from contact_sync.stages.classify import classify
from contact_sync.stages.extract import email_rules
from contact_sync.stages.load import load
from contact_sync.stages.opening import open_fetch
from contact_sync.stages.validate import validate
from contact_sync.warehouse import fetches, staging
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.secrets import hash_key
from tests.benchmarks import plain
from tests.benchmarks.measuring import Span, median, timed
from tests.benchmarks.people import people
from tests.benchmarks.places import Place, environment, example_sync, now, place

RECORDS = 200_000


def run(records: int | None, rounds: int) -> dict[str, Any]:
    """The figures of `rounds` rounds, as medians."""
    import contact_sync.validation.engine  # noqa: F401 - its libraries take seconds to import; measured apart

    wanted = records or RECORDS
    found: dict[str, list[Span]] = {}
    with place() as here:
        for _ in range(rounds):
            for name, span in _round(here, wanted).items():
                found.setdefault(name, []).append(span)
    figures: dict[str, Any] = {
        "first_load_vs_copy": _ratio(found, "first_plain", "first_product"),
        "rerun_vs_copy": _ratio(found, "rerun_plain", "rerun_product"),
        "rerun_vs_copy_untouched": _ratio(found, "rerun_plain_untouched", "rerun_product"),
        "first_load_vs_one_table": _ratio(found, "first_one_table", "first_product"),
        "rerun_vs_one_table": _ratio(found, "rerun_one_table", "rerun_product"),
        "load_records": wanted,
        "library_import_s": _import_seconds(),
    }
    for name, spans in found.items():
        figures[f"{name}_s"] = median([span.wall for span in spans], 2)
        figures[f"{name}_cpu_s"] = median([span.cpu + span.server_cpu for span in spans], 2)
    return figures


def _ratio(found: dict[str, list[Span]], plain_side: str, ours: str) -> float:
    return median([one.wall / two.wall for one, two in zip(found[plain_side], found[ours], strict=True)])


def _round(here: Place, records: int) -> dict[str, Span]:
    """First load and re-run of both sides, side by side, and of the plain side's one table."""
    spans: dict[str, Span] = {}
    with here.warehouse() as product, here.warehouse() as plainly, here.warehouse() as alone:
        frames = _frames(product, records)
        for turn, name in enumerate(("first", "rerun"), start=1):
            parts = _product(here, product, frames, turn)
            spans |= {f"{name}_{part}": span for part, span in parts.items()}
            spans[f"{name}_product"] = sum(parts.values(), Span())
            here.settle()
            if turn > 1:
                untouched = timed(lambda: plain.load(plainly, frames, 9, touch=False), here.pid)
                spans["rerun_plain_untouched"] = untouched
                here.settle()
            spans[f"{name}_plain"] = timed(lambda: plain.load(plainly, frames, turn), here.pid)  # noqa: B023
            here.settle()
            spans[f"{name}_one_table"] = timed(
                lambda: plain.load(alone, frames, turn, one_table=True),  # noqa: B023
                here.pid,
            )
            here.settle()
            if turn == 1:  # the night between two runs, in which autovacuum has been at work
                for warehouse in (product, plainly, alone):
                    plain.vacuum(warehouse)
    return spans


def _frames(warehouse: Warehouse, records: int) -> list[pd.DataFrame]:
    """The normalised rows, as extract makes them."""
    sync = example_sync()
    secret = hash_key(warehouse)
    return [
        normalise_page(
            people(first, min(FRAME_ROWS, records - first)),
            mappings=list(sync.mapping),
            change_field="Updated_On",
            rules=email_rules(sync),
            hash_secret=secret,
            first_record_no=first + 1,
        )
        for first in range(0, records, FRAME_ROWS)
    ]


def _product(here: Place, warehouse: Warehouse, frames: list[pd.DataFrame], turn: int) -> dict[str, Span]:
    moment = now()
    info = RunInfo(example_sync().sync_id, f"manual__{turn}", RunType.MANUAL, moment, moment, conf={"retrieve": "all"})
    return {
        "staging": timed(lambda: _stage(warehouse, info, frames), here.pid),
        "validate": timed(lambda: validate(info, warehouse), here.pid),
        "classify": timed(lambda: classify(info, warehouse), here.pid),
        "load": timed(lambda: load(info, warehouse), here.pid),
    }


def _stage(warehouse: Warehouse, info: RunInfo, frames: list[pd.DataFrame]) -> None:
    """What extract does with its frames, a transaction for each."""
    sync, secret = example_sync(), hash_key(warehouse)
    fetch, attempt = open_fetch(info, sync, warehouse, info.run_after)
    with warehouse.transaction() as connection:
        staging.create(connection, fetch.fetch_id)
    for frame in frames:
        with warehouse.transaction() as connection:
            fetches.hold_fence(connection, fetch.fetch_id, attempt)
            columns = {name: frame[name].tolist() for name in frame.columns}
            columns["record_hash"] = hash_records(sync.account, sync.module, columns["record_id"], secret)
            staging.copy(connection, fetch.fetch_id, columns)
    with warehouse.transaction() as connection:
        fetches.seal(
            connection,
            fetch.fetch_id,
            rows=staging.count_and_analyse(connection, fetch.fetch_id),
            outside_window=0,
            proof="short_page",
            source_clock=info.run_after,
        )


def _import_seconds() -> float:
    """How long a process takes that does nothing but import what the stages use."""
    script = "import contact_sync.stages.extract, contact_sync.stages.load, contact_sync.validation.engine"
    command = [sys.executable, "-c", script]
    return median([timed(lambda: subprocess.run(command, check=True, env=environment())).wall for _ in range(3)], 2)
