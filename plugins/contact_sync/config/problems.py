"""What is wrong with a configuration file, in words a person can act on.

Translates Pydantic's findings: allowed values and known keys come from the model's JSON Schema, lines from the
YAML. No raw text of a library reaches a person.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contact_sync.config.base import REFUSED, close_match, shown
from contact_sync.config.yaml_text import Document, Path, dotted

Severity = Literal["error", "warning", "hint"]


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One problem of one file. `line` is 0 when the file as a whole is meant; `key` is dotted, or empty."""

    file: str
    line: int
    key: str
    message: str
    allowed: tuple[str, ...] = ()
    close_match: str | None = None
    next_command: str | None = None
    severity: Severity = "error"

    def render(self) -> str:
        """The problem on one line: place, key, message, allowed values, close match, next command."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        parts = [f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"]
        if self.allowed:
            parts.append(f"Allowed: {', '.join(self.allowed)}.")
        if self.close_match:
            parts.append(f"Did you mean '{self.close_match}'?")
        if self.next_command:
            parts.append(f"Check with: {self.next_command}")
        return " ".join(parts)


def translate(error: ValidationError, model: type[BaseModel], document: Document, file: str) -> list[ConfigProblem]:
    """Every finding of a failed validation of `document.value` as a problem of `file`, in the order of lines."""
    schema = model.model_json_schema()
    found = [_problem(details, schema, document, file) for details in error.errors(include_url=False)]
    return sorted(dict.fromkeys(found), key=lambda problem: problem.line)


def _problem(details: ErrorDetails, schema: dict[str, Any], document: Document, file: str) -> ConfigProblem:
    path: Path = tuple(part for part, real in _parts(details) if real)
    context = details.get("ctx") or {}
    if details["type"] == REFUSED:
        path = (*path, *context["key"])
        return ConfigProblem(
            file, _line(document, path), dotted(path), context["message"], context["allowed"], context["close"]
        )
    allowed, close = _choices(details, schema)
    message = _message(details, context)
    return ConfigProblem(file, _line(document, path), dotted(path), message, tuple(allowed), close)


def _parts(details: ErrorDetails) -> list[tuple[str | int, bool]]:
    """The parts of a finding's place, and whether each is a key of the file, as an unknown key is however it looks."""
    unknown = details["type"] == "extra_forbidden"
    last = len(details["loc"]) - 1
    return [(part, not _is_marker(part) or (unknown and n == last)) for n, part in enumerate(details["loc"])]


def _is_marker(part: str | int) -> bool:
    """Pydantic adds the branch of a union (ours are in angle brackets) and `[key]` for a key of free names."""
    return isinstance(part, str) and (part == "[key]" or (part.startswith("<") and part.endswith(">")))


def _line(document: Document, path: Path) -> int:
    """Line of the key, or of the nearest one above it that the file has."""
    while path and path not in document.lines:
        path = path[:-1]
    return document.lines.get(path, 1)


def _choices(details: ErrorDetails, schema: dict[str, Any]) -> tuple[Iterable[str], str | None]:
    path: Path = tuple(part for part, real in _parts(details) if real or part != "[key]")
    if details["type"] == "extra_forbidden":
        known = _known_keys(schema, path[:-1])
        return known, close_match(path[-1], known)
    allowed = _allowed_values(schema, path)
    given = details["input"]
    return allowed, close_match(given, allowed) if isinstance(given, str) and allowed else None


def _message(details: ErrorDetails, context: dict[str, Any]) -> str:
    value = shown(details["input"])
    by_type: dict[str, Callable[[], str]] = {
        "missing": lambda: "is missing.",
        "extra_forbidden": lambda: "is not a key that is known here.",
        "literal_error": lambda: f"{value} is not one of the allowed values.",
        "enum": lambda: f"{value} is not one of the allowed values.",
        "string_type": lambda: f"must be text, not {value}." + _quotes(details["input"]),
        "string_too_short": lambda: "is empty: write a text.",
        "string_too_long": lambda: f"is longer than {context.get('max_length')} characters.",
        "bool_type": lambda: f"must be true or false, not {value}.",
        "int_type": lambda: f"must be a whole number, not {value}.",
        "float_type": lambda: f"must be a number, not {value}.",
        "finite_number": lambda: f"must be an ordinary number, not {value}.",
        "greater_than_equal": lambda: f"{value} is too small: the least is {context.get('ge')}.",
        "less_than_equal": lambda: f"{value} is too large: the most is {context.get('le')}.",
        "model_type": lambda: f"must be a mapping of keys (key: value), not {value}.",
        "dict_type": lambda: f"must be a mapping of keys (key: value), not {value}.",
        "tuple_type": lambda: f"must be a list, such as [one, two], not {value}.",
        "too_short": lambda: "is empty: it needs at least one entry.",
    }
    write = by_type.get(details["type"])
    return write() if write else f"{value} is not allowed here."


def _quotes(value: object) -> str:
    return " Put it in quotes." if isinstance(value, int | float) else ""


def _resolve(schema: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    """A schema node's plain alternatives, references followed."""
    if "$ref" in node:
        return _resolve(schema, schema["$defs"][node["$ref"].rsplit("/", 1)[-1]])
    branches = node.get("anyOf") or node.get("oneOf")
    return [plain for branch in branches for plain in _resolve(schema, branch)] if branches else [node]


def _nodes_at(schema: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    """The alternatives at a path; a marker in it that is the name of a model leaves only that one."""
    nodes = _resolve(schema, schema)
    for part in path:
        if _is_marker(part):
            nodes = [node for node in nodes if f"<{node.get('title')}>" == part] or nodes
            continue
        below: list[dict[str, Any]] = []
        for node in nodes:
            child = node.get("items") if isinstance(part, int) else node.get("properties", {}).get(part)
            child = child or node.get("additionalProperties")
            if isinstance(child, dict):
                below += _resolve(schema, child)
        nodes = below
    return nodes


def _known_keys(schema: dict[str, Any], path: Path) -> list[str]:
    return [key for node in _nodes_at(schema, path) for key in node.get("properties", {})]


def _allowed_values(schema: dict[str, Any], path: Path) -> list[str]:
    words: list[str] = []
    for node in _nodes_at(schema, path):
        words += [str(word) for word in node.get("enum", [])]
        words += [str(node["const"])] if "const" in node else []
    return words
