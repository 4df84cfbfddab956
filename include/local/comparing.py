"""The import history beside the independent count: every number that people see of a fetch must be the same.

Sub-codes and causes are compared too. What one side has and the other has not counts as 0 there. And the history as a
whole must show everything that can become of a record.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.markup import escape

from include.local.expected import differences
from include.local.say import console, line

TOLD = ("read", "out_of_scope", "new", "duplicate", "ignored")
COUNTERS = (
    *("read", "total", "out_of_scope", "new", "re_added", "duplicate", "ignored", "deleted", "pushed"),
    *("duplicate_in_list", "duplicate_other_list", "duplicate_no_list"),
)
REASONS = (
    *("empty_email", "invalid_pattern", "group_email", "file_duplicate", "bounced", "do_not_mail", "opted_out"),
    *("unsubscribed", "removed_by_hand", "converted", "invalid_field", "plan_limit"),
)
EVERYTHING = (
    *("new", "re_added", "duplicate_in_list", "duplicate_other_list", "duplicate_no_list", "ignored", "deleted"),
    *(f"ignored.{reason}" for reason in REASONS),
    *(f"ignored.invalid_pattern.{each}" for each in ("syntax", "misspelt_domain")),
    *(f"ignored.bounced.{each}" for each in ("hard", "soft")),
    *(f"ignored.do_not_mail.{each}" for each in ("blocked", "registry", "unsubscribed_org", "complaint", "erased")),
    *(f"out_of_scope.{cause}" for cause in ("pattern", "unapproved", "page_repeat")),
)
"""Every outcome and reason of the spec (OUT-1 to OUT-15), with what is finer, under the names of the counters."""


def compare(wanted: dict[str, dict[str, int]], history: list[dict[str, Any]]) -> bool:
    """Print a line for each run; True when all agree.

    wanted: run id and sync id, joined → counters. history: as `contact-sync history --output json` prints it.
    """
    told = {fetch["run_id"] + fetch["sync_id"]: fetch for fetch in history}
    agreed = True
    line()
    for run, expected in wanted.items():
        fetch = told.get(run)
        found = differences(expected, counters(fetch)) if fetch else ["the history does not have it"]
        status = "partial" if expected.get("ignored.plan_limit") else "succeeded"
        if fetch and fetch["status"] != status:
            found.append(f"status: {fetch['status']} ({fetch['reason'] or '; '.join(fetch['warnings'])})")
        agreed = agreed and not found
        name = f"{fetch['sync_id']} #{fetch['fetch_id']}" if fetch else run
        sign, words = ("[red]✗", "; ".join(found)) if found else ("[green]✓", _agreement(expected))
        console.print(f"  {sign}[/] {escape(f'{name}: {words}')}")
    if not agreed:
        line("\nThe history and the independent count of the sandbox's records differ.")
    return agreed


def is_complete(history: list[dict[str, Any]]) -> bool:
    """Say whether every outcome and every reason occurs in the fetches, or which do not; True when all do."""
    seen = {name for fetch in history for name, number in counters(fetch).items() if number}
    missing = [name for name in EVERYTHING if name not in seen]
    line()
    if missing:
        console.print(f"  [red]✗[/] the history shows nobody who is {escape(', '.join(missing))}")
    else:
        console.print(f"  [green]✓[/] every outcome and every reason occurs ({len(REASONS)} reasons)")
    return not missing


def counters(fetch: Mapping[str, Any]) -> dict[str, int]:
    """The numbers of a fetch under the names of the independent count."""
    found = Counter({name: int(fetch[name] or 0) for name in COUNTERS})
    for each in fetch["ignored_by_reason"]:
        found[f"ignored.{each['reason']}"] += int(each["records"])
        if each["sub_code"]:
            found[f"ignored.{each['reason']}.{each['sub_code']}"] += int(each["records"])
    for each in fetch["out_of_scope_by_cause"]:
        found[f"out_of_scope.{each['reason']}"] += int(each["records"])
    return dict(found)


def _agreement(expected: Mapping[str, int]) -> str:
    told = ", ".join(f"{expected.get(name, 0):,} {name.replace('_', ' ')}" for name in TOLD)
    return f"as the independent count says ({told})"
