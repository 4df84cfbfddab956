"""The tree of a pattern: conditions by their numbers, joined by and / or (CRIT-2, CRIT-3).

Walking and writing do not recurse, for the default pattern of a thousand conditions is a thousand brackets deep.
"""

from collections.abc import Iterator
from dataclasses import dataclass

AND, OR = "and", "or"


@dataclass(frozen=True, slots=True)
class Number:
    """A condition, by its number."""

    number: int

    def __str__(self) -> str:
        return pattern_text(self)


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more parts hold."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return pattern_text(self)


@dataclass(frozen=True, slots=True)
class Or:
    """One of two or more parts holds."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return pattern_text(self)


Node = Number | And | Or


def pattern_text(node: Node) -> str:
    """The one way to write a tree: each and/or group in brackets. parse_pattern gives the same tree again."""
    done: list[str] = []
    for each in walk(node):
        if isinstance(each, Number):
            done.append(str(each.number))
        else:
            joiner = f" {AND} " if isinstance(each, And) else f" {OR} "
            done[-len(each.parts) :] = [f"({joiner.join(done[-len(each.parts) :])})"]
    return done[0]


def walk(node: Node) -> Iterator[Node]:
    """All nodes of the tree, each after its parts, which come from left to right."""
    found: list[Node] = []
    open_nodes = [node]
    while open_nodes:
        found.append(open_nodes.pop())
        if not isinstance(found[-1], Number):
            open_nodes.extend(found[-1].parts)
    return reversed(found)
