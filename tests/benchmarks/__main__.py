"""`make bench`: measures the product with its real parts, prints a table and writes build/bench.json.

`--only NAME` runs one benchmark and keeps the other figures of the file; `--records N` makes it smaller, `--rounds N`
repeats it so often. Figures are medians; ratios are taken inside a round. Goals are told, never enforced.
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import tests.airflow_home  # noqa: F401 - before anything imports airflow
from tests.benchmarks import bulk, demo_run, eventing, extracting, loading, memory, paging, parsing, pushing, report

BENCHMARKS = {
    "extract": (extracting.run, 5),
    "load": (loading.run, 3),
    "memory": (memory.run, 1),
    "parse": (parsing.run, 5),
    "demo_run": (demo_run.run, 3),
    "bulk": (bulk.run, 1),
    "events": (eventing.run, 3),
    "push": (pushing.run, 1),
    "pages": (paging.run, 3),
}
"""Name → what runs it, with how many rounds."""


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 whatever the figures are."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", choices=sorted(BENCHMARKS), action="append", help="this benchmark alone; may repeat")
    parser.add_argument("--records", type=int, help="so many records (files, for parse) instead of the usual number")
    parser.add_argument("--rounds", type=int, help="so many rounds instead of the usual number")
    parser.add_argument("--out", type=Path, default=report.FILE, help=f"the file to write (now {report.FILE})")
    given = parser.parse_args(arguments)
    for name in given.only or BENCHMARKS:
        run, rounds = BENCHMARKS[name]
        report.say(f"{name} …")
        figures = run(given.records, given.rounds or rounds)
        facts = {**report.machine(), "at": datetime.now(UTC).isoformat(timespec="seconds"), "records": given.records}
        report.keep(given.out, name, figures, facts)
    report.show(given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
