"""RET-6: the trigger form's answers, and what is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contact_sync.core.choice import ManualChoice, Push, Retrieve, check_conf
from contact_sync.errors import ConfigError

AFTER = datetime(2026, 10, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("conf", "expected"),
    [
        pytest.param({}, ManualChoice(), id="RET-6: command line, nothing chosen"),
        pytest.param(
            {"retrieve": "as_configured", "after": None, "push": "as_configured"},
            ManualChoice(),
            id="RET-6: the form sends every default",
        ),
        pytest.param({"after": ""}, ManualChoice(), id="RET-6: an empty date field"),
        pytest.param({"retrieve": "all"}, ManualChoice(Retrieve.ALL), id="RET-6: all data"),
        pytest.param(
            {"retrieve": "after", "after": "2026-11-01T00:00:00+01:00"},
            ManualChoice(Retrieve.AFTER, AFTER),
            id="RET-6: after a moment",
        ),
        pytest.param({"after": "2026-10-31T23:00:00Z"}, ManualChoice(Retrieve.AFTER, AFTER), id="RET-6: after alone"),
        pytest.param({"push": "off"}, ManualChoice(push=Push.OFF), id="RET-6: push off"),
    ],
)
def test_choices(conf: dict[str, Any], expected: ManualChoice) -> None:
    assert check_conf(conf) == expected


@pytest.mark.parametrize(
    ("conf", "message"),
    [
        pytest.param({"preveiw": True}, "unknown key 'preveiw'. Allowed: retrieve, after, push", id="RET-6: key"),
        pytest.param({"pusch": "on"}, "Did you mean 'push'?", id="RET-6: key with close match"),
        pytest.param(
            {"retrieve": "al"}, "'al' is not one of as_configured, all, after. Did you mean 'all'?", id="value"
        ),
        pytest.param({"retrieve": ["all"]}, "retrieve: ['all'] is not one of", id="RET-6: value of another type"),
        pytest.param({"push": True}, "push: True is not one of as_configured, on, off", id="RET-6: push"),
        pytest.param({"retrieve": "after"}, "retrieve: after needs the key 'after'", id="RET-6: no date"),
        pytest.param({"after": "yesterday"}, "'yesterday' is not a date-time with a zone", id="RET-6: bad date"),
        pytest.param({"after": "2026-11-01T00:00:00"}, "is not a date-time with a zone", id="RET-6: no zone"),
        pytest.param({"after": 5}, "5 is not a date-time with a zone", id="RET-6: a number"),
        pytest.param(
            {"retrieve": "as_configured", "after": "2026-11-01T00:00:00Z"},
            "would be ignored, for retrieve is 'as_configured'",
            id="RET-6: a date that retrieve ignores",
        ),
    ],
)
def test_refusals_name_value_and_what_is_allowed(conf: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        check_conf(conf)
    assert message in str(refused.value)
    assert str(refused.value).endswith("Trigger the run again with the value put right.")
