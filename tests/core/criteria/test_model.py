"""CRIT-1, CRIT-2: criteria as data that are stored with a fetch and read back."""

import json
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from contact_sync.core.criteria.model import Condition, Criteria, Operator
from tests.core.criteria import worlds

ADAPTER = TypeAdapter(Criteria)
values = st.one_of(st.text(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
conditions = st.builds(
    Condition, st.integers(1, 99), st.text(), st.sampled_from(Operator), st.lists(values, max_size=3).map(tuple)
)


@worlds.law(60)
@given(st.builds(Criteria, st.lists(conditions, max_size=3).map(tuple), st.text()))
def test_json_round_trip(criteria: Criteria) -> None:
    """CRIT-1: values keep their types: 1 is not "1", not 1.0 and not true."""
    again = ADAPTER.validate_python(json.loads(ADAPTER.dump_json(criteria)))
    assert again == criteria
    assert [list(map(type, each.values)) for each in again.conditions] == [
        list(map(type, each.values)) for each in criteria.conditions
    ]


def test_nothing_heavy_is_imported() -> None:
    """CRIT-2: files with criteria are read often: only parsing a pattern imports the parser, nothing imports pandas."""
    script = (
        "import sys\n"
        "from contact_sync.core.criteria import evaluate, kinds, model, pattern, send\n"
        "pattern.default_pattern([1, 2, 3], ['and', 'or'])\n"
        "assert not {'lark', 'pandas', 'numpy', 'pydantic', 'requests'} & set(sys.modules), sorted(sys.modules)\n"
        "pattern.parse_pattern('1', [1])\n"
        "assert 'lark' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
