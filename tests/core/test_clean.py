"""OUT-14: NUL bytes and lone surrogates are removed and reported; everything else stays."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_sync.core.clean import clean_text, clean_value, clean_values

BAD = st.sampled_from(["\x00", "\ud800", "\udfff", "\udc00\ud800"])
TEXTS = st.lists(st.text(max_size=6) | BAD, max_size=4).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("An\x00na", "Anna"),
        ("Anna\ud83d", "Anna"),
        ("\udc00", ""),
        ("Anna 🦜 אנה\t\n\u202e", "Anna 🦜 אנה\t\n\u202e"),
        ("\\u0000", "\\u0000"),
    ],
)
def test_texts(text: str, expected: str) -> None:
    """OUT-14: emoji, right-to-left text and control characters are no business of it."""
    assert clean_text(text) == expected


def test_values_inside_lookups_lists_and_subforms() -> None:
    """OUT-14: in any field, however deep."""
    value = {"name": "Zyl\x00ker", "rows": [{"no\ud800te": ["a\x00"], "n": 5}], "none": None}
    assert clean_value(value) == {"name": "Zylker", "rows": [{"note": ["a"], "n": 5}], "none": None}


def test_column_reports_positions() -> None:
    """OUT-14: reported, so that a person can mend the source."""
    values = ["Anna", None, "B\x00ob", {"name": "\ud800Eve"}, 5, "\\u0000"]
    assert clean_values(values) == (["Anna", None, "Bob", {"name": "Eve"}, 5, "\\u0000"], [2, 3])
    assert clean_values(["a", None]) == (["a", None], [])


@pytest.mark.parametrize("value", [["a\x00"], {"name": "a\x00"}, {"na\x00me": "a"}, [{"rows": ["\ud800"]}]])
def test_one_bad_character_deep_in_a_column(value: Any) -> None:
    """OUT-14: the quick look at a whole column misses none."""
    assert clean_values([["fine"], value])[1] == [1]


@given(st.lists(JSON, max_size=8))
def test_laws_of_cleaning(values: list[Any]) -> None:
    """OUT-14: what is left can be stored as UTF-8 and jsonb; clean values are untouched; twice changes nothing."""
    cleaned, changed = clean_values(values)
    shown = json.dumps(cleaned, ensure_ascii=False)
    shown.encode()
    assert "\\u0000" not in shown.replace("\\\\", "")
    assert [at for at in range(len(values)) if cleaned[at] != values[at]] == changed
    assert clean_values(cleaned) == (cleaned, [])
