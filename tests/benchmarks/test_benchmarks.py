"""What `make bench` promises to measure and to keep; how fast things are is told there, not here."""

import json
from pathlib import Path

from tests.benchmarks import __main__ as bench
from tests.benchmarks import report

KEYS = {
    "extract": {"extract_vs_download", "extract_cpu_s_per_1000", "sandbox_cpu_s_per_1000"},
    "load": {"first_load_vs_copy", "rerun_vs_copy", "first_load_vs_one_table", "library_import_s"},
    "memory": {"peak_mb_20k", "peak_mb_200k"},
    "parse": {"parse_10_s", "parse_100_s", "parse_500_s"},
    "push": {"push_calls_vs_least", "push_calls_vs_least_by_in", "push_people_per_s"},
    "bulk": {"bulk_peak_mb", "bulk_rows_per_cpu_s", "credits_vs_least", "credits_vs_least_unproved"},
    "pages": {"page_s", "page_sorted_s", "story_s", "record_s"},
    "events": {"event_import_vs_copy", "event_reimport_vs_copy"},
}
"""Benchmark → figures that later work compares with: never renamed."""


def test_every_figure_with_a_goal_has_a_benchmark() -> None:
    """The table lacks none of the figures that are promised."""
    assert set(report.GOALS) - set().union(*KEYS.values()) == {"demo_run_s"}
    assert set(bench.BENCHMARKS) == {*KEYS, "demo_run"}


def test_figures_of_other_benchmarks_stay(tmp_path: Path) -> None:
    """A run of one benchmark adds to the file."""
    out = tmp_path / "bench.json"
    report.keep(out, "extract", {"extract_vs_download": 0.5}, report.machine())
    report.keep(out, "parse", {"parse_10_s": 0.1}, report.machine())
    told = json.loads(out.read_text(encoding="utf-8"))
    assert (told["extract_vs_download"], told["parse_10_s"]) == (0.5, 0.1)
    assert set(told["measured"]) == {"extract", "parse"}
