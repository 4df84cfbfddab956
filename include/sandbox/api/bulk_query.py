"""Criteria of a bulk job: JSON groups whose leaves are ``{"api_name", "comparator", "value"}``.

Comparators are named a little differently than a search's operators and have the same meaning; ``${EMPTY}`` stands for
no value. At most twenty-five conditions and a hundred values; errors carry the codes of bulk read.
"""

from typing import Any

from include.sandbox.api.answers import ApiError
from include.sandbox.criteria.compare import Manner
from include.sandbox.criteria.model import CriteriaError, Group, Leaf, Matcher, Node, bind
from include.sandbox.modules import ModuleSpec

EMPTY = "${EMPTY}"
MOST_CONDITIONS, MOST_VALUES = 25, 100
COMPARATORS = {
    "equal": "equals",
    "not_equal": "not_equal",
    "in": "in",
    "not_in": "not_in",
    "less_than": "less_than",
    "less_equal": "less_equal",
    "greater_than": "greater_than",
    "greater_equal": "greater_equal",
    "contains": "contains",
    "not_contains": "not_contains",
    "starts_with": "starts_with",
    "ends_with": "ends_with",
    "between": "between",
    "not_between": "not_between",
}
_OPERATORS = frozenset((*COMPARATORS.values(), "is_empty", "is_not_empty"))
_CODES = {
    "field": "FIELD_NOT_AVAILABLE",
    "operator": "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE",
    "value": "INVALID_CRITERIA",
}


def bound_criteria(criteria: Any, spec: ModuleSpec) -> Matcher:
    """Criteria over a module; ApiError with the code of bulk read for what cannot be carried out."""
    node = _node(criteria)
    leaves = list(node.leaves())
    if len(leaves) > MOST_CONDITIONS:
        raise ApiError(400, "CRITERIA_LIMIT_EXCEEDED", f"at most {MOST_CONDITIONS} conditions are allowed")
    if any(len(leaf.values) > MOST_VALUES for leaf in leaves):
        raise ApiError(400, "VALUE_LIMIT_EXCEEDED_IN_CRITERIA", f"at most {MOST_VALUES} values are allowed")
    try:
        return bind(node, spec, Manner(), _OPERATORS)
    except CriteriaError as error:
        raise ApiError(400, _CODES[error.sort], str(error), error.details) from None


def _node(value: Any) -> Node:
    if isinstance(value, dict) and value.keys() == {"group_operator", "group"}:
        joiner, parts = str(value["group_operator"]).lower(), value["group"]
        if joiner in ("and", "or") and isinstance(parts, list) and parts:
            return Group(joiner, tuple(_node(part) for part in parts))
    if isinstance(value, dict) and value.keys() == {"api_name", "comparator", "value"}:
        return _leaf(str(value["api_name"]), str(value["comparator"]), value["value"])
    text = "criteria are a group {group_operator: and | or, group: [...]} or a leaf {api_name, comparator, value}"
    raise ApiError(400, "INVALID_CRITERIA", text)


def _leaf(name: str, comparator: str, value: Any) -> Leaf:
    if comparator not in COMPARATORS:
        raise ApiError(400, "INVALID_CRITERIA", f"there is no comparator {comparator!r}", {"api_name": name})
    if value == EMPTY and comparator in ("equal", "not_equal"):
        return Leaf(name, "is_empty" if comparator == "equal" else "is_not_empty", ())
    values = tuple(value) if isinstance(value, list) else (value,)
    if not all(isinstance(each, str | int | float | bool) for each in values):
        raise ApiError(400, "INVALID_CRITERIA", "a value is a text, a number, or true or false", {"api_name": name})
    return Leaf(name, COMPARATORS[comparator], values)
