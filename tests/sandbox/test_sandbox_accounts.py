"""The accounts server, and the tokens that guard every API route."""

import pytest

from tests.sandbox.conftest import CREDENTIALS, Zoho


@pytest.mark.parametrize("how", ["data", "params"])
def test_token_by_body_or_query(zoho: Zoho, how: str) -> None:
    """A refresh token is exchanged whether its parameters come in the body or in the query."""
    got = zoho.http.post("/oauth/v2/token", **{how: CREDENTIALS})
    assert got.status_code == 200
    assert got.json()["expires_in"] == 3600
    assert got.json()["token_type"] == "Bearer"
    zoho.token = got.json()["access_token"]
    assert zoho.get("org").status_code == 200


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("client_id", "other", "invalid_client"),
        ("client_secret", "other", "invalid_client_secret"),
        ("refresh_token", "other", "invalid_code"),
        ("grant_type", "password", "unsupported_grant_type"),
    ],
)
def test_refusals_are_http_200(zoho: Zoho, key: str, value: str, error: str) -> None:
    """Failures of the token endpoint come with status 200 and an error key, never with a token."""
    got = zoho.http.post("/oauth/v2/token", data={**CREDENTIALS, key: value})
    assert (got.status_code, got.json()) == (200, {"error": error})


def test_eleventh_token_in_ten_minutes_is_denied(zoho: Zoho) -> None:
    """Ten access tokens in ten minutes of the sandbox's clock, then access denied with status 200 until a window has
    passed.
    """
    for _ in range(9):
        assert zoho.new_token() != "None"
    denied = zoho.http.post("/oauth/v2/token", data=CREDENTIALS)
    assert denied.status_code == 200
    assert denied.json()["error"] == "Access Denied"
    assert "access_token" not in denied.json()
    zoho.control("POST", "clock", {"advance_seconds": 601})
    assert zoho.new_token() != "None"


def test_tokens_live_an_hour_of_the_sandbox_clock(zoho: Zoho) -> None:
    """A token works until 3600 s have passed on the sandbox's clock, then answers INVALID_TOKEN."""
    zoho.control("POST", "clock", {"advance_seconds": 3599})
    assert zoho.get("org").status_code == 200
    zoho.control("POST", "clock", {"advance_seconds": 1})
    refused = zoho.get("org")
    assert (refused.status_code, refused.json()["code"]) == (401, "INVALID_TOKEN")


def test_expire_route_ends_live_tokens(zoho: Zoho) -> None:
    """The control route ends every live token at once."""
    assert zoho.control("POST", "token/expire") == {"expired": 1}
    assert zoho.get("org").json()["code"] == "INVALID_TOKEN"


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer x"}])
def test_unusable_header_is_authentication_failure(zoho: Zoho, header: dict[str, str]) -> None:
    """No token, or one under another scheme, is AUTHENTICATION_FAILURE."""
    got = zoho.http.get("/recruit/v2/org", headers=header)
    assert (got.status_code, got.json()["code"], got.json()["status"]) == (401, "AUTHENTICATION_FAILURE", "error")


@pytest.mark.parametrize(
    ("scope", "path"), [("modules", "Candidates"), ("settings", "settings/modules"), ("org", "org")]
)
def test_missing_scope(zoho: Zoho, scope: str, path: str) -> None:
    """A scope that is switched off answers OAUTH_SCOPE_MISMATCH on its routes and only there."""
    zoho.control("POST", "settings", {"missing_scopes": [scope]})
    codes = {each: zoho.get(each).status_code for each in ("Candidates", "settings/modules", "org")}
    assert codes.pop(path) == 401
    assert set(codes.values()) == {200}
    assert zoho.get(path).json()["code"] == "OAUTH_SCOPE_MISMATCH"


def test_call_log_holds_no_secret(zoho: Zoho) -> None:
    """Neither tokens nor client secrets are found in the call log or the shown settings."""
    zoho.http.post("/oauth/v2/token", params=CREDENTIALS)
    zoho.get("org")
    shown = zoho.http.get("/_sandbox/calls").text + zoho.http.get("/_sandbox/settings").text
    assert '"grant_type":"refresh_token"' in shown
    for secret in (zoho.token, CREDENTIALS["client_secret"], CREDENTIALS["refresh_token"]):
        assert secret not in shown
