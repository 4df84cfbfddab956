"""Criteria as a tree: conditions joined by and / or, bound to the fields of a module.

``Leaf`` and ``Group`` are what a text or a JSON body says; ``bind`` checks them against a module and gives a
``Matcher``, which tells whether a record meets them. A ``CriteriaError`` says what is wrong and about which field and
operator; how that is answered is the business of the routes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from include.sandbox.criteria.compare import OPERATORS, Manner, kind_of, test_for
from include.sandbox.modules import ModuleSpec
from include.sandbox.store import RecordStore


class CriteriaError(ValueError):
    """Criteria that cannot be carried out. ``sort``: ``syntax``, ``field``, ``operator`` or ``value``."""

    def __init__(self, sort: str, reason: str, api_name: str = "", operator: str = "") -> None:
        super().__init__(reason)
        self.sort = sort
        self.details = {"reason": reason, "api_name": api_name, "operator": operator}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition."""

    field: str
    operator: str
    values: tuple[Any, ...]

    def leaves(self) -> "Iterator[Leaf]":
        """Itself."""
        yield self


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions and groups joined by one word, ``and`` or ``or``."""

    joiner: str
    parts: "tuple[Leaf | Group, ...]"

    def leaves(self) -> Iterator[Leaf]:
        """All conditions inside."""
        for part in self.parts:
            yield from part.leaves()


Node = Leaf | Group
_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Matcher:
    """Bound criteria; two are equal when they say the same of the same module in the same manner."""

    node: Node
    manner: Manner
    types: tuple[tuple[str, str], ...]
    test: Callable[[_Row], bool] = field(compare=False, repr=False)

    def holds_in(self, store: RecordStore, index: int) -> bool:
        """Whether a record meets them."""
        return self.test(store.record(index, (name for name, _ in self.types)))


def bind(node: Node, spec: ModuleSpec, manner: Manner, operators: frozenset[str]) -> Matcher:
    """Criteria over a module's fields, of the operators that the route knows; CriteriaError for anything else."""
    types = tuple(sorted({(leaf.field, _type(spec, leaf)) for leaf in node.leaves()}))
    return Matcher(node, manner, types, _bound(node, dict(types), manner, operators))


def _type(spec: ModuleSpec, leaf: Leaf) -> str:
    found = spec.field(leaf.field)
    if leaf.field == "id":
        return "text"
    if found is None:
        raise CriteriaError("field", f"{spec.name} has no field {leaf.field!r}", leaf.field, leaf.operator)
    return found.type


def _bound(node: Node, types: dict[str, str], manner: Manner, operators: frozenset[str]) -> Callable[[_Row], bool]:
    if isinstance(node, Leaf):
        return _condition(node, types[node.field], manner, operators)
    tests = [_bound(part, types, manner, operators) for part in node.parts]
    if node.joiner == "and":
        return lambda row: all(test(row) for test in tests)
    return lambda row: any(test(row) for test in tests)


def _condition(leaf: Leaf, data_type: str, manner: Manner, operators: frozenset[str]) -> Callable[[_Row], bool]:
    kind, name = kind_of(data_type), leaf.field
    if leaf.operator not in operators:
        allowed = ", ".join(sorted(operators))
        raise CriteriaError("operator", f"there is no such operator; allowed: {allowed}", name, leaf.operator)
    if leaf.operator not in (*OPERATORS[kind], "is_empty", "is_not_empty"):
        raise CriteriaError("operator", f"the operator does not fit a field of type {data_type}", name, leaf.operator)
    try:
        test = test_for(kind, leaf.operator, leaf.values, manner)
    except ValueError as error:
        raise CriteriaError("value", f"the value does not fit: {error}", name, leaf.operator) from None
    return lambda row: test(row[name])
