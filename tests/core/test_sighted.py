"""Records seen beside the batch as columns: flags, deletions, and what a converted candidate became."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contact_sync.core.sighted import contact_record_ids, gone_columns, live_columns
from contact_sync.errors import ContractBroken

BEGAN = datetime(2026, 11, 20, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({"contact": "200001000002000007", "convert_date": "2026-11-20"}, "200001000002000007"),
        ({"contact": {"id": "200001000002000007", "name": "Ann Lee"}}, "200001000002000007"),
        ({"contact": 200001000002000007}, "200001000002000007"),
        ({"contact": None}, None),
        ({"contact": {"name": "Ann Lee"}}, None),
        ({"contact": "\x00"}, None),
        ({"deal": "1"}, None),
        ([], None),
        (None, None),
    ],
)
def test_what_a_candidate_became(detail: Any, told: str | None) -> None:
    """ADV-4: the Contact's id in either shape; nothing where the source does not tell it."""
    rows = [{"id": "1", "$converted_detail": detail}, {"id": "2", "$converted_detail": {"contact": "9"}}, {"id": "3"}]
    assert contact_record_ids(rows, [True, False, True]) == [told, None, None]


def test_flags_and_times() -> None:
    """ADV-1, ADV-7: flags as booleans or as text; one that is neither is not set; the time as the module has it."""
    rows = [
        {"id": "1", "Updated_On": "2026-11-20T08:00:00+02:00", "Out": "TRUE", "$converted": "false"},
        {"id": "2", "Updated_On": "once", "Out": "perhaps", "$converted": True, "$converted_detail": {"contact": "7"}},
        {"id": 3, "Updated_On": None, "Out": True},
    ]
    assert live_columns(rows, "Updated_On", "Out") == {
        "record_id": ["1", "2", "3"],
        "modified_at": ["2026-11-20T06:00:00+00:00", None, None],
        "opted_out": [True, False, True],
        "converted": [False, True, False],
        "contact_record_id": [None, "7", None],
    }


def test_deleted_records() -> None:
    """ADV-2: bin and permanent told apart, in whatever case; a time that cannot be read is the fetch's own start."""
    rows = [
        {"id": "1", "type": "recycle", "deleted_time": "2026-11-20T08:00:00+02:00"},
        {"id": "2", "type": "Permanent", "deleted_time": "2026-11-20T08:00:01+02:00"},
        {"id": "3", "deleted_time": None},
    ]
    found = gone_columns(rows, BEGAN)
    assert found["gone_kind"] == ["recycle", "permanent", "recycle"]
    assert [datetime.fromisoformat(each) for each in found["gone_at"]] == [
        BEGAN,
        BEGAN.replace(second=1),
        BEGAN,
    ]
    with pytest.raises(ContractBroken, match="without id"):
        gone_columns([{"type": "recycle"}], BEGAN)
