"""The file of a bulk job: what is refused, what survives, and what its cells become."""

import csv
import io
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from contact_sync.errors import ContractBroken, Unavailable
from contact_sync.zoho.bulk_file import read_rows
from contact_sync.zoho.bulk_values import CONVERTERS, Column, rows_of


def zipped(*files: tuple[str, str], level: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", level) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name), content, level)
    target.seek(0)
    return target


def read(file: io.BytesIO, expected: int = 1, **changes: Any) -> list[dict[str, Any]]:
    columns = (Column("City", ("City",), CONVERTERS["text"]),)
    return [row for rows in read_rows(file, columns, expected, where="bulk job 7", **changes) for row in rows]


GOOD = "id,City\n1,Leeds\n"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([], "holds 0 files"),
        ([("7.csv", GOOD), ("8.csv", GOOD)], "holds 2 files"),
        ([("../7.csv", GOOD)], "no plain name"),
        ([("/etc/7.csv", GOOD)], "no plain name"),
        ([("a\\7.csv", GOOD)], "no plain name"),
        ([("C:7.csv", GOOD)], "no plain name"),
        ([("7.exe", GOOD)], "no plain name"),
        ([("7.csv", "")], "lacks columns.*id, City"),
        ([("7.csv", "id,Town\n1,Leeds\n")], "lacks columns.*City"),
        ([("7.csv", "id,City\n1\n")], "more or fewer cells"),
        ([("7.csv", "id,City\n1,a,b\n")], "more or fewer cells"),
        ([("7.csv", 'id,City\n1,"a"b\n')], "no proper CSV"),
        ([("7.csv", GOOD + "2,York\n")], r"holds 2 rows and the job says 1"),
        ([("7.csv", "id,City\n")], r"holds 0 rows and the job says 1"),
    ],
)
def test_a_file_that_is_refused(files: list[tuple[str, str]], told: str) -> None:
    """SRC-12: more than one file, path tricks, another shape, another number of rows than the job counted."""
    with pytest.raises(ContractBroken, match=told):
        read(zipped(*files))


def test_a_bomb_is_not_unpacked() -> None:
    """SRC-12: what a zip would come to is known before a byte is unpacked."""
    bomb = zipped(("7.csv", "id,City\n" + "0" * 5_000_000))
    assert len(bomb.getvalue()) < 20_000
    with pytest.raises(ContractBroken, match=r"would unpack to 5,000,008 bytes; at most 1,000,000"):
        read(bomb, most_unpacked=1_000_000)


def test_a_damaged_file_is_fetched_again() -> None:
    """SRC-12: a broken zip, and one whose content does not match its checksum, are worth another try."""
    whole = zipped(("7.csv", GOOD), level=zipfile.ZIP_STORED).getvalue()
    for broken in (b"PK nothing", whole[:-9], whole.replace(b"Leeds", b"Leeks")):
        with pytest.raises(Unavailable, match="bulk job 7: the file arrived damaged"):
            read(io.BytesIO(broken))


def test_a_good_file_whatever_the_case_of_id_and_with_a_byte_order_mark() -> None:
    """SRC-12: the sibling product writes Id."""
    assert read(zipped(("7.csv", "\ufeffId,City,More\n1,Leeds,x\n")))[0] == {
        "id": "1", "City": "Leeds", "$converted": False, "$approved": True,
    }  # fmt: skip


@st.composite
def cells(draw: DrawFn) -> list[list[str]]:
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    return draw(st.lists(st.lists(text, min_size=2, max_size=2), min_size=1, max_size=30))


@given(cells(), st.integers(1, 7))
def test_any_text_survives_the_file(values: list[list[str]], page_rows: int) -> None:
    """OUT-14: NUL bytes, quotes, commas and line ends inside a field arrive as sent; nothing is an empty cell."""
    written = io.StringIO()
    writer = csv.writer(written)  # with its own line end it puts every \r and \n in quotes
    writer.writerows([["id", "City"], *([f"x{first}", second] for first, second in values)])
    target = zipped(("7.csv", written.getvalue()))
    rows = read(target, len(values), page_rows=page_rows)
    assert [(row["id"], row["City"]) for row in rows] == [(f"x{first}", second or None) for first, second in values]


@pytest.mark.parametrize(
    ("kind", "cells", "values"),
    [
        ("integer", ["7", "-3", "", "1.5", "x"], [7, -3, None, "1.5", "x"]),
        ("double", ["7", "2.50", "", "1e3", "x"], [7, 2.5, None, 1000.0, "x"]),
        ("boolean", ["true", "False", "", "maybe"], [True, False, None, "maybe"]),
        ("multiselectpicklist", ["German;English", "", "one"], [["German", "English"], [], ["one"]]),
        ("bigint", ["200001000000011001", ""], ["200001000000011001", None]),
        ("datetime", ["2026-05-06T07:08:09+02:00"], ["2026-05-06T07:08:09+02:00"]),
    ],
)
def test_cells_become_values(kind: str, cells: list[str], values: list[Any]) -> None:
    """MAP-7: as a listing gives them; what does not fit its type stays text, and is a misfit later."""
    rows = rows_of([["1", cell] for cell in cells], ["id", "F"], (Column("F", ("F",), CONVERTERS[kind]),))
    assert [row["F"] for row in rows] == values
