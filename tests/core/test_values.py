"""MAP-7: JSON values in usable form, never as a Python literal."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_sync.core.values import source_text, source_texts, usable

ROWS = [{"id": "1", "Company": "Zylker", "Years": 2}]
ROWS_TEXT = '[{"id":"1","Company":"Zylker","Years":2}]'
ENDLESS = [{"id": "1", "Years": 10**5000, "Jobs": [2, 10**5000]}]
ENDLESS_TEXT = '[{"id":"1","Years":"N","Jobs":[2,"N"]}]'.replace("N", "1" + "0" * 5000)
NAMES = '[{"name":"A"},{"name":"B"}]'


@pytest.mark.parametrize(
    ("value", "expected", "text"),
    [
        pytest.param(None, None, None, id="MAP-7: null"),
        pytest.param("", None, None, id="MAP-6: empty text"),
        pytest.param("  ", None, "  ", id="MAP-6: white space is empty, and kept as evidence"),
        pytest.param(" Köln ", "Köln", " Köln ", id="MAP-7: text"),
        pytest.param({"name": "Jo Berg", "id": "1"}, "Jo Berg", "Jo Berg", id="MAP-7: lookup"),
        pytest.param({"name": "Jo", "id": "1", "email": "jo@zylker.example"}, "Jo", "Jo", id="MAP-7: owner lookup"),
        pytest.param({"name": None, "id": None}, None, None, id="MAP-7: lookup without target"),
        pytest.param({"zc_display_value": "Jo", "ID": "1"}, "Jo", "Jo", id="MAP-7: lookup of Creator"),
        pytest.param({}, None, None, id="MAP-7: empty object"),
        pytest.param(["Java", " Go "], ["Java", "Go"], '["Java"," Go "]', id="MAP-7: multi-select"),
        pytest.param([], None, None, id="MAP-7: empty multi-select"),
        pytest.param([None, ""], None, '[null,""]', id="MAP-7: multi-select of nothing"),
        pytest.param([{"name": "A"}, {"name": "B"}], ["A", "B"], NAMES, id="MAP-7: multi-lookup"),
        pytest.param(ROWS, ROWS_TEXT, ROWS_TEXT, id="MAP-7: sub-form"),
        pytest.param({"delegate": False}, '{"delegate":false}', '{"delegate":false}', id="MAP-7: object"),
        pytest.param(True, True, "true", id="MAP-7: boolean"),
        pytest.param(7, 7, "7", id="MAP-7: number"),
        pytest.param(7.0, 7.0, "7", id="MAP-7: number without fraction"),
        pytest.param(1e16, 1e16, "10000000000000000", id="MAP-7: number without exponent"),
        pytest.param(0.00001, 0.00001, "0.00001", id="MAP-7: small number"),
        pytest.param(-(10**5000), -(10**5000), f"-1{'0' * 5000}", id="MAP-6: number of thousands of digits"),
        pytest.param(ENDLESS, ENDLESS_TEXT, ENDLESS_TEXT, id="MAP-6: the same in a sub-form"),
    ],
)
def test_values(value: Any, expected: Any, text: str | None) -> None:
    assert usable(value) == expected
    assert type(usable(value)) is type(expected)
    assert source_text(value) == text


def test_sub_forms_keep_other_scripts_readable() -> None:
    """MAP-7: JSON text, not escapes."""
    assert usable([{"Ort": "Köln"}]) == '[{"Ort":"Köln"}]'


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "id", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.lists(json_values, max_size=6))
def test_laws_of_source_text(values: list[Any]) -> None:
    """MAP-7: text or None for whatever JSON holds, and a column is its values one by one."""
    texts = source_texts(values)
    assert texts == [source_text(value) for value in values]
    assert all(text is None or (isinstance(text, str) and text) for text in texts)
    for value in values:
        plain = usable(value)
        assert plain is None or isinstance(plain, (str, int, float, bool, list))
        if isinstance(plain, list):
            assert all(isinstance(part, (str, int, float, bool)) for part in plain)
