"""Cells of a bulk file as the values that a listing gives of the same fields, a column at a time.

A file knows text alone: nothing is an empty cell, a multi-select is joined by semicolons, a lookup is the id of its
record, so id and name are asked for as dotted columns (developer guide, bulk read; CRM's guide for the cells).
Refused: fields of types whose cells are not known to hold what a listing gives, among them owners (their name is in no
dotted column), sub-forms and formulas. A file names neither $converted nor $approved; see stages/bulk.py.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contact_sync.errors import ContractBroken
from contact_sync.zoho.failures import BulkRefused

Cells = Sequence[str]

SHOWN_BY: Mapping[str, str] = {
    "Candidates": "Full_Name",
    "Contacts": "Full_Name",
    "Clients": "Client_Name",
    "Job_Openings": "Posting_Title",
}
"""Module → the field whose value stands for a record that is looked up; custom modules have `Name`."""
USUAL_NAME = "Name"
NOT_HIDDEN: Mapping[str, bool] = {"$converted": False, "$approved": True}
"""What holds for each record that a listing shows without being asked for more (SRC-8)."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,4000}\Z")
_BOOLEANS = {"true": True, "false": False, "": None}


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the rows: the columns of the file that it is made of, and how."""

    name: str
    selects: tuple[str, ...]
    convert: Callable[..., list[Any]]


def columns_for(fields: Sequence[Mapping[str, Any]], wanted: Iterable[str]) -> tuple[Column, ...]:
    """The columns to ask for. fields: metadata of the module. Fields that it lacks are left out, as in a listing.

    Raises BulkRefused for a field of a type that a file is not known to give as a listing does.
    """
    known = {str(field["api_name"]): field for field in fields}
    names = dict.fromkeys(name for name in wanted if name in known)
    return tuple(_column(name, known[name]) for name in names)


def rows_of(
    lines: Sequence[Cells], header: Sequence[str], columns: Sequence[Column], flags: Mapping[str, bool] = NOT_HIDDEN
) -> list[dict[str, Any]]:
    """Lines of a file as rows of a listing. header: as `checked_header` gives it. flags: the same for every row.

    Raises ContractBroken for a line of another length than the header.
    """
    if any(len(line) != len(header) for line in lines):
        raise ContractBroken("A line of the bulk file has more or fewer cells than its header has names.")
    by_name = dict(zip(header, zip(*lines, strict=True), strict=True))
    values = [each.convert(*(by_name[select] for select in each.selects)) for each in columns]
    names = ["id", *(each.name for each in columns)]
    rows = zip(by_name["id"], *values, strict=True)
    return [{**dict(zip(names, row, strict=True)), **flags} for row in rows]


def checked_header(header: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """The header with `id` in lower case. Raises ContractBroken if a column that was asked for is missing."""
    names = ["id" if name.casefold() == "id" else name for name in header]
    missing = [select for select in ("id", *selects(columns)) if select not in names]
    if missing:
        raise ContractBroken(f"The bulk file lacks columns that were asked for: {', '.join(missing)}.")
    return names


def selects(columns: Iterable[Column]) -> list[str]:
    """What a job is asked for; the id always comes."""
    return list(dict.fromkeys(select for column in columns for select in column.selects if select != "id"))


def _column(name: str, field: Mapping[str, Any]) -> Column:
    kind = str(field.get("data_type"))
    if kind == "lookup":
        target = _target(field.get("lookup"))
        return Column(name, (f"{name}.id", f"{name}.{SHOWN_BY.get(target, USUAL_NAME)}"), _lookups)
    if kind not in CONVERTERS:
        raise BulkRefused(f"the field {name} is of type {kind}, whose cells in a bulk file are not known")
    return Column(name, (name,), CONVERTERS[kind])


def _target(lookup: Any) -> str:
    """The module that a lookup's metadata names: a text in v2, an object with api_name in newer versions."""
    module = lookup.get("module") if isinstance(lookup, Mapping) else None
    return str(module.get("api_name") if isinstance(module, Mapping) else module)


def _texts(cells: Cells) -> list[str | None]:
    return [cell or None for cell in cells]


def _wholes(cells: Cells) -> list[int | str | None]:
    return [int(cell) if _WHOLE.match(cell) else cell or None for cell in cells]


def _numbers(cells: Cells) -> list[int | float | str | None]:
    return [_number(cell) for cell in cells]


def _number(cell: str) -> int | float | str | None:
    if _WHOLE.match(cell):
        return int(cell)
    try:
        return float(cell) if cell else None
    except ValueError:
        return cell


def _booleans(cells: Cells) -> list[bool | str | None]:
    return [_BOOLEANS.get(cell.lower(), cell) for cell in cells]


def _choices(cells: Cells) -> list[list[str]]:
    return [[part for part in cell.split(";") if part] for cell in cells]


def _lookups(ids: Cells, names: Cells) -> list[dict[str, str | None] | None]:
    return [{"name": name or None, "id": each} if each else None for each, name in zip(ids, names, strict=True)]


CONVERTERS: Mapping[str, Callable[..., list[Any]]] = {
    **dict.fromkeys(("text", "email", "phone", "picklist", "textarea", "website", "autonumber"), _texts),
    **dict.fromkeys(("date", "datetime", "bigint"), _texts),
    "integer": _wholes,
    "double": _numbers,
    "currency": _numbers,
    "boolean": _booleans,
    "multiselectpicklist": _choices,
}
"""data_type of the metadata → what makes values of its cells. Lookups need two columns."""
