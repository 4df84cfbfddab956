"""YAML text to plain values, with the line of every key.

Reads what an editor with YAML 1.2 shows: only true and false are booleans, dates and times stay text, so nothing
turns into something else by its looks. Refuses duplicate keys, tags, aliases and more than one document.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
# Digits after a zero are no amount but a postal code, a telephone number or an id, and stay as they are written.
_NUMBER = re.compile(r"[-+]?((0|[1-9][0-9]*)\.?|(0|[1-9][0-9]*)?\.[0-9]+)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{kind}" for kind in ("str", "null", "bool", "int", "float", "timestamp", "map", "seq")
}
_PLAIN_TAGS |= {"tag:yaml.org,2002:merge", "tag:yaml.org,2002:value"}
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something in the text that YAML allows and this package does not, or that is no YAML at all."""

    line: int
    key: str
    message: str


@dataclass(slots=True)
class Document:
    """`value` of the whole text; `lines` from a path of keys to its line (1 = first); `flaws` in order."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)


def read_yaml(text: str) -> Document:
    """Parse one document. Never raises for anything in the text: what is wrong is in `flaws`."""
    document = Document()
    try:
        deep_line = _too_deep(text)
        root = None if deep_line else yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        document.flaws.append(_syntax_flaw(error, text))
        return document
    if deep_line:
        document.flaws.append(Flaw(deep_line, "", f"is nested deeper than {_DEEPEST} levels."))
    elif root is None:
        document.flaws.append(Flaw(1, "", "is empty: it holds no keys."))
    else:
        _Reader(document).read(root, ())
    return document


def dotted(path: Path) -> str:
    """A path as messages show it: `mapping.fields.city`, `tags[1]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class _Reader:
    """Walks the nodes of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: set[int] = set()

    def read(self, node: Node, path: Path) -> Any:
        if not path:
            self._document.lines[path] = node.start_mark.line + 1
        value = self._value(node, path)
        if not path:
            self._document.value = value
        return value

    def _value(self, node: Node, path: Path) -> Any:
        if id(node) in self._seen:
            line = self._document.lines.get(path, node.start_mark.line + 1)
            self._document.flaws.append(Flaw(line, dotted(path), "is an alias (*). Write the value out."))
            return None
        self._seen.add(id(node))
        if node.tag not in _PLAIN_TAGS:
            self._flaw(node, path, f"uses the YAML tag {node.tag}, which is not supported. Write a plain value.")
            return None
        if isinstance(node, ScalarNode):
            return _scalar(node)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        return [self._item(item, (*path, number)) for number, item in enumerate(node.value)]

    def _item(self, node: Node, path: Path) -> Any:
        self._document.lines[path] = node.start_mark.line + 1
        return self._value(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._flaw(key_node, path, "has a key that is not plain text.")
                continue
            key = key_node.value
            place, line = (*path, key), key_node.start_mark.line + 1
            if key in result:
                first = self._document.lines[place]
                self._flaw(key_node, place, f"is given twice, in lines {first} and {line}. Remove one.")
                continue
            self._document.lines[place] = line
            result[key] = self._value(value_node, place)
        return result

    def _flaw(self, node: Node, path: Path, message: str) -> None:
        self._document.flaws.append(Flaw(node.start_mark.line + 1, dotted(path), message))


def _scalar(node: ScalarNode) -> Any:
    text: str = node.value
    if node.style:  # quoted or a block: text, whatever it looks like
        return text
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= 30 and _INTEGER.fullmatch(text):
        return int(text)
    if len(text) <= 30 and _NUMBER.fullmatch(text):
        return float(text)
    return text


def _too_deep(text: str) -> int:
    """Line where nesting gets absurd, else 0: composing recurses in C, where depth would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                return int(event.start_mark.line if event.start_mark else 0) + 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return 0


def _syntax_flaw(error: yaml.YAMLError, text: str) -> Flaw:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = int(mark.line) + 1 if mark else 1
    lines = text.splitlines()
    at_fault = lines[line - 1] if line <= len(lines) else ""
    if "\t" in at_fault[: len(at_fault) - len(at_fault.lstrip())]:
        return Flaw(line, "", "is indented with a tab. YAML allows only spaces: use two for each level.")
    if "expected a single document" in str(error):
        return Flaw(line, "", "starts a second document ('---'). One file holds one.")
    problem = getattr(error, "problem", None) or "it cannot be read"
    return Flaw(line, "", f"is not valid YAML: {problem}. Look at this line and the one above it.")
