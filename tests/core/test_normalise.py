"""OUT-5 to OUT-7, OUT-12, OUT-14, MAP-1, MAP-6, MAP-7 on whole pages: staging columns from source rows."""

import hashlib
import hmac
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_sync.core.email import load_rules
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.core.normalise import STAGING_COLUMNS, normalise_page
from contact_sync.errors import ConfigError

RULES = load_rules(Path(__file__).parents[2] / "include" / "reference")
SECRET = b"0123456789abcdef"
STANDARD = [
    FieldMapping("email", "Email"),
    FieldMapping("first_name", "First_Name"),
    FieldMapping("last_name", "Last_Name"),
]
CUSTOM = [
    FieldMapping("city", "City"),
    FieldMapping("experience", "Experience_in_Years", "integer", clear_when_empty=True),
    FieldMapping("skills", "Skill_Set", "list"),
    FieldMapping("owner", "Candidate_Owner"),
]
ANNA: dict[str, Any] = {
    "id": "200001000000011001",
    "Updated_On": "2026-11-20T09:15:00+02:00",
    "Created_Time": "2026-10-01T08:00:00+02:00",
    "Email": "Anna.Schmidt@mail.example.org ",
    "First_Name": "Anna",
    "Last_Name": "Schmidt",
    "Email_Opt_Out": False,
    "$converted": False,
    "$approved": True,
    "City": "Köln",
    "Experience_in_Years": 7,
    "Skill_Set": ["Go", "SQL"],
    "Candidate_Owner": {"name": "Jo Berg", "id": "200001000000000001"},
}


def page(*rows: dict[str, Any], mappings: list[FieldMapping] | None = None, first: int = 1) -> list[dict[str, Any]]:
    """The staged rows of ANNA changed as given, as mappings of column to value."""
    frame = normalise_page(
        [ANNA | row for row in rows],
        mappings=STANDARD + CUSTOM if mappings is None else mappings,
        change_field="Updated_On",
        rules=RULES,
        hash_secret=SECRET,
        first_record_no=first,
    )
    return [dict(zip(STAGING_COLUMNS, row, strict=True)) for row in frame.itertuples(index=False, name=None)]


def test_one_row_in_full() -> None:
    """MAP-1, MAP-7, OUT-12: every staging column of a plain record."""
    (row,) = page({}, first=41)
    assert row == {
        "record_no": 41,
        "record_id": "200001000000011001",
        "modified_text": "2026-11-20T09:15:00+02:00",
        "modified_at": "2026-11-20T09:15:00+02:00",
        "created_at": "2026-10-01T08:00:00+02:00",
        "email_text": "Anna.Schmidt@mail.example.org",
        "email_key": "anna.schmidt@mail.example.org",
        "address_hash": hmac.digest(SECRET, b"anna.schmidt@mail.example.org", hashlib.sha256),
        "flaw": None,
        "flaw_detail": None,
        "suggested_domain": None,
        "opted_out": False,
        "converted": False,
        "approved": True,
        "first_name": "Anna",
        "last_name": "Schmidt",
        "fields": {"city": "Köln", "experience": 7, "skills": ["Go", "SQL"], "owner": "Jo Berg"},
        "misfits": None,
        "required_missing": None,
        "cleaned": None,
        "source": {
            "Email": "Anna.Schmidt@mail.example.org ",
            "First_Name": "Anna",
            "Last_Name": "Schmidt",
            "City": "Köln",
            "Experience_in_Years": "7",
            "Skill_Set": '["Go","SQL"]',
            "Candidate_Owner": "Jo Berg",
        },
        "contact_record_id": None,
    }


@pytest.mark.parametrize(
    ("email", "flaw", "detail", "suggested"),
    [
        pytest.param(None, "empty_email", None, None, id="OUT-5"),
        pytest.param("  ", "empty_email", None, None, id="OUT-5: white space"),
        pytest.param("patriciazylker.com", "invalid_pattern", "syntax", None, id="OUT-6"),
        pytest.param("john@gnail.com", "invalid_pattern", "misspelt_domain", "gmail.com", id="OUT-6: misspelt"),
        pytest.param("info@mail.example.org", "group_email", "role", None, id="OUT-7"),
        pytest.param(["a@mail.example.org"], "invalid_pattern", "syntax", None, id="OUT-6: a list is no address"),
    ],
)
def test_flaws(email: Any, flaw: str, detail: str | None, suggested: str | None) -> None:
    (row,) = page({"Email": email})
    assert (row["flaw"], row["flaw_detail"], row["suggested_domain"]) == (flaw, detail, suggested)
    assert (row["email_key"] is None) == (row["address_hash"] is None) == (flaw != "group_email")


