"""What each answer of the API means, in both error shapes and at any status."""

from typing import Any

import pytest

from contact_sync.errors import (
    ConfigError,
    ContactSyncError,
    ContractBroken,
    CredentialsError,
    PermissionMissing,
    RateLimited,
    Transient,
    Unavailable,
)
from contact_sync.zoho.answers import UNREADABLE
from contact_sync.zoho.failures import CeilingReached, EffectUnknown, ModuleUnknown, TokenRefused, failure
from tests.zoho.support import NOW

CANDIDATES = "/recruit/v2/Candidates"
UPSERT = "/recruit/v2/Candidates/upsert"


def error(code: str | int, message: str = "no") -> dict[str, Any]:
    return {"code": code, "details": {}, "message": message, "status": "error"}


def of(status: int, body: Any, method: str = "GET", path: str = CANDIDATES, **headers: str) -> ContactSyncError | None:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return failure(method, path, status, body, names, NOW)


@pytest.mark.parametrize("wrap", [lambda body: body, lambda body: {"data": [body]}], ids=["top", "wrapped"])
@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "INVALID_TOKEN", TokenRefused),
        (401, "AUTHENTICATION_FAILURE", TokenRefused),
        (200, "INVALID_TOKEN", TokenRefused),
        (400, "INVALID_OAUTHTOKEN", TokenRefused),
        (200, 4834, TokenRefused),
        (401, "SOMETHING_NEW", TokenRefused),
        (401, "OAUTH_SCOPE_MISMATCH", PermissionMissing),
        (404, "OAUTH_SCOPE_MISMATCH", PermissionMissing),
        (403, "NO_PERMISSION", PermissionMissing),
        (400, "AUTHORIZATION_FAILED", PermissionMissing),
        (403, "SOMETHING_NEW", PermissionMissing),
        (429, "TOO_MANY_REQUESTS", RateLimited),
        (200, "TOO_MANY_REQUESTS", RateLimited),
        (429, "SOMETHING_NEW", RateLimited),
        (400, "INVALID_MODULE", ModuleUnknown),
        (404, "INVALID_URL_PATTERN", ConfigError),
        (500, "INTERNAL_ERROR", Unavailable),
        (200, "INTERNAL_ERROR", Unavailable),
        (503, "SOMETHING_NEW", Unavailable),
        (400, "INVALID_DATA", ContractBroken),
        (400, "LIMIT_REACHED", CeilingReached),
        (200, "SOMETHING_NEW", ContractBroken),
    ],
)
def test_code_decides_before_status(wrap: Any, status: int, code: str | int, kind: type[ContactSyncError]) -> None:
    """ACC-3, ACC-7: each code and status leads to the class that says what to do next."""
    found = of(status, wrap(error(code)))
    assert type(found) is kind
    assert f"HTTP {status}, code {code}" in str(found)
    assert CANDIDATES in str(found)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, UNREADABLE, Unavailable),
        (502, UNREADABLE, Unavailable),
        (200, UNREADABLE, Unavailable),
        (429, UNREADABLE, RateLimited),
        (401, UNREADABLE, TokenRefused),
        (403, UNREADABLE, PermissionMissing),
        (404, UNREADABLE, ConfigError),
        (302, UNREADABLE, ContractBroken),
        (404, {}, ContractBroken),
        (405, {}, ContractBroken),
    ],
)
def test_status_decides_without_a_code(status: int, body: Any, kind: type[ContactSyncError]) -> None:
    """A gateway's HTML page is judged by its status; a page that should be JSON is worth another try."""
    assert type(of(status, body)) is kind


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"data": [{"id": "1", "code": "A-17", "status": "error"}], "info": {}}),
        (200, {"data": [], "info": {}}),
        (200, {"modules": [{"api_name": "Candidates"}]}),
        (204, None),
        (304, None),
    ],
)
def test_proper_answers_are_no_failures(status: int, body: Any) -> None:
    """A record with fields named code and status is a record."""
    assert of(status, body) is None


