"""What a changed file would do to the last fetch, in words: settings, and records by what they were and would be."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from contact_sync.cli.console import counted
from contact_sync.cli.plan_values import as_words
from contact_sync.core.sections import Section, Table

if TYPE_CHECKING:
    from contact_sync.stages.plan_change import Comparison, Verdict
    from contact_sync.stages.plan_rows import Rehearsed, Reread


def changed_file(change: "Comparison", found: "Rehearsed | None", zone: Any) -> Section:
    """What the file's changes would do to the last fetch. found: the rehearsed run, where the source was read."""
    title = f"The last fetch, {change.fetch_id}, again"
    cells = [(each.key, as_words(each.before, zone), as_words(each.after, zone)) for each in change.settings]
    tables = [Table(("Setting", "Was", "Is"), cells)]
    if not change.changed:
        return Section(title, ["Nothing that changed in the file since bears on its records."], tables)
    lines = [f"Changed in the file since: {', '.join(change.changed)}."]
    again = found.reread if found is not None and (change.lost or change.unknown) else ()
    if change.lost:
        lost = f"Its staged records cannot be judged anew: {change.lost}." if again else f"Cannot tell: {change.lost}."
        return Section(title, [*lines, lost, *_read_again(again)], [*tables, *_table_of(again)])
    lines += [f"The checks would refuse it: {change.refused}"] if change.refused else []
    moved = sum(turn.records for turn in change.turns)
    lines.append(f"Of its {change.records:,} records {moved:,} would become something else, as things stand now.")
    lines += [
        f"Leave as {why}: {counted(after, 'person', 'people')}, not {before:,}."
        for why, before, after in change.leaving
    ]
    if change.unknown and not again:
        lines.append(f"Cannot tell without reading again what these do: {', '.join(change.unknown)}.")
    lines += _read_again(again)
    turns = [(_verdict(turn.was), _verdict(turn.becomes), f"{turn.records:,}") for turn in change.turns]
    tables += [Table(("Was", "Becomes", "Records"), turns, ("Records",))] if turns else []
    rows = [(each.record_id or "–", _verdict(each.was), _verdict(each.becomes)) for each in change.rows]
    tables += [Table(("Record", "Was", "Becomes"), rows)] if rows else []
    return Section(title, lines, [*tables, *_table_of(again)])


def _read_again(again: "Sequence[Reread]") -> list[str]:
    """How many of its records become something else, by a read with the changed file."""
    if not again:
        return []
    met = sum(each.records for each in again if each.becomes is not None)
    moved = sum(each.records for each in again if each.becomes not in (None, each.was))
    rest = sum(each.records for each in again) - met
    told = f"Read again with the changed file, as the source is now: {met:,} of its records; {moved:,} become another."
    left = (
        f"{rest:,} were not read: they lie outside the window, the view or what the search finds by now."
        if rest
        else ""
    )
    return [told, *filter(None, [left])]


def _table_of(again: "Sequence[Reread]") -> list[Table]:
    rows = [
        (each.was.replace("_", " "), (each.becomes or "not read").replace("_", " "), f"{each.records:,}")
        for each in again
        if each.becomes != each.was
    ]
    return [Table(("Was then", "Read again", "Records"), rows, ("Records",))] if rows else []


def _verdict(verdict: "Verdict") -> str:
    outcome, reason, joins = verdict
    return " / ".join(filter(None, (outcome.replace("_", " "), reason))) + (", joins the list" if joins else "")
