"""A suite file as plain values, with the line of every key, and errors that name file, line and key.

Refuses a key given twice (YAML itself would silently keep the last) and anything that is no mapping at the top.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.nodes import MappingNode, Node, SequenceNode

from contact_sync.errors import ConfigError
from contact_sync.validation.catalogue import unknown

KeyPath = tuple[str | int, ...]


@dataclass(slots=True)
class SuiteText:
    """`value` of the whole file; `lines` from a path of keys to its line (1 = first)."""

    path: Path
    value: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)

    def problem(self, place: KeyPath, message: str) -> str:
        """`…/candidates.yaml:12: checks[2].severity: message`; a missing key gets the line of what lacks it."""
        known = place
        while known and known not in self.lines:
            known = known[:-1]
        return f"{self.path}:{self.lines.get(known, 1)}: {_dotted(place)}{': ' if place else ''}{message}"


def read_suite_text(path: Path) -> SuiteText:
    """Raises ConfigError for text that is no YAML mapping or gives a key twice."""
    document = SuiteText(path)
    text = path.read_text(encoding="utf-8")
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        value = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        why = getattr(error, "problem", None) or "it cannot be read"
        raise ConfigError(f"{path}:{line}: is no YAML: {why}.") from None
    if root is None or not isinstance(value, dict):
        raise ConfigError(f"{path}:1: is not a suite. It needs the keys name and checks.")
    document.value = value
    _note_lines(document, root, ())
    return document


def _note_lines(document: SuiteText, node: Node, place: KeyPath) -> None:
    document.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        for key, child in node.value:
            inner = (*place, str(key.value))
            if inner in document.lines:
                again = key.start_mark.line + 1
                raise ConfigError(document.problem(inner, f"is given again in line {again}. Remove one."))
            document.lines[inner] = key.start_mark.line + 1
            _note_lines(document, child, inner)
    elif isinstance(node, SequenceNode):
        for number, child in enumerate(node.value):
            _note_lines(document, child, (*place, number))


def render_errors(document: SuiteText, error: ValidationError, keys: dict[str, tuple[str, ...]]) -> str:
    """All flaws of a file, one a line. keys: allowed keys of the top (""), of checks and of each_field."""
    lines = []
    flaws = error.errors(include_url=False)
    wrong_items = {flaw["loc"][0] for flaw in flaws if len(flaw["loc"]) > 1}
    for flaw in flaws:
        place: KeyPath = tuple(flaw["loc"])
        if flaw["type"] == "too_short" and place[0] in wrong_items:
            continue  # a list counts as empty only because its items are wrong, and those are told
        lines.append(document.problem(place, _message(dict(flaw), place, keys)))
    return "\n".join(lines)


def _message(flaw: dict[str, Any], place: KeyPath, keys: dict[str, tuple[str, ...]]) -> str:
    if flaw["type"] == "extra_forbidden":
        allowed = keys[str(place[0]) if len(place) > 1 else ""]
        return unknown("key", place[-1], allowed)
    if flaw["type"] == "missing":
        return "is missing."
    if flaw["type"] == "literal_error":
        allowed = tuple(part.strip(" '") for part in flaw["ctx"]["expected"].replace(" or ", ", ").split(","))
        return unknown("choice", flaw["input"], allowed)
    if flaw["type"] == "too_short":
        return "is empty. Give at least one."
    text: str = flaw["msg"].removeprefix("Value error, ")
    return text if text.endswith((".", "?")) else f"{text}."


def _dotted(place: KeyPath) -> str:
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
