"""What each answer of Creator's API means, at its usual status and hidden in a 200."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contact_sync.errors import (
    ConfigError,
    ContactSyncError,
    ContractBroken,
    CreditsExhausted,
    PermissionMissing,
    RateLimited,
    SourceRenamed,
    Unavailable,
)
from contact_sync.zoho.answers import UNREADABLE
from contact_sync.zoho.creator_failures import CreatorFailures
from contact_sync.zoho.failures import TokenRefused
from tests.zoho.support import NOW

PATH = "/creator/v2.1/data/zylker/talent-desk/report/All_Applicants"


def of(status: int, body: Any, zone: str | None = None, **headers: str) -> ContactSyncError | None:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return CreatorFailures(ZoneInfo(zone) if zone else None)("GET", PATH, status, body, names, NOW)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, 1000, ConfigError),
        (401, 1000, ContractBroken),
        (401, 1060, ContractBroken),
        (403, 1060, PermissionMissing),
        (200, 1060, PermissionMissing),
        (401, 1030, TokenRefused),
        (200, 1030, TokenRefused),
        (401, 7777, TokenRefused),
        (404, 1040, ConfigError),
        (403, 1130, ConfigError),
        (200, 1130, ConfigError),
        (404, 2893, ConfigError),
        (403, 2898, PermissionMissing),
        (403, 2933, PermissionMissing),
        (401, 2945, PermissionMissing),
        (403, 7777, PermissionMissing),
        (429, 4000, CreditsExhausted),
        (200, 4000, CreditsExhausted),
        (429, 7777, RateLimited),
        (404, 7777, ContractBroken),
        (200, 3970, ContractBroken),
        (500, 7777, Unavailable),
        (404, 2892, SourceRenamed),
        (200, 2892, SourceRenamed),
        (404, 2894, SourceRenamed),
        (404, "2894", SourceRenamed),
    ],
)
def test_codes(status: int, code: int | str, kind: type[ContactSyncError]) -> None:
    """SRC-7, ACC-7: the number decides, then the status; SourceRenamed for two codes alone."""
    error = of(status, {"code": code, "description": "no"})
    assert type(error) is kind
    assert f'HTTP {status}, code {code} ("no")' in str(error)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"code": 3000, "data": []}),
        (200, {"data": []}),
        (404, {"code": 3100, "description": "none"}),
        (404, {"code": 9280}),
        (200, {"code": 3100}),
    ],
)
def test_proper_answers(status: int, body: dict[str, Any]) -> None:
    """SRC-12: success and `no records`, whatever the status."""
    assert of(status, body) is None


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, UNREADABLE, Unavailable),
        (502, UNREADABLE, Unavailable),
        (404, UNREADABLE, ConfigError),
        (404, {}, ConfigError),
        (401, {}, TokenRefused),
        (403, UNREADABLE, PermissionMissing),
    ],
)
def test_answers_without_a_code(status: int, body: Any, kind: type[ContactSyncError]) -> None:
    """SRC-7: a gateway's 404 is a wrong address and ends no sync."""
    assert type(of(status, body)) is kind


@pytest.mark.parametrize("key", ["description", "message", "error"])
def test_the_text_is_quoted_wherever_it_stands_without_addresses(key: str) -> None:
    """ACC-7: shortened, redacted."""
    error = of(403, {"code": 2898, key: "lena@example.org\nmay not"})
    assert '("[address] may not")' in str(error)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, {"code": 1060}, "Share the application with the user"),
        (403, {"code": 2933}, "permission set of the user"),
        (401, {"code": 2945}, "lacks the scope ZohoCreator.report.READ"),
        (401, {"code": 7, "description": "Invalid OAuth Scope"}, "lacks the scope ZohoCreator.report.READ"),
        (404, {"code": 1040}, "`owner` in the sync"),
        (403, {"code": 1130}, "allows no API access"),
        (404, UNREADABLE, "like https://www.zohoapis.eu"),
    ],
)
def test_messages_name_what_to_mend(status: int, body: Any, words: str) -> None:
    """ACC-7: the right, the scope, the key."""
    assert words in str(of(status, body))


def test_waits() -> None:
    """LIM-5: a named time is honoured; else half a minute for the calls of a minute."""
    waits = [of(429, {}, Retry_After="7"), of(429, {})]
    assert [each.retry_after for each in waits if isinstance(each, RateLimited)] == [7, 30]


@pytest.mark.parametrize(
    ("zone", "date", "until"),
    [
        (None, "Sun, 22 Nov 2026 02:00:00 GMT", "of its super admin. "),
        ("Europe/Berlin", "Sun, 22 Nov 2026 22:59:00 GMT", "of its super admin, 2026-11-22 at 23:00 UTC. "),
        ("Europe/Berlin", "Sun, 22 Nov 2026 23:00:00 GMT", "of its super admin, 2026-11-23 at 23:00 UTC. "),
    ],
)
def test_a_spent_day_ends_at_the_admins_midnight(zone: str | None, date: str, until: str) -> None:
    """LIM-5: the day's limit is told with the moment of its end, as far as the account's zone is known."""
    assert f"They are free again at midnight {until}" in str(of(200, {"code": 4000}, zone, Date=date))
