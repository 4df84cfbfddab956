"""What of criteria is sent to the search API, so that fewer records are read (CRIT-5).

Sent are `equals` and `starts_with` on the module's own text and pick list fields: the operators that Recruit documents
(developer guide, search-records). All other conditions count as met, so the query never asks for less than the pattern
does: of an `and` the certain parts are sent, an `or` only whole, and at most ten conditions. The whole pattern is still
evaluated here. Premises, which Recruit does not document: stored texts have no space around them, and, if the caller
says so, the search ignores case; a search that finds more than it should does no harm.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from typing import Any

from contact_sync.core.criteria.evaluate import Judge
from contact_sync.core.criteria.kinds import Kind
from contact_sync.core.criteria.model import Condition, Criteria, Operator
from contact_sync.core.criteria.pattern import parse_pattern
from contact_sync.core.criteria.tree import And, Node, Number, Or, walk

CERTAIN = (Operator.EQUALS, Operator.STARTS_WITH)
SEARCHABLE = ("text", "picklist")
MOST_CONDITIONS = 10
SHORTEST, LONGEST = 2, 100  # characters: the sibling CRM refuses one, and the query has to fit a URL

_OWN_FIELD = re.compile(r"[A-Za-z0-9_]+", re.ASCII)
_SPECIAL = re.compile(r"[(),\\]")
_RESERVED = re.compile(r"null|\$\{.*", re.IGNORECASE | re.DOTALL)  # the CRM's words for an empty field


_LEFT_OUT = f"it is joined by 'or' with one that is not sent, or is beyond the {MOST_CONDITIONS} that one search takes"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """query: text of the `criteria` parameter, not yet URL-encoded; None if nothing can be sent.

    sent, unsent: numbers of the conditions. asked: what was sent, as criteria of its own; None if nothing was.
    """

    query: str | None
    sent: tuple[int, ...]
    unsent: tuple[int, ...]
    asked: Criteria | None = None


def narrowing(criteria: Criteria, data_types: Mapping[str, str], *, ignores_case: bool) -> Narrowing:
    """The query that surely finds every record that the criteria accept.

    data_types: field → data type of the metadata; a field that is not in it is not sent. ignores_case: whether the
    search is taken to ignore case; if not, only values without upper and lower case are sent, such as `2015`.
    """
    by_number = {each.number: each for each in criteria.conditions}
    certain = {number for number, each in by_number.items() if _is_certain(each, data_types, ignores_case)}
    node = _weakened(parse_pattern(criteria.pattern, criteria.numbers), certain)
    if node is None:
        return Narrowing(None, (), criteria.numbers)
    used = {each.number for each in walk(node) if isinstance(each, Number)}
    sent = tuple(each for each in criteria.conditions if each.number in used)
    unsent = tuple(number for number in criteria.numbers if number not in used)
    return Narrowing(_query(node, by_number), tuple(each.number for each in sent), unsent, Criteria(sent, str(node)))


def why_unsent(
    criteria: Criteria, narrowed: Narrowing, data_types: Mapping[str, str], *, ignores_case: bool
) -> dict[int, str]:
    """Why each condition that is not sent is not, by its number; parameters as `narrowing` had them."""
    found = {each.number: _doubt(each, data_types, ignores_case) for each in criteria.conditions}
    return {number: found[number] or _LEFT_OUT for number in narrowed.unsent}


def contradicts(row: Mapping[str, Any], narrowed: Narrowing) -> bool:
    """Whether a row that the search answered does not satisfy what it was asked for."""
    return narrowed.asked is not None and not _judge(narrowed.asked).rows([row])[0]


@lru_cache(maxsize=8)
def _judge(asked: Criteria) -> Judge:
    # Only texts are sent, so the zone decides nothing.
    return Judge(asked, {each.field: Kind.TEXT for each in asked.conditions}, UTC)


def _is_certain(condition: Condition, data_types: Mapping[str, str], ignores_case: bool) -> bool:
    return _doubt(condition, data_types, ignores_case) is None


def _doubt(condition: Condition, data_types: Mapping[str, str], ignores_case: bool) -> str | None:
    """Why it is not certain that the search finds whatever the condition accepts; None if it is."""
    if condition.operator not in CERTAIN:
        return f"the search surely understands {' and '.join(CERTAIN)}, not {condition.operator}"
    if not _OWN_FIELD.fullmatch(condition.field):
        return "it asks a related record, which the search does not know"
    data_type = data_types.get(condition.field)
    if data_type not in SEARCHABLE:
        return f"the search surely knows fields of type {' and '.join(SEARCHABLE)}, not {data_type or 'unknown'}"
    value = _value(condition)
    if not SHORTEST <= len(value) <= LONGEST:
        return f"a search takes values of {SHORTEST} to {LONGEST} characters"
    if not value.isprintable() or _RESERVED.fullmatch(value):
        return "its value means something else to the search"
    if not ignores_case and value.lower() != value.upper():
        return "the search may tell upper from lower case (policy search_ignores_case)"
    return None


def _value(condition: Condition) -> str:
    return unicodedata.normalize("NFC", str(condition.values[0]).strip())


def _weakened(node: Node, certain: set[int]) -> Node | None:
    """The strongest tree of certain conditions, at most ten, that holds wherever `node` does; None: nothing is left.

    An `and` may lose parts, which only finds more; an `or` that would lose a part would find less, so it goes whole.
    """
    done: list[Node | None] = []
    for each in walk(node):
        if isinstance(each, Number):
            done.append(each if each.number in certain else None)
            continue
        parts = done[len(done) - len(each.parts) :]
        del done[len(done) - len(each.parts) :]
        done.append(_all_that_fit(parts) if isinstance(each, And) else _all_or_none(parts))
    return done[0]


def _all_that_fit(parts: list[Node | None]) -> Node | None:
    """Parts of an `and` from left to right, without brackets around an `and` within, as long as there is room."""
    flat = [inner for part in parts if part is not None for inner in (part.parts if isinstance(part, And) else (part,))]
    kept: list[Node] = []
    room = MOST_CONDITIONS
    for part in dict.fromkeys(flat):
        if _size(part) <= room:
            kept.append(part)
            room -= _size(part)
    return And(tuple(kept)) if len(kept) > 1 else kept[0] if kept else None


def _all_or_none(parts: list[Node | None]) -> Node | None:
    whole = [part for part in parts if part is not None]
    if len(whole) < len(parts) or sum(map(_size, whole)) > MOST_CONDITIONS:
        return None
    return Or(tuple(whole))


def _size(node: Node) -> int:
    return sum(isinstance(each, Number) for each in walk(node))


def _query(node: Node, conditions: Mapping[int, Condition]) -> str:
    """Such as `((City:equals:Berlin)and(Last_Name:starts_with:Lee\\,))`."""
    done: list[str] = []
    for each in walk(node):
        if isinstance(each, Number):
            condition = conditions[each.number]
            value = _SPECIAL.sub(r"\\\g<0>", _value(condition))
            done.append(f"({condition.field}:{condition.operator}:{value})")
        else:
            joiner = "and" if isinstance(each, And) else "or"
            done[-len(each.parts) :] = [f"({joiner.join(done[-len(each.parts) :])})"]
    return done[0]