@pytest.mark.parametrize("status", [200, 202, 400])
@pytest.mark.parametrize("code", ["MANDATORY_NOT_FOUND", "NO_PERMISSION", "SUCCESS"])
def test_results_of_a_write_are_returned(status: int, code: str) -> None:
    """PUSH-9: per-record results are no failure of the call, whatever the status says."""
    assert of(status, {"data": [error(code)]}, "POST", UPSERT) is None
    assert of(status, {"data": [error(code), error(code)]}, "POST", UPSERT) is None


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"data": [error("INVALID_TOKEN")]}, TokenRefused),
        (200, {"data": [error("INVALID_TOKEN")]}, TokenRefused),
        (401, {"data": [error("OAUTH_SCOPE_MISMATCH")]}, PermissionMissing),
        (403, {"data": [error("NO_PERMISSION")]}, PermissionMissing),
        (429, {"data": [error("TOO_MANY_REQUESTS")]}, RateLimited),
        (500, error("INTERNAL_ERROR"), EffectUnknown),
        (500, {"data": [error("INTERNAL_ERROR")]}, EffectUnknown),
        (502, UNREADABLE, EffectUnknown),
        (200, UNREADABLE, EffectUnknown),
    ],
)
def test_failures_of_a_write(status: int, body: Any, kind: type[ContactSyncError]) -> None:
    """PUSH-9: a write without a proper answer has an unknown effect, which is not the same as a failed one."""
    assert type(of(status, body, "POST", UPSERT)) is kind


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/recruit/v2/Candidates", "ZohoRecruit.modules.candidate.READ"),
        ("GET", "/recruit/v2/Job_Openings/deleted", "ZohoRecruit.modules.jobopening.READ"),
        ("GET", "/recruit/v2/Alumni", "ZohoRecruit.modules.custom.READ"),
        ("POST", "/recruit/v2/Candidates/upsert", "ZohoRecruit.modules.candidate.ALL"),
        ("GET", "/recruit/v2/settings/fields", "ZohoRecruit.settings.fields.READ"),
        ("GET", "/recruit/v2/settings/modules", "ZohoRecruit.settings.modules.READ"),
        ("GET", "/recruit/v2/settings/custom_views/17", "ZohoRecruit.settings.custom_views.READ"),
        ("GET", "/recruit/v2/settings/layouts", "ZohoRecruit.settings.layouts.READ"),
        ("GET", "/recruit/v2/settings/related_lists", "ZohoRecruit.settings.related_lists.READ"),
        ("GET", "/recruit/v2/settings/tags", "ZohoRecruit.settings.ALL"),
        ("GET", "/recruit/v2/org", "ZohoRecruit.org.ALL"),
        ("GET", "/recruit/v2/users", "ZohoRecruit.users.READ"),
        ("GET", "/recruit/v2/Candidates/200001000000011001", "ZohoRecruit.modules.candidate.READ"),
        ("GET", "/recruit/v2/Candidates/deleted", "ZohoRecruit.modules.candidate.READ"),
        ("GET", "/recruit/v2/Applications", "ZohoRecruit.modules.application.READ"),
        ("PUT", "/recruit/v2/Contacts", "ZohoRecruit.modules.contact.ALL"),
    ],
)
@pytest.mark.parametrize("code", ["OAUTH_SCOPE_MISMATCH", "NO_PERMISSION"])
def test_the_scope_that_would_fix_it_is_named(method: str, path: str, scope: str, code: str) -> None:
    """ACC-7: a missing permission or scope names the scope that would fix it, and the next command."""
    text = str(of(403, error(code), method, path))
    assert f"the scope {scope}" in text
    assert "contact-sync doctor" in text


@pytest.mark.parametrize(
    ("method", "path", "scopes"),
    [
        ("GET", "/recruit/v2/Candidates/search", "ZohoRecruit.search.READ and ZohoRecruit.modules.candidate.READ"),
        ("GET", "/recruit/v2/Alumni/search", "ZohoRecruit.search.READ and ZohoRecruit.modules.custom.READ"),
        ("POST", "/recruit/bulk/v2/read", "ZohoRecruit.bulk.READ and ZohoRecruit.modules.ALL"),
        ("GET", "/recruit/bulk/v2/read/17/result", "ZohoRecruit.bulk.READ and ZohoRecruit.modules.ALL"),
        (
            "GET",
            "/recruit/v2/Candidates/17/Applications",
            "ZohoRecruit.modules.candidate.READ and ZohoRecruit.modules.application.READ",
        ),
    ],
)
@pytest.mark.parametrize("code", ["OAUTH_SCOPE_MISMATCH", "NO_PERMISSION"])
def test_a_call_that_needs_two_scopes_names_both(method: str, path: str, scopes: str, code: str) -> None:
    """ACC-7: search and bulk read have a scope of their own beside the module's, a related list the other module's."""
    text = str(of(401 if code == "OAUTH_SCOPE_MISMATCH" else 403, error(code), method, path))
    assert scopes in text
    assert text.endswith("Check with: contact-sync doctor")


def test_how_to_renew_is_told() -> None:
    """ACC-3: a credentials error names the fields of the connection."""
    found = of(401, error("INVALID_TOKEN"))
    assert isinstance(found, CredentialsError)
    for field in ("login = client id", "password = client secret", "`refresh_token`", "`data_center`"):
        assert field in str(found)


def test_quoted_text_holds_no_address_and_no_secret() -> None:
    """OUT-16: what Zoho says about a person is not repeated."""
    text = str(of(400, error("INVALID_DATA", "bad value patricia@zylker.com\n" + "x" * 500)))
    assert "patricia" not in text
    assert "[address]" in text
    assert len(text) < 500


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "1.5"}, 1.5),
        ({"Retry_After": "Sun, 22 Nov 2026 02:01:00 GMT"}, 60.0),
        ({"Retry_After": "Sun, 22 Nov 2026 02:01:00 GMT", "Date": "Sun, 22 Nov 2026 02:00:50 GMT"}, 10.0),
        ({"Retry_After": "Sun, 22 Nov 2026 01:00:00 GMT"}, 0.0),
        ({"X_RATELIMIT_RESET": "1795312830000"}, 30.0),
        ({"Retry_After": "5", "X_RATELIMIT_RESET": "1795312830000"}, 5.0),
        ({"Retry_After": "soon"}, None),
        ({"X_RATELIMIT_RESET": "99999999999999999999999"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_is_asked_for(headers: dict[str, str], wait: float | None) -> None:
    """Retry-After is read as seconds or as a date on the server's own clock, else the reset header is."""
    found = of(429, UNREADABLE, **headers)
    assert isinstance(found, Transient)
    assert found.retry_after == wait
