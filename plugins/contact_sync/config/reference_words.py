"""A JSON Schema in words, for docs/configuration.md: what may be written, what is the default, which rules apply.

Knows the parts of JSON Schema that Pydantic makes of our models. What it does not know it shows as "any value" rather
than leave it out.
"""

import json
import re
from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]

_RULE = r"\b[A-Z]{3,4}-\d+(?:\.\.\d+)?"
_CITATION = re.compile(rf"\s*\({_RULE}(?:(?:, | and ){_RULE})*\)")
_KINDS = {"string": "text", "integer": "whole number", "number": "number", "null": "`null`"}
_FORMATS = {"date": "day", "date-time": "date-time with zone"}
_NOT_SET = "–"


def rules_in(text: str) -> list[str]:
    """Ids of the rules that a text names, each once, in its order."""
    return list(dict.fromkeys(re.findall(_RULE, text)))


def without_rules(text: str) -> str:
    """The text without brackets that only name rules."""
    return _CITATION.sub("", text)


def references(value: Schema, path: str) -> list[tuple[str, str]]:
    """(path, model) for every model that a value may hold; `<name>` stands for a free key, `[]` for items."""
    if "$ref" in value:
        return [(path, str(value["$ref"]).rpartition("/")[2])]
    found = []
    for choice in _choices(value):
        found += references(choice, path)
    for key, below in (("additionalProperties", ".<name>"), ("items", "[]")):
        if isinstance(value.get(key), dict):
            found += references(value[key], f"{path}{below}")
    return found


def value_in_words(value: Schema, link: Callable[[str], str]) -> str:
    """What may be written. link: name of a model → what stands for it."""
    if "$ref" in value:
        return link(str(value["$ref"]).rpartition("/")[2])
    if _choices(value):
        return " or ".join(dict.fromkeys(value_in_words(choice, link) for choice in _choices(value)))
    if "const" in value or "enum" in value:
        return ", ".join(_code(word) for word in value.get("enum", [value.get("const")]))
    kind = value.get("type")
    if kind == "boolean":
        return "`true`, `false`"
    if kind == "array":
        return f"list of: {value_in_words(value.get('items', {}), link)}"
    if kind == "object" and isinstance(value.get("additionalProperties"), dict):
        return f"`<name>`: {value_in_words(value['additionalProperties'], link)}"
    kinds = kind if isinstance(kind, list) else [kind]
    words = _FORMATS.get(value.get("format", "")) or " or ".join(_KINDS.get(str(each), "any value") for each in kinds)
    return words + _bounds(value)


def without_null(value: Schema) -> Schema:
    """The value as it is given when it is given: null only says the same as leaving the key out."""
    return {
        key: [each for each in below if each != {"type": "null"}] if key in {"anyOf", "oneOf"} else below
        for key, below in value.items()
    }


def default_in_words(value: Schema, schema: Schema) -> str:
    """What holds when the key is left out. Of a group of keys only what differs from the defaults of its keys."""
    default = value.get("default")
    if default is None:
        return _NOT_SET
    if isinstance(default, dict) and any("$ref" in each for each in [value, *_choices(value)]):
        default = _own(default, value, schema)
        return _code(default) if default else "as its keys say"
    return _code(default)


def _own(default: Schema, value: Schema, schema: Schema) -> Schema:
    (_, name), *_ = references(value, "")
    of_keys = {key: each.get("default") for key, each in schema["$defs"][name].get("properties", {}).items()}
    return {key: each for key, each in default.items() if key not in of_keys or of_keys[key] != each}


def _choices(value: Schema) -> list[Schema]:
    found: list[Schema] = value.get("anyOf", []) + value.get("oneOf", [])
    return found


def _bounds(value: Schema) -> str:
    low, high = value.get("minimum"), value.get("maximum")
    over, under = value.get("exclusiveMinimum"), value.get("exclusiveMaximum")
    words = [
        f"from {low}" if low is not None else f"above {over}" if over is not None else "",
        f"to {high}" if high is not None else f"below {under}" if under is not None else "",
    ]
    return "".join(f" {word}" for word in words if word)


def _code(value: Any) -> str:
    return f"`{_flow(value)}`"


def _flow(value: Any) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    return value if isinstance(value, str) else json.dumps(value)
