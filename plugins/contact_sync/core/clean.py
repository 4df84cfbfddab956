"""Takes out what Postgres text cannot hold: NUL bytes and lone surrogates (OUT-14). Everything else stays.

A whole column is proved clean with two scans of its joined text; only a column that fails is looked at value by value.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

BAD = re.compile("[\x00\ud800-\udfff]")


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
    if {type(value) for value in values} <= {str, type(None)}:
        clean = _is_clean("\n".join(filter(None, values)))
    else:
        clean = _is_clean(json.dumps(list(values), ensure_ascii=False, default=str))
    if clean:
        return list(values), []
    cleaned = [clean_value(value) for value in values]
    return cleaned, [at for at, (old, new) in enumerate(zip(values, cleaned, strict=True)) if old != new]


def _is_clean(text: str) -> bool:
    if "\x00" in text or "\\u0000" in text:  # the second is how JSON text shows a NUL
        return False
    try:
        text.encode()  # strict UTF-8 refuses surrogates, much faster than a pattern finds them
    except UnicodeEncodeError:
        return False
    return True
