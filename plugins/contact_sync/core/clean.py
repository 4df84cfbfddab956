"""Takes out what Postgres text cannot hold: NUL bytes and lone surrogates (OUT-14). Everything else stays.

A whole column is proved clean with two scans of its joined text. Of a column that fails its parts are tried likewise,
and only a part that fails is looked at value by value.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

BAD = re.compile("[\x00\ud800-\udfff]")
PART = 64
"""Values looked at together once their column is known to hold something bad."""
_MAY_HOLD_TEXT = {str, list, dict}


def clean_text(text: str) -> str:
    """The text without NUL bytes and lone surrogates. JSON joins true surrogate pairs, so each one met is lone."""
    return BAD.sub("", text)


def clean_value(value: Any) -> Any:
    """A JSON value with every text in it cleaned, keys of objects too."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): clean_value(part) for key, part in value.items()}
    if isinstance(value, list):
        return [clean_value(part) for part in value]
    return value


def clean_values(values: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """A column of JSON values cleaned, and the positions of those that lost characters (mostly none)."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds.isdisjoint(_MAY_HOLD_TEXT):
        return list(values), []
    as_one = _joined if kinds == {str} else _as_json
    cleaned, changed = list(values), []
    if not _is_clean(as_one(values)):
        for start in range(0, len(values), PART):
            part = values[start : start + PART]
            if not _is_clean(as_one(part)):
                changed += _clean_part(cleaned, range(start, start + len(part)))
    return cleaned, changed


def _clean_part(values: list[Any], positions: range) -> list[int]:
    """Clean the values at these positions in place; the positions of those that lost characters."""
    changed = []
    for at in positions:
        value = clean_value(values[at])
        if value != values[at]:
            values[at] = value
            changed.append(at)
    return changed


def _joined(texts: Sequence[Any]) -> str:
    return "\n".join(filter(None, texts))


def _as_json(values: Sequence[Any]) -> str:
    return json.dumps(list(values), ensure_ascii=False, default=str)


def _is_clean(text: str) -> bool:
    if "\x00" in text or "\\u0000" in text:  # the second is how JSON text shows a NUL
        return False
    try:
        text.encode()  # strict UTF-8 refuses surrogates, much faster than a pattern finds them
    except UnicodeEncodeError:
        return False
    return True
