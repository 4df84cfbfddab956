"""The import history as a table: one row a fetch, in the product's words, with warnings and remedies below it."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from rich.text import Text

from contact_sync.cli.console import clock, console, say, table
from contact_sync.core.run import ran_by

_STYLES = {"succeeded": "green", "partial": "yellow", "degraded": "yellow", "failed": "red", "skipped": "dim"}
_WIDE = 110
_COLUMNS = ("Fetch", "Records", "Outcomes", "Ignored because")


def print_history(fetches: Sequence[dict[str, Any]], timezone: str) -> None:
    """Print fetches, newest first, with times in `timezone`."""
    zone, screen = ZoneInfo(timezone), console()
    title = f"Import history (times: {timezone})"
    rows = [(_fetch(fetch, zone), _records(fetch), _outcomes(fetch), _ignored(fetch)) for fetch in fetches]
    if screen.width < _WIDE:  # numbers that do not fit beside each other stand below each other: none is ever cut
        result = table(title, ("Fetch", "Records, outcomes, ignored because"), lines=True)
        for about, *numbers in rows:
            result.add_row(about, Text("\n").join(numbers))
    else:
        result = table(title, _COLUMNS, lines=True)
        for row in rows:
            result.add_row(*row)
        for column, cells in zip(result.columns[1:], list(zip(*rows, strict=True))[1:], strict=True):
            column.min_width = max(len(line) for cell in cells for line in cell.plain.splitlines())
    screen.print(result)
    for fetch in fetches:
        _print_notes(fetch)


def _fetch(fetch: dict[str, Any], zone: ZoneInfo) -> Text:
    """Which sync, how it ended, when; the window of change times it read."""
    start = clock(fetch["window_start"], zone) if fetch["window_start"] else "the beginning"
    cell = Text()
    cell.append(f"{fetch['sync_name']}\n", style="bold")
    cell.append(f"→ {fetch['list_name']}\n")
    cell.append(str(fetch["status"]), style=_STYLES.get(fetch["status"], ""))
    cell.append(f" · {fetch['run_type']} · {_duration(fetch['duration_seconds'])}\n")
    if who := ran_by(fetch["run_id"]):
        cell.append(f"by {who}, on the command line\n")
    cell.append(f"at   {clock(fetch['started_at'], zone)}\n")
    cell.append(f"from {start}\n")
    cell.append(f"to   {clock(fetch['window_end'], zone)}\n")
    cell.append(f"{fetch['sync_id']} #{fetch['fetch_id']}", style="dim")
    return cell


def _records(fetch: dict[str, Any]) -> Text:
    lines = [("read", fetch["read"]), ("total", fetch["total"]), ("out of scope", fetch["out_of_scope"])]
    return _lines(lines + [(f"  {word}", records) for word, records in _reasons(fetch["out_of_scope_by_cause"])])


def _outcomes(fetch: dict[str, Any]) -> Text:
    words = (
        ("new", "new"),
        ("re-added", "re_added"),
        ("duplicate", "duplicate"),
        ("  in this list", "duplicate_in_list"),
        ("  in another list", "duplicate_other_list"),
        ("  in no list", "duplicate_no_list"),
        ("ignored", "ignored"),
        ("deleted", "deleted"),
        ("pushed", "pushed"),
    )
    return _lines([(word, fetch[key]) for word, key in words])


def _ignored(fetch: dict[str, Any]) -> Text:
    return _lines(_reasons(fetch["ignored_by_reason"])) if fetch["ignored_by_reason"] else Text("–")


def _reasons(rows: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
    """Reasons with the largest number first, each with its sub-codes below it."""
    by_reason: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_reason.setdefault(row["reason"], []).append(row)
    lines = []
    totals = {reason: sum(row["records"] for row in found) for reason, found in by_reason.items()}
    for reason in sorted(by_reason, key=lambda reason: -totals[reason]):
        lines.append((reason, totals[reason]))
        lines += [(f"  {row['sub_code']}", row["records"]) for row in by_reason[reason] if row["sub_code"]]
    return lines


def _lines(lines: Sequence[tuple[str, int | None]]) -> Text:
    """Words to the left, numbers to the right, aligned within the cell; an unknown number is a dash."""
    numbers = ["–" if number is None else f"{number:,}" for _, number in lines]
    wide, far = max(len(word) for word, _ in lines), max(len(number) for number in numbers)
    rows = (f"{word:<{wide}} {number:>{far}}" for (word, _), number in zip(lines, numbers, strict=True))
    return Text("\n".join(rows), no_wrap=True)


def _duration(seconds: Any) -> str:
    if seconds is None:
        return "not finished"
    whole = round(float(seconds))
    if whole < 60:
        return f"{float(seconds):.1f} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {rest} s"


def _print_notes(fetch: dict[str, Any]) -> None:
    """What a person should know of a fetch, and can do about it."""
    place = f"{fetch['sync_id']} #{fetch['fetch_id']}"
    if fetch["reason"]:
        say(f"{place} {fetch['status']}: {fetch['reason']}", style=_STYLES.get(fetch["status"]))
    if fetch["remedy"]:
        say(f"{place} remedy: {fetch['remedy']}")
    if fetch["run_type"] == "backfill" and fetch["read"] is not None:  # the source shows its present state only (RET-5)
        say(f"{place} backfill: read the records whose latest change lies in this window, as they are now.")
    for note in _left_and_ended(fetch):
        say(f"{place} {note}")
    for warning in fetch["warnings"]:
        say(f"{place} warning: {warning}", style="yellow")


def _left_and_ended(fetch: dict[str, Any]) -> list[str]:
    """What options ended, and which work is left for later: to whom, and what a person can do about it (OPS-1)."""
    preview, notes = fetch["status"] == "preview", []
    if ended := fetch["removed"]:
        notes.append(
            f"options: {_members(ended)} of the list {'would end' if preview else 'ended'} by the sync's options "
            "(ADV-1 to ADV-4)."
        )
    if asked := fetch["pending_removals"]:
        notes.append(
            f"partial: {_members(asked)} {'would be' if preview else 'were'} left to a person's answer, because so "
            f"many would end at once (ADV-8). What still waits: contact-sync pending {fetch['sync_id']}"
        )
    if beyond := sum(row["records"] for row in fetch["ignored_by_reason"] if row["reason"] == "plan_limit"):
        notes.append(
            f"partial: no room for {beyond:,} {'record' if beyond == 1 else 'records'}: the organisation has as many "
            "contacts as its plan allows (OUT-15). They are fetched again by themselves once there is room; to make "
            "some, raise contact_limit in organisation.yaml (null: no limit)."
        )
    return notes


def _members(number: int) -> str:
    return f"{number:,} {'membership' if number == 1 else 'memberships'}"