def test_missing_values_are_none_and_ids_stay_text() -> None:
    """design: no NaN and no NaT reaches COPY; a number as id becomes its digits."""
    bare, numbered = page(dict.fromkeys(ANNA), {"id": 200001000000011002})
    assert {bare[name] for name in ("record_id", "modified_at", "created_at", "first_name", "email_key")} == {None}
    assert bare["fields"] == {"experience": None}
    assert (bare["opted_out"], bare["converted"], bare["approved"]) == (False, False, True)
    assert numbered["record_id"] == "200001000000011002"


@pytest.mark.parametrize("text", ["yesterday", "2026-11-20T09:15:00", "20.11.2026 09:15", "2026-11-20"])
def test_change_time_that_cannot_be_read(text: str) -> None:
    """SRC-11: kept as text for the validation to find, never guessed."""
    (row,) = page({"Updated_On": text})
    assert (row["modified_text"], row["modified_at"]) == (text, None)


def test_flags() -> None:
    """SRC-8: true, or its text; approved unless it says no."""
    rows = page(
        {"Email_Opt_Out": True, "$converted": True, "$approved": False},
        {"Email_Opt_Out": "true", "$converted": "TRUE", "$approved": "false"},
        {"Email_Opt_Out": "perhaps", "$converted": None, "$approved": None},
    )
    assert [(row["opted_out"], row["converted"], row["approved"]) for row in rows] == [
        (True, True, False),
        (True, True, False),
        (False, False, True),
    ]


def test_misfit_loses_that_field_only() -> None:
    """MAP-6: the record goes on; raw value and reason are kept."""
    (row,) = page({"Experience_in_Years": " seven ", "First_Name": ""})
    assert row["misfits"] == {"experience": {"raw": " seven ", "reason": "not a whole number"}}
    assert row["fields"] == {"city": "Köln", "skills": ["Go", "SQL"], "owner": "Jo Berg"}
    assert (row["flaw"], row["first_name"], row["required_missing"]) == (None, None, None)


def test_empty_value_leaves_the_field_unless_it_clears() -> None:
    """MAP-6: absent from `fields`, or None with clear_when_empty."""
    (row,) = page({"City": " ", "Experience_in_Years": None, "Skill_Set": [], "Candidate_Owner": {"name": None}})
    assert row["fields"] == {"experience": None}
    assert row["misfits"] is None


def test_a_part_of_a_field() -> None:
    """MAP-2, MAP-7: of a lookup its id; nothing where it leads nowhere, or is none; absent with the whole field."""
    mappings = [FieldMapping("email", "Email"), FieldMapping("boss", "Boss.id"), FieldMapping("first_name", "N.first")]
    rows = page(
        {"Boss": {"name": "Jo Berg", "id": "7"}, "N": "", "N.first": "Jo"},
        {"Boss": None, "N": ""},
        {"Boss": "Jo Berg", "N": "Jo"},
        {},
        mappings=mappings,
    )
    assert [(row["fields"], row["first_name"]) for row in rows] == [({"boss": "7"}, "Jo"), *[({}, None)] * 3]
    assert [set(row["source"]) - {"Email"} for row in rows] == [*[{"Boss.id", "N.first"}] * 3, set()]


def test_required_names_the_first_field_without_a_valid_value() -> None:
    """OUT-4: `invalid_field`, by an empty value and by a misfit."""
    mappings = [
        FieldMapping("email", "Email", required=True),
        FieldMapping("last_name", "Last_Name", required=True),
        FieldMapping("experience", "Experience_in_Years", "integer", required=True),
    ]
    rows = page({}, {"Last_Name": "  "}, {"Experience_in_Years": "x"}, {"Last_Name": None, "Experience_in_Years": "x"},
                {"Email": None}, mappings=mappings)  # fmt: skip
    assert [row["required_missing"] for row in rows] == [None, "last_name", "experience", "last_name", None]


