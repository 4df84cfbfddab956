"""Criteria as the independent count reads them: which records meet the conditions of a sync file (spec CRIT-1 to 4).

Written from the rules alone and for one record at a time; the pattern is read by Python's own grammar, which agrees
with that of patterns. It knows text, numbers and yes or no. Refuses what it does not know, such as dates: a count that
guesses would be no witness.
"""

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from include.local.errors import LocalError

ALIASES = {"Accounts": "Clients", "Potentials": "Job_Openings"}
TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda found, wanted: bool(found == wanted),
    "contains": lambda found, wanted: wanted in found,
    "starts_with": lambda found, wanted: bool(found.startswith(wanted)),
    "ends_with": lambda found, wanted: bool(found.endswith(wanted)),
    "in": lambda found, wanted: found in wanted,
    "less_than": lambda found, wanted: bool(found < wanted),
    "less_equal": lambda found, wanted: bool(found <= wanted),
    "greater_than": lambda found, wanted: bool(found > wanted),
    "greater_equal": lambda found, wanted: bool(found >= wanted),
    "between": lambda found, wanted: bool(wanted[0] <= found <= wanted[1]),
}


def is_met(criteria: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any of a record's joined rows meets the criteria of a sync file.

    rows: fields of related records stand under their module, such as `Clients.Industry`.
    """
    conditions = {int(number): each for number, each in criteria["conditions"].items()}
    pattern = ast.parse(_pattern(criteria, sorted(conditions)), mode="eval").body
    return any(_holds(pattern, {number: _true(each, row) for number, each in conditions.items()}) for row in rows)


def modules_named(criteria: Mapping[str, Any]) -> set[str]:
    """The related modules whose fields the conditions name."""
    return {_field(each).partition(".")[0] for each in criteria["conditions"].values() if "." in each["field"]}


def _pattern(criteria: Mapping[str, Any], numbers: list[int]) -> str:
    """What joins the conditions; unless said otherwise all by and, nested to the left."""
    if criteria.get("pattern"):
        return str(criteria["pattern"]).lower()
    joiners = criteria.get("joiners") or ["and"] * (len(numbers) - 1)
    text = str(numbers[0])
    for joiner, number in zip(joiners, numbers[1:], strict=True):
        text = f"({text} {joiner} {number})"
    return text


def _holds(node: ast.expr, truth: Mapping[int, bool]) -> bool:
    if isinstance(node, ast.BoolOp):
        found = [_holds(each, truth) for each in node.values]
        return all(found) if isinstance(node.op, ast.And) else any(found)
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value in truth:
        return truth[node.value]
    raise LocalError(f"The independent count cannot read the pattern at '{ast.unparse(node)}'.")


def _true(condition: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    found, operator = _plain(row.get(_field(condition))), str(condition["is"])
    if operator in ("is_empty", "is_not_empty"):
        return (found is None) is (operator == "is_empty")
    positive = {"not_equals": "equals", "not_contains": "contains", "not_in": "in"}.get(operator, operator)
    if positive not in TESTS:
        raise LocalError(f"The independent count does not know the operator '{operator}'.")
    holds = found is not None and TESTS[positive](found, _plain(condition["value"]))
    return holds if positive == operator else not holds


def _field(condition: Mapping[str, Any]) -> str:
    module, dot, name = str(condition["field"]).rpartition(".")
    return f"{ALIASES.get(module, module)}{dot}{name}"


def _plain(value: Any) -> Any:
    """Text trimmed and in one case, nothing for an empty one; numbers and yes or no as they are."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        return value.strip().casefold() or None
    if value is None or isinstance(value, int | float):
        return value
    raise LocalError(f"The independent count compares no values of type {type(value).__name__}.")
