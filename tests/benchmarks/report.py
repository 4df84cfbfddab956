"""The figures: kept in a JSON file whose keys are never renamed, and shown as a table with their goals."""

import json
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.places import PROJECT

FILE = PROJECT / "build" / "bench.json"
GOALS: dict[str, tuple[str, Callable[[float, dict[str, Any]], bool] | None]] = {
    "extract_vs_download": ("≥ 0.7", lambda value, _: value >= 0.7),
    "first_load_vs_copy": ("≥ 0.6", lambda value, _: value >= 0.6),
    "rerun_vs_copy": ("≥ 0.6", lambda value, _: value >= 0.6),
    "peak_mb_20k": ("", None),
    "peak_mb_200k": ("within 20 % of 20k", lambda value, all_: abs(value / all_.get("peak_mb_20k", value) - 1) <= 0.2),
    "bulk_peak_mb": (
        "within 20 % of a twentieth",
        lambda value, all_: abs(value / all_.get("bulk_peak_mb_small", value) - 1) <= 0.2,
    ),
    "bulk_rows_per_cpu_s": ("", None),
    "credits_vs_least": ("≤ 1.05", lambda value, _: value <= 1.05),
    "credits_vs_least_unproved": ("≤ 1.05", lambda value, _: value <= 1.05),
    "event_import_vs_copy": ("", None),
    "push_calls_vs_least": ("≤ 1.05", lambda value, _: value <= 1.05),
    "push_calls_vs_least_by_in": ("≤ 1.05", lambda value, _: value <= 1.05),
    "page_s": ("< 1 s", lambda value, _: value < 1),
    "page_sorted_s": ("", None),
    "story_s": ("< 1 s", lambda value, _: value < 1),
    "record_s": ("< 1 s", lambda value, _: value < 1),
    "parse_10_s": ("", None),
    "parse_100_s": ("", None),
    "parse_500_s": ("< 2 s", lambda value, _: value < 2),
    "demo_run_s": ("≤ 15 s", lambda value, _: value <= 15),
}
"""The figures that count, in their order, each with its goal."""
console = Console()


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "load_average": [round(value, 1) for value in os.getloadavg()],
    }


def keep(path: Path, name: str, figures: dict[str, Any], facts: dict[str, Any]) -> None:
    """Add the figures of one benchmark to the file; those of others stay."""
    known = _read(path)
    known.update(figures)
    known.setdefault("measured", {})[name] = facts
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


def show(path: Path) -> None:
    """The table: the figures with goals first, then what stands beside them."""
    known = _read(path)
    table = Table("figure", "value", "goal", "")
    for name, (goal, reached) in GOALS.items():
        if name in known:
            mark = "" if reached is None else "[green]✓[/]" if reached(known[name], known) else "[red]missed[/]"
            table.add_row(f"[bold]{name}[/]", f"{known[name]:,}", goal, mark)
    table.add_section()
    for name, value in known.items():
        if name not in GOALS and not isinstance(value, dict):
            table.add_row(name, f"{value:,}", "", "")
    console.print(table)
    for name, facts in known.get("measured", {}).items():
        load = ", ".join(map(str, facts["load_average"]))
        size = f", {facts['records']:,} records only" if facts["records"] else ""
        console.print(f"{name}: {facts['at']}, {facts['cores']} cores, load average {load}{size}", highlight=False)


def say(text: str) -> None:
    """A line of progress."""
    console.print(text, highlight=False)


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found