def test_nul_bytes_and_lone_surrogates_are_removed_and_reported() -> None:
    """OUT-14: in any field; nothing that is staged holds one any more."""
    clean, dirty = page(
        {},
        {
            "id": "2000\x00",
            "Email": "anna\x00@mail.example.org",
            "Last_Name": "Schmidt\ud83d",
            "Skill_Set": ["G\x00o"],
            "Candidate_Owner": {"name": "Jo\udc00", "id": "1"},
        },
    )
    assert clean["cleaned"] is None
    assert sorted(dirty["cleaned"]) == ["Candidate_Owner", "Email", "Last_Name", "Skill_Set", "id"]
    assert dirty["record_id"] == "2000"
    assert (dirty["email_key"], dirty["last_name"]) == ("anna@mail.example.org", "Schmidt")
    assert (dirty["fields"]["skills"], dirty["fields"]["owner"]) == (["Go"], "Jo")
    assert "\x00" not in str(dirty["source"])


def test_source_shows_which_fields_a_row_lacked() -> None:
    """SRC-10: null and absent are told apart; one source field of two contact fields appears once."""
    row = dict(ANNA)
    del row["City"]
    mappings = [*STANDARD, FieldMapping("city", "City"), FieldMapping("town", "City")]
    frame = normalise_page(
        [row, ANNA | {"City": None}],
        mappings=mappings,
        change_field="Updated_On",
        rules=RULES,
        hash_secret=SECRET,
        first_record_no=1,
    )
    assert ["City" in source for source in frame["source"]] == [False, True]
    assert frame["source"][1]["City"] is None


def test_another_email_field_and_no_names() -> None:
    """MAP-1: a mapping is optional, the e-mail may be another field."""
    (row,) = page({"Secondary_Email": "a@mail.example.org"}, mappings=[FieldMapping("email", "Secondary_Email")])
    assert (row["email_key"], row["first_name"], row["last_name"]) == ("a@mail.example.org", None, None)
    assert row["source"] == {"Secondary_Email": "a@mail.example.org"}


def test_without_the_email_mapping_it_is_refused() -> None:
    """MAP-1: the e-mail mapping may be changed, not removed."""
    with pytest.raises(ConfigError, match=r"mapping\.email is missing"):
        page({}, mappings=STANDARD[1:])


def test_empty_page_has_the_columns() -> None:
    """design: an empty listing is a frame like any other."""
    frame = normalise_page(
        [], mappings=STANDARD, change_field="Updated_On", rules=RULES, hash_secret=SECRET, first_record_no=1
    )
    assert (tuple(frame.columns), len(frame)) == (STAGING_COLUMNS, 0)
    assert {str(kind) for kind in frame.dtypes} == {"object"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.just("a\x00\ud800"),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "id", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)
source_rows = st.lists(st.dictionaries(st.sampled_from(list(ANNA)), json_values, max_size=13), max_size=5)


@given(source_rows, st.integers(1, 10**6))
def test_laws_of_a_page(rows: list[dict[str, Any]], first: int) -> None:
    """OUT-14, MAP-6, MAP-7: whatever JSON comes, every row is staged, alone as in company, and can be stored."""

    def normalise(part: list[dict[str, Any]], number: int) -> pd.DataFrame:
        return normalise_page(
            part,
            mappings=STANDARD + CUSTOM,
            change_field="Updated_On",
            rules=RULES,
            hash_secret=SECRET,
            first_record_no=number,
        )

    staged = list(normalise(rows, first).itertuples(index=False, name=None))
    assert [row[0] for row in staged] == list(range(first, first + len(rows)))
    for at, row in enumerate(staged):
        (alone,) = normalise([rows[at]], first + at).itertuples(index=False, name=None)
        assert row == alone
        assert not any(isinstance(value, float) and math.isnan(value) for value in row)
        text = str(row[:6]) + repr([value for value in row[16:] if value])
        assert "\\x00" not in text.replace("\\\\", "")
        assert "\\ud800" not in text.replace("\\\\", "")
