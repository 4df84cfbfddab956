"""One page of source rows becomes a frame of STAGING_COLUMNS: clean, map, judge the address, column by column.

Only flaws that a row shows by itself are found here (OUT-5, OUT-6, OUT-7, MAP-6, OUT-14); what needs the warehouse or
the other rows is decided later in SQL. Every column is of dtype object and holds plain Python values with real None,
ready for COPY: no NaN, no NaT. Refused: a mapping without the e-mail. Rows are never refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from contact_sync.core.clean import clean_values
from contact_sync.core.email import EmailRules, hash_keys, judge, without_edges
from contact_sync.core.mapping import Column, convert_column
from contact_sync.core.mapping_types import STANDARD_TARGETS, FieldMapping
from contact_sync.core.moments import moment_texts
from contact_sync.core.sighted import CONVERTED, contact_record_ids, flags
from contact_sync.core.values import source_texts
from contact_sync.errors import ConfigError

STAGING_COLUMNS = (
    "record_no",
    "record_id",
    "modified_text",
    "modified_at",
    "created_at",
    "email_text",
    "email_key",
    "address_hash",
    "flaw",
    "flaw_detail",
    "suggested_domain",
    "opted_out",
    "converted",
    "approved",
    "first_name",
    "last_name",
    "fields",
    "misfits",
    "required_missing",
    "cleaned",
    "source",
    "contact_record_id",
)
CREATED_FIELD = "Created_Time"
OPT_OUT_FIELD = "Email_Opt_Out"


@dataclass(slots=True)
class _Page:
    """Cleaned columns of a page. absent: source field → positions of the rows that lack it altogether."""

    rows: Sequence[Mapping[str, Any]]
    columns: dict[str, list[Any]] = field(default_factory=dict)
    texts: dict[str, list[str | None]] = field(default_factory=dict)
    absent: dict[str, list[int]] = field(default_factory=dict)
    cleaned: dict[int, list[str]] = field(default_factory=dict)

    def column(self, name: str) -> list[Any]:
        """The values of one source field without NUL bytes and lone surrogates, None where the row lacks it."""
        if name not in self.columns:
            try:
                values = [row[name] for row in self.rows]
            except KeyError:
                outer = name.partition(".")[0]
                values = [_part(row, name) for row in self.rows]
                self.absent[name] = [at for at, row in enumerate(self.rows) if name not in row and outer not in row]
            self.columns[name], changed = clean_values(values)
            for position in changed:
                self.cleaned.setdefault(position, []).append(name)
        return self.columns[name]

    def text(self, name: str) -> list[str | None]:
        """The same as text, None where empty."""
        if name not in self.texts:
            self.texts[name] = source_texts(self.column(name))
        return self.texts[name]


def _part(row: Mapping[str, Any], name: str) -> Any:
    """The value of a field that not all rows have; of `Employer.id` the part of that lookup, if it is one."""
    outer, dot, inner = name.partition(".")
    whole = row.get(outer)
    return row[name] if name in row else whole.get(inner) if dot and isinstance(whole, Mapping) else None


def normalise_page(
    rows: Sequence[Mapping[str, Any]],
    *,
    mappings: Sequence[FieldMapping],
    change_field: str,
    rules: EmailRules,
    hash_secret: bytes,
    first_record_no: int,
    opt_out_field: str = OPT_OUT_FIELD,
) -> pd.DataFrame:
    """STAGING_COLUMNS for the rows, in their order, numbered from `first_record_no`.

    rows: JSON objects as the API gives them. change_field: API name of the module's change time (SRC-11).
    opt_out_field: of the flag of ADV-1; a value that is neither true nor false is a misfit and counts as not set.
    first_name and last_name are None when empty; `clear_when_empty` shows for other contact fields only, as a None in
    `fields`. modified_at and created_at are moments as ISO 8601 text. `source` lacks a field that its row lacked.
    Raises ConfigError without an e-mail mapping or a secret.
    """
    page = _Page(rows)
    standard = {mapping.target: mapping for mapping in mappings if mapping.target in STANDARD_TARGETS}
    if "email" not in standard:
        raise ConfigError("mapping.email is missing: every sync maps the e-mail address. Example: 'email: Email'.")
    converted = [(mapping, _convert(page, mapping)) for mapping in mappings if mapping.target != "email"]
    by_target = {mapping.target: column.values for mapping, column in converted}
    custom = [(mapping, column) for mapping, column in converted if mapping.target not in STANDARD_TARGETS]
    nothing: list[Any] = [None] * len(rows)

    email_text = [without_edges(text) for text in page.text(standard["email"].source)]
    email_key, flaw, flaw_detail, suggested = _columns(judge(email_text, rules), 4)
    modified_text = page.text(change_field)
    record_id = page.text("id")
    created = page.text(CREATED_FIELD)
    opted_out = convert_column(page.column(opt_out_field), "boolean")
    is_converted = flags(page.column(CONVERTED))
    approved = convert_column(page.column("$approved"), "boolean").values
    values: list[list[Any]] = [
        list(range(first_record_no, first_record_no + len(rows))),
        record_id,
        modified_text,
        moment_texts(modified_text),
        moment_texts(created),
        email_text,
        email_key,
        hash_keys(email_key, hash_secret),
        flaw,
        flaw_detail,
        suggested,
        [flag is True for flag in opted_out.values],
        is_converted,
        [flag is not False for flag in approved],  # the API leaves it out where no approval process is set up
        by_target.get("first_name", nothing),
        by_target.get("last_name", nothing),
        _fields(custom, len(rows)),
        _misfits(page, [*converted, (FieldMapping("opted_out", opt_out_field), opted_out)]),
        _required_missing(converted, len(rows)),
        [page.cleaned.get(position) for position in range(len(rows))],
        _source(page, mappings),
        contact_record_ids(rows, is_converted),
    ]
    return pd.DataFrame(dict(zip(STAGING_COLUMNS, values, strict=True)), dtype=object)


def _convert(page: _Page, mapping: FieldMapping) -> Column:
    wanted = "text" if mapping.target in STANDARD_TARGETS else mapping.type
    return convert_column(page.column(mapping.source), wanted)


def _columns(rows: list[Any], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _fields(custom: list[tuple[FieldMapping, Column]], size: int) -> list[dict[str, Any]]:
    """Contact field → value; None only where an empty source value clears the field (MAP-6)."""
    if not custom:
        return [{} for _ in range(size)]
    names = [mapping.target for mapping, _ in custom]
    clearing = {mapping.target for mapping, _ in custom if mapping.clear_when_empty}
    rows = zip(*(column.values for _, column in custom), strict=True)
    fields = [
        {name: value for name, value in zip(names, row, strict=True) if value is not None or name in clearing}
        for row in rows
    ]
    for mapping, column in custom:
        if mapping.clear_when_empty:
            for position in column.misfits:
                del fields[position][mapping.target]
    return fields


def _misfits(page: _Page, converted: list[tuple[FieldMapping, Column]]) -> list[dict[str, Any] | None]:
    misfits: list[dict[str, Any] | None] = [None] * len(page.rows)
    for mapping, column in converted:
        for position, reason in column.misfits.items():
            of_row = misfits[position] or {}
            of_row[mapping.target] = {"raw": page.text(mapping.source)[position], "reason": reason}
            misfits[position] = of_row
    return misfits


def _required_missing(converted: list[tuple[FieldMapping, Column]], size: int) -> list[str | None]:
    """The first required contact field without a valid value, in the order of the mapping (OUT-4 `invalid_field`)."""
    missing: list[str | None] = [None] * size
    for mapping, column in converted:
        if mapping.required:
            for position, value in enumerate(column.values):
                if value is None and missing[position] is None:
                    missing[position] = mapping.target
    return missing


def _source(page: _Page, mappings: Sequence[FieldMapping]) -> list[dict[str, str | None]]:
    names = list(dict.fromkeys(mapping.source for mapping in mappings))
    columns = [page.text(name) for name in names]
    source = [dict(zip(names, texts, strict=True)) for texts in zip(*columns, strict=True)]
    for name in names:
        for position in page.absent.get(name, ()):
            del source[position][name]
    return source
