"""The text of a search's criteria, such as ``((City:equals:Leeds)and((Source:equals:Job Fair)OR(Rating:in:4,5)))``.

A hand-written descent over the characters: a group is brackets around groups joined by ``and`` or ``or`` in any case,
or around one condition ``field:operator:value``. In a value a backslash stands before a bracket, a comma or a backslash
that belongs to it; a bare comma separates values. Anything else is an error that gives the column: two joiners mixed in
one pair of brackets, a bracket too many, a missing operator, more than ten conditions.
"""

import re

from include.sandbox.criteria.model import CriteriaError, Group, Leaf, Node

MOST_CONDITIONS = 10
_JOINER = re.compile(r"\s*(and|or)\s*(?=\()", re.IGNORECASE)
_HEAD = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*:\s*([A-Za-z_]+)\s*:")
_ESCAPED = "(),\\"


def parse(text: str) -> Node:
    """Criteria as a tree; CriteriaError for what cannot be read."""
    reader = _Reader(text)
    node = reader.joined(end="")
    conditions = sum(1 for _ in node.leaves())
    if conditions > MOST_CONDITIONS:
        raise CriteriaError("syntax", f"{conditions} conditions: at most {MOST_CONDITIONS} are allowed")
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def joined(self, end: str) -> Node:
        """Groups joined by one word, up to ``end`` (a closing bracket, or the end of the text)."""
        parts, joiner = [self._group()], ""
        while (found := _JOINER.match(self._text, self._at)) is not None:
            word = found[1].lower()
            if joiner and word != joiner:
                raise self._wrong("and and or are mixed: put brackets around the conditions that belong together")
            joiner, self._at = word, found.end()
            parts.append(self._group())
        self._skip()
        if self._text[self._at : self._at + 1] != end:
            raise self._wrong(f"expected {'and, or, a closing bracket' if end else 'and, or, the end'}")
        return parts[0] if len(parts) == 1 else Group(joiner, tuple(parts))

    def _group(self) -> Node:
        self._skip()
        if self._text[self._at : self._at + 1] != "(":
            raise self._wrong("expected an opening bracket")
        self._at += 1
        self._skip()
        inside = self.joined(end=")") if self._text[self._at : self._at + 1] == "(" else self._condition()
        self._at += 1
        return inside

    def _condition(self) -> Leaf:
        head = _HEAD.match(self._text, self._at)
        if head is None:
            raise self._wrong("expected field:operator:value")
        self._at = head.end()
        return Leaf(head[1], head[2].lower(), self._values())

    def _values(self) -> tuple[str, ...]:
        values: list[str] = []
        value = ""
        while self._at < len(self._text):
            letter, following = self._text[self._at], self._text[self._at + 1 : self._at + 2]
            if letter == ")":
                return (*values, value)
            if letter == "(":
                raise self._wrong("a bracket inside a value: put a backslash before it")
            if letter == "\\" and following and following in _ESCAPED:
                value, self._at = value + following, self._at + 1
            elif letter == ",":
                values.append(value)
                value = ""
            else:
                value += letter
            self._at += 1
        raise self._wrong("a closing bracket is missing")

    def _skip(self) -> None:
        while self._text[self._at : self._at + 1].isspace():
            self._at += 1

    def _wrong(self, what: str) -> CriteriaError:
        return CriteriaError("syntax", f"column {self._at + 1}: {what}")
