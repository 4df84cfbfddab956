"""Criteria as data: numbered conditions and the pattern that joins them (CRIT-1, CRIT-2).

Frozen and hashable. All values are plain JSON, so that a resolved sync that holds criteria is stored and read back
unchanged. Nothing is checked here: kinds.py checks conditions, pattern.py patterns.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

Value = str | int | float | bool


class Operator(StrEnum):
    """How a condition compares (CRIT-1)."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    IN = "in"
    NOT_IN = "not_in"
    IS_EMPTY = "is_empty"
    IS_NOT_EMPTY = "is_not_empty"
    LESS_THAN = "less_than"
    LESS_EQUAL = "less_equal"
    GREATER_THAN = "greater_than"
    GREATER_EQUAL = "greater_equal"
    BETWEEN = "between"


def in_words(field: str, operator: str, values: Iterable[object]) -> str:
    """A condition as a person says it."""
    return f"{field} {operator} {', '.join(map(str, values))}".strip()


@dataclass(frozen=True, slots=True)
class Condition:
    """Condition `number`: `field` (API name, or `Clients.Industry` of a related module) compared with `values`.

    values: none for is_empty and is_not_empty, two for between, otherwise one or more. Dates are ISO 8601 texts.
    """

    number: int
    field: str
    operator: Operator
    values: tuple[Value, ...] = ()

    @property
    def in_words(self) -> str:
        """Such as `Department equals Information Technology`."""
        return in_words(self.field, self.operator, self.values)


@dataclass(frozen=True, slots=True)
class Criteria:
    """pattern: the text of a parsed pattern, such as `((1 and 2) and (3 or 4))`; names each condition by number."""

    conditions: tuple[Condition, ...]
    pattern: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the conditions, in their order."""
        return tuple(condition.number for condition in self.conditions)
