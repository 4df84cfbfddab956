"""Which rows satisfy criteria, a column at a time (CRIT-1, CRIT-3), and which conditions one row satisfies (CRIT-6).

Rows map fields to raw JSON values; joined rows bring keys such as `Clients.Industry` (SRC-5), and any_row puts the
joined rows of one record together. A field that a row does not have is empty. Refused, before any row is seen: fields
of unknown kind, and conditions that do not go with the kind of their field.
"""

import operator
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import tzinfo
from difflib import get_close_matches
from typing import Any, TypeVar

from contact_sync.core.criteria.comparable import Column, target
from contact_sync.core.criteria.kinds import Kind, check_condition
from contact_sync.core.criteria.model import Condition, Criteria
from contact_sync.core.criteria.operations import MAKERS, Test
from contact_sync.core.criteria.pattern import parse_pattern
from contact_sync.core.criteria.tree import And, Number, walk
from contact_sync.errors import ConfigError

Row = Mapping[str, Any]
Record = TypeVar("Record", bound=Hashable)

_SHOWN = 15


class Judge:
    """Criteria made ready for many rows.

    kinds: field → kind, for every field that a condition names (kinds.field_kind of the field's data type).
    zone: the sync's, in which dates compare. Raises ConfigError naming every condition that cannot be judged.
    """

    def __init__(self, criteria: Criteria, kinds: Mapping[str, Kind], zone: tzinfo) -> None:
        problems = [problem for each in criteria.conditions if (problem := _problem(each, kinds))]
        if problems:
            raise ConfigError(f"source.criteria: {' '.join(problems)} Check with: contact-sync lint --online")
        self._conditions = criteria.conditions
        self._kinds = {condition.field: Kind(kinds[condition.field]) for condition in criteria.conditions}
        self._tests = {each.number: _test(each, self._kinds[each.field], zone) for each in criteria.conditions}
        self._steps = tuple(walk(parse_pattern(criteria.pattern, criteria.numbers)))

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the conditions name, each once."""
        return tuple(self._kinds)

    def rows(self, rows: Sequence[Row]) -> list[bool]:
        """Whether each row satisfies the pattern, in the order of the rows."""
        return self.judge(rows)[0]

    def judge(self, rows: Sequence[Row]) -> tuple[list[bool], dict[int, list[bool]]]:
        """Whether each row satisfies the pattern; and condition number → whether each row satisfies it."""
        verdicts = self._verdicts(rows)
        done: list[list[bool]] = []
        for step in self._steps:
            if isinstance(step, Number):
                done.append(verdicts[step.number])
            else:
                join = operator.and_ if isinstance(step, And) else operator.or_
                done[-len(step.parts) :] = [_joined(join, done[-len(step.parts) :])]
        return done[0], verdicts

    def explain(self, row: Row) -> dict[int, bool]:
        """Condition number → whether this one row satisfies it (CRIT-6)."""
        return {number: verdicts[0] for number, verdicts in self._verdicts([row]).items()}

    def _verdicts(self, rows: Sequence[Row]) -> dict[int, list[bool]]:
        columns = {field: Column([row.get(field) for row in rows], kind) for field, kind in self._kinds.items()}
        return {each.number: self._tests[each.number](columns[each.field]) for each in self._conditions}


def any_row(records: Iterable[Record], verdicts: Iterable[bool]) -> dict[Record, bool]:
    """Record → whether any of its joined rows qualifies; records in the order in which they first come (SRC-5).

    records: the record (its id or position) of each joined row, beside the row's verdict of Judge.rows.
    Raises ValueError if there are not as many of both.
    """
    found: dict[Record, bool] = {}
    for record, verdict in zip(records, verdicts, strict=True):
        found[record] = found.get(record, False) or verdict
    return found


def _joined(join: Callable[[bool, bool], bool], parts: list[list[bool]]) -> list[bool]:
    joined = parts[0]
    for part in parts[1:]:
        joined = list(map(join, joined, part))
    return joined


def _test(condition: Condition, kind: Kind, zone: tzinfo) -> Test:
    return MAKERS[kind][condition.operator]([target(value, kind, zone) for value in condition.values])


def _problem(condition: Condition, kinds: Mapping[str, Kind]) -> str | None:
    where = f"condition {condition.number}, {condition.field}:"
    if condition.field not in kinds:
        close = get_close_matches(condition.field, kinds, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        more = f" and {len(kinds) - _SHOWN} more" if len(kinds) > _SHOWN else ""
        allowed = f"{', '.join(sorted(kinds)[:_SHOWN])}{more}" if kinds else "none"
        return f"{where} there is no such field. Allowed: {allowed}.{hint}"
    problem = check_condition(condition, Kind(kinds[condition.field]))
    return f"{where} {problem}" if problem else None
