"""From refresh token to access token: what the accounts server answers, and what a person is told."""

from datetime import timedelta

import pytest
import requests

from contact_sync.errors import ConfigError, ContactSyncError, CredentialsError, RateLimited, Transient, Unavailable
from contact_sync.zoho.auth import MARGIN, TOKEN_PATH, request_token
from tests.zoho.scripted import TOKEN, Say, scripted
from tests.zoho.support import NOW, Bench, credentials

SECRETS = ("sandbox-secret-0000", "sandbox-refresh-0000", "wrong-value")


def test_a_token_is_given(bench: Bench) -> None:
    """ACC-3: the token's end is on our clock, with a margin, from `expires_in`."""
    bench.control("settings", {"token_seconds": 1800})
    token = request_token(requests.Session(), credentials(bench.url), NOW)
    assert token.value.startswith("1000.")
    assert token.expires_at == NOW + timedelta(seconds=1800) - MARGIN
    assert [call["status"] for call in bench.seen(TOKEN_PATH)] == [200]


def test_secrets_travel_in_the_body_only() -> None:
    """ACC-1: neither the URL nor a header carries a secret, even if the session would add a login."""
    with scripted(Say(body=TOKEN)) as server, requests.Session() as session:
        session.auth = ("sandbox-client", "sandbox-secret-0000")
        request_token(session, credentials(server.url), NOW)
        asked = server.asked[0]
    assert (asked.method, asked.target) == ("POST", TOKEN_PATH)
    assert "Authorization" not in asked.headers
    assert b"refresh_token=sandbox-refresh-0000" in asked.body


@pytest.mark.parametrize(
    ("field", "word", "told"),
    [
        ("refresh_token", "invalid_code", "the refresh token (extra `refresh_token`)"),
        ("client_id", "invalid_client", "the client id (login)"),
        ("client_secret", "invalid_client_secret", "the client secret (password)"),
    ],
)
def test_refused_credentials_say_how_to_renew(bench: Bench, field: str, word: str, told: str) -> None:
    """ACC-3: HTTP 200 with an error key is a credentials error that names the fields, never the values."""
    with pytest.raises(CredentialsError) as refused:
        request_token(requests.Session(), credentials(bench.url, **{field: "wrong-value"}), NOW)
    text = str(refused.value)
    assert f"error {word}" in text
    assert told in text
    assert "Renew it" in text
    assert not [secret for secret in SECRETS if secret in text]


def test_too_many_tokens_is_a_wait(bench: Bench) -> None:
    """ACC-3: the accounts server's own limit is a wait of ten minutes, not a credentials error."""
    bench.control("settings", {"max_tokens": 1})
    request_token(requests.Session(), credentials(bench.url), NOW)
    with pytest.raises(RateLimited) as refused:
        request_token(requests.Session(), credentials(bench.url), NOW)
    assert refused.value.retry_after == 600.0


@pytest.mark.parametrize(
    ("say", "kind", "wait"),
    [
        (Say(500, b"<html>oops</html>"), Unavailable, None),
        (Say(503, b"", {"Retry-After": "9"}), Unavailable, 9.0),
        (Say(200, b"<html>gateway</html>"), Unavailable, None),
        (Say(200, {"error": "server_error"}), Unavailable, None),
        (Say(429, b"", {"Retry-After": "30"}), RateLimited, 30.0),
        (Say(400, {"error": "access_denied", "error_description": "too many requests"}), RateLimited, 600.0),
        (Say(200, {"error": "something_new"}), CredentialsError, None),
        (Say(400, {"error": "invalid_code"}), CredentialsError, None),
        (Say(404, b"<html>nothing here</html>"), ConfigError, None),
        (Say(302, b"", {"Location": "http://127.0.0.1:1/elsewhere"}), ConfigError, None),
        (Say(200, {"hello": "world"}), ConfigError, None),
        (Say(200, {"access_token": ""}), ConfigError, None),
        (Say(cut=True), Unavailable, None),
    ],
)
def test_other_answers(say: Say, kind: type[ContactSyncError], wait: float | None) -> None:
    """Each answer without a token leads to the class that says what to do next."""
    with scripted(say) as server, pytest.raises(kind) as refused:
        request_token(requests.Session(), credentials(server.url), NOW)
    assert type(refused.value) is kind
    assert not [secret for secret in SECRETS if secret in str(refused.value)]
    assert len(server.asked) == 1
    if isinstance(refused.value, Transient):
        assert refused.value.retry_after == wait


def test_an_echoed_secret_is_hidden() -> None:
    """OUT-16, ACC-3: an accounts server that repeats what it was sent does not bring it into a message."""
    with (
        scripted(Say(body={"error": "bad token sandbox-refresh-0000"})) as server,
        pytest.raises(CredentialsError) as refused,
    ):
        request_token(requests.Session(), credentials(server.url), NOW)
    assert "sandbox-refresh-0000" not in str(refused.value)


@pytest.mark.parametrize("host", ["accounts.zoho.eu", "ftp://accounts.zoho.eu", "http://"])
def test_a_host_that_is_no_url(host: str) -> None:
    """A host that cannot be asked is a matter of the connection, not of the weather."""
    with pytest.raises(ConfigError, match="`accounts_host`"):
        request_token(requests.Session(), credentials(host), NOW)


def test_an_accounts_server_that_is_away() -> None:
    """Nobody there is worth another try."""
    with pytest.raises(Unavailable, match="ConnectionError"):
        request_token(requests.Session(), credentials("http://127.0.0.1:1"), NOW)


@pytest.mark.parametrize("seconds", ["soon", 5, -1, 10**9, None, True])
def test_a_senseless_life_counts_as_an_hour(seconds: object) -> None:
    """ACC-3: a token without a sensible `expires_in` is used for the documented hour."""
    with scripted(Say(body={**TOKEN, "expires_in": seconds})) as server:
        assert request_token(requests.Session(), credentials(server.url), NOW).expires_at == (
            NOW + timedelta(hours=1) - MARGIN
        )


def test_nothing_secret_is_printed() -> None:
    """Secret fields are absent from the text of credentials and tokens; the mark tells credentials apart."""
    one, two = credentials("https://accounts.zoho.eu"), credentials("https://accounts.zoho.eu", refresh_token="other")
    assert not [secret for secret in SECRETS if secret in repr(one)]
    assert one.mark() == credentials("https://accounts.zoho.eu").mark()
    assert one.mark() != two.mark()
