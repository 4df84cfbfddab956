"""Secrets and addresses never reach a message, a log or a table by way of text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_sync.redact import ADDRESS, SECRET, redact

TOKEN = "1000.0123456789abcdef0123456789abcdef.fedcba9876543210fedcba9876543210"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"Authorization: Zoho-oauthtoken {TOKEN}", TOKEN),
        ("authorization: Bearer abc.def-ghi", "abc.def-ghi"),
        ("Authorization: Basic c2VjcmV0OnNlY3JldA==", "c2VjcmV0OnNlY3JldA=="),
        (f'{{"access_token": "{TOKEN}", "expires_in": 3600}}', TOKEN),
        ('{"refresh_token":"opaque-one"}', "opaque-one"),
        ("POST /oauth/v2/token?refresh_token=opaque-two&client_secret=s3cr3t", "opaque-two"),
        ("POST /oauth/v2/token?refresh_token=opaque-two&client_secret=s3cr3t", "s3cr3t"),
        ("postgresql+psycopg://writer:pa55word@db.internal:5432/contacts", "pa55word"),
        ("postgresql://writer:p@ss:word@db.internal/contacts", "word@"),
        ("stored gAAAAABm0123456789abcdefghijklmnop== in sync.token", "gAAAAABm0123456789abcdefghijklmnop"),
        (f"token {TOKEN} was refused", "0123456789abcdef"),
    ],
)
def test_secret_is_hidden(text: str, hidden: str) -> None:
    """ACC-3: a token or password is replaced whatever form it comes in."""
    assert hidden in text
    assert hidden not in redact(text)
    assert SECRET in redact(text)


@pytest.mark.parametrize(
    "address",
    [
        "patricia.boyle@zylker.com",
        "PATRICIA+jobs@mail.example.org",
        "o'brien@example.org",
        '"patricia boyle"@example.org',
        "jörg@müller.example",
        "用户@例子.公司",
        "a/b=c@example.org",
        "patricia%40zylker.com",
        "patricia@localhost",
        "patricia@[192.0.2.1]",
    ],
)
@pytest.mark.parametrize("frame", ["{}", "duplicate of <{}>, ignored", "Email: {}.", "value '{}'", 'to="{}"&page=2'])
def test_address_is_hidden(address: str, frame: str) -> None:
    """OUT-16: no part that tells who a person is is left, and the words around stay."""
    result = redact(frame.format(address))
    for part in ("patricia", "PATRICIA", "brien", "boyle", "zylker", "jörg", "müller", "用户", "a/b"):
        assert part not in result
    assert ADDRESS in result


def test_words_around_stay() -> None:
    """A redacted message can still be read."""
    text = "Zoho Recruit, GET /recruit/v2/Candidates: HTTP 400, code INVALID_DATA (page 3). Mail bo@example.org now."
    assert redact(text) == text.replace("bo@example.org", ADDRESS)


@pytest.mark.parametrize("text", ["code: INVALID_TOKEN", "@task in dags/a.py", "5 @ 3", "fetch 17 of 2026-11-22"])
def test_harmless_text_is_left_alone(text: str) -> None:
    """What is neither secret nor address is not touched."""
    assert redact(text) == text


def test_known_secrets_and_exceptions() -> None:
    """A secret without a telling form is hidden when it is named; an exception counts as its message."""
    assert redact(ValueError("client sandbox-secret-0000 refused"), "sandbox-secret-0000", "", None) == (
        f"client {SECRET} refused"
    )


@given(st.text(max_size=40), st.emails(), st.text(max_size=40))
def test_any_address_is_hidden(before: str, address: str, after: str) -> None:
    """OUT-16: whatever stands around it, an address between spaces is gone."""
    assert address not in redact(f"{before} {address} {after}")


def test_long_text_is_fast() -> None:
    """A long answer without spaces is read in linear time."""
    assert redact("a" * 200_000 + "@" + "b" * 50).endswith(ADDRESS)
