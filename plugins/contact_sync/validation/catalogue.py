"""What a suite file may name: expectations with their arguments, columns of a staged batch, facts of a fetch.

Suites are data that people edit, so everything in them is looked up here first: a name outside these tables is an
error with the close match, never something handed on to Great Expectations or to SQL.
Imports neither pandas nor Great Expectations: reading a suite must stay cheap.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from contact_sync.core.mapping_types import FIELD_TYPES

_COLUMN = {"column": "column"}
_BOUNDS = {"min_value": "bound", "max_value": "bound", "strict_min": "flag", "strict_max": "flag"}


@dataclass(frozen=True, slots=True)
class ExpectationForm:
    """Arguments of one expectation (name → kind). `required` must be there; of `one_of` at least one, if any is named.

    rows: it counts rows one by one, so that a share of them may be tolerated.
    """

    arguments: Mapping[str, str]
    required: frozenset[str]
    one_of: frozenset[str] = frozenset()
    rows: bool = True


def _form(arguments: dict[str, str], *, one_of: tuple[str, ...] = (), rows: bool = True) -> ExpectationForm:
    required = {name for name, kind in arguments.items() if kind in ("column", "regex", "values")}
    return ExpectationForm(MappingProxyType(arguments), frozenset(required), frozenset(one_of), rows)


EXPECTATIONS: Mapping[str, ExpectationForm] = MappingProxyType(
    {
        "expect_column_values_to_not_be_null": _form(_COLUMN),
        "expect_column_values_to_match_regex": _form(_COLUMN | {"regex": "regex"}),
        "expect_column_values_to_be_in_set": _form(_COLUMN | {"value_set": "values"}),
        "expect_column_values_to_be_between": _form(_COLUMN | _BOUNDS, one_of=("min_value", "max_value")),
        "expect_column_value_lengths_to_be_between": _form(_COLUMN | _BOUNDS, one_of=("min_value", "max_value")),
        "expect_table_row_count_to_be_between": _form(dict(_BOUNDS), one_of=("min_value", "max_value"), rows=False),
    }
)
"""Names as Great Expectations 1.24 has them (core expectations, one SQL aggregate each, no join, no sort)."""

BATCH_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "record_id": "id at the source, as received",
        "modified_text": "change time, as received",
        "modified_at": "change time as read, UTC",
        "change_time_readable": "whether the change time could be read; nothing where there is none",
        "email_text": "address as received",
        "address_given": "whether there is an address",
        "address_valid": "whether the address is one; nothing where there is none",
        "first_name": "first name after mapping",
        "last_name": "last name after mapping",
    }
)
FIELD_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "value": "the mapped source field, as received",
        "present": "whether the record had that field at all",
    }
)
FACTS: tuple[str, ...] = ("window_start", "window_end", "expected_rows_min", "expected_rows_max", "max_invalid_share")
TYPES: tuple[str, ...] = FIELD_TYPES

_REFERENCE = re.compile(r"\$\{(\w*)\}")


def reference(value: Any) -> str | None:
    """The fact that a value refers to by `${fact}`, None if it refers to none.

    Raises ValueError for an unknown fact and for a reference that is not the whole value.
    """
    if not isinstance(value, str) or "${" not in value:
        return None
    match = _REFERENCE.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r} mixes a fact with other text. A fact stands alone, such as ${{window_end}}.")
    if match[1] not in FACTS:
        raise ValueError(unknown("fact", match[1], FACTS))
    return match[1]


def unknown(what: str, value: object, allowed: tuple[str, ...]) -> str:
    """`'recrod_id' is not a column. Allowed: … Did you mean 'record_id'?`"""
    close = get_close_matches(str(value), allowed, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    article = "an" if what[0] in "aeiou" else "a"
    return f"{value!r} is not {article} {what}. Allowed: {', '.join(allowed)}.{hint}"


def argument_flaw(expectation: str, arguments: Mapping[str, Any], columns: tuple[str, ...]) -> str | None:
    """What is wrong with the arguments of a known expectation, None if nothing is."""
    form = EXPECTATIONS[expectation]
    for name in arguments:
        if name == "mostly":
            return "'mostly' is written as tolerate: the share of rows that may fail, such as tolerate: 0.05."
        if name not in form.arguments:
            return unknown(f"argument of {expectation}", name, tuple(form.arguments))
    missing = sorted(form.required - arguments.keys())
    if missing:
        return f"{expectation} needs {', '.join(missing)}."
    if form.one_of and not form.one_of & arguments.keys():
        return f"{expectation} needs {' or '.join(sorted(form.one_of))}: without a limit it cannot fail."
    for name, value in arguments.items():
        flaw = _value_flaw(form.arguments[name], value, columns)
        if flaw:
            return f"{name}: {flaw}"
    return None


def _value_flaw(kind: str, value: Any, columns: tuple[str, ...]) -> str | None:
    if kind == "column":
        return None if value in columns else unknown("column", value, columns)
    if kind == "flag":
        return None if isinstance(value, bool) else f"{value!r} is neither true nor false."
    if kind == "values":
        return None if isinstance(value, list) and value else f"{value!r} is not a list of allowed values."
    if kind == "regex":
        return _regex_flaw(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return f"{value!r} is not a number or a fact such as ${{window_end}}."
    try:
        return None if reference(value) or not isinstance(value, str) else f"{value!r} is not a number."
    except ValueError as error:
        return str(error)


def _regex_flaw(value: Any) -> str | None:
    if not isinstance(value, str):
        return f"{value!r} is not a pattern."
    try:
        re.compile(value)
    except re.error as error:
        return f"{value!r} is not a pattern: {error}."
    return None
