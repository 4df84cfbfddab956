"""OUT-5, OUT-6, OUT-7, OUT-12: what is an address, whose, and by which key it is compared."""

import hashlib
import hmac
import time
from pathlib import Path

import pytest

from contact_sync.core.email import (
    ADDRESS_COLUMNS,
    EmailRules,
    address_key,
    check_addresses,
    hash_addresses,
    load_rules,
    without_edges,
)
from contact_sync.errors import ConfigError

REFERENCE = Path(__file__).parents[2] / "include" / "reference"
RULES = load_rules(REFERENCE)


def verdict(text: str | None, rules: EmailRules = RULES) -> tuple[str | None, ...]:
    """(email_key, flaw, flaw_detail, suggested_domain) of one address."""
    (row,) = check_addresses([text], rules).itertuples(index=False)
    assert row.email_text == without_edges(text)
    return tuple(row)[1:]


@pytest.mark.parametrize(
    "text", [None, "", " ", "\t\n", "\u00a0\u3000", "\ufeff", " \u200b "], ids=lambda text: f"OUT-5: {text!r}"
)
def test_empty(text: str | None) -> None:
    assert verdict(text) == (None, "empty_email", None, None)


@pytest.mark.parametrize(
    "text",
    [
        "patriciazylker.com",
        "john@",
        "@mail.example.org",
        "john@@mail.example.org",
        "john..smith@mail.example.org",
        ".john@mail.example.org",
        "john.@mail.example.org",
        "john smith@mail.example.org",
        "john@mail example.org",
        "john@mail..example.org",
        "john@-mail.example.org",
        "john@mail_server.example.org",
        "john@example",
        "john@10.0.0.1",
        "john@[10.0.0.1]",
        '"john smith"@mail.example.org',
        "John <john@mail.example.org>",
        "mailto:john@mail.example.org",
        "a@mail.example.org, b@mail.example.org",
        "john@ab--cd.org",
        "john＠mail.example.org",
        "john\u202e@mail.example.org",
        "john@" + "a" * 64 + ".org",
        "j" * 240 + "@mail.example.org",
        "x" * 100_000,
    ],
    ids=lambda text: f"OUT-6: {text[:40]!r}",
)
def test_not_an_address(text: str) -> None:
    assert verdict(text) == (None, "invalid_pattern", "syntax", None)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("anna@mail.example.org", "anna@mail.example.org"),
        ("  Anna.Schmidt@Mail.Example.ORG\n", "anna.schmidt@mail.example.org"),
        ("\ufeffanna@mail.example.org\u200b", "anna@mail.example.org"),
        ("anna+jobs@mail.example.org", "anna+jobs@mail.example.org"),
        ("o'brien@mail.example.org", "o'brien@mail.example.org"),
        ("a!#$%&*/=?^_`{|}~b@mail.example.org", "a!#$%&*/=?^_`{|}~b@mail.example.org"),
        ("anna@example.com", "anna@example.com"),
        ("anna@zylker.example", "anna@zylker.example"),
        ("JOSÉ@müller.example.org", "josé@xn--mller-kva.example.org"),
        ("jose\u0301@mail.example.org", "josé@mail.example.org"),
        ("用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v"),
        ("STRASSE@straße.example.org", "strasse@xn--strae-oqa.example.org"),
        ("straße@mail.example.org", "straße@mail.example.org"),
        ("\u212aelvin@mail.example.org", "kelvin@mail.example.org"),
        ("J\u030can@mail.example.org", "\u01f0an@mail.example.org"),  # only the lower-case letter is one character
        ("anna@xn--mller-kva.example.org", "anna@xn--mller-kva.example.org"),
        ("l" * 70 + "@mail.example.org", "l" * 70 + "@mail.example.org"),
    ],
    ids=lambda text: f"OUT-12: {text[:40]!r}",
)
def test_keys(text: str, key: str) -> None:
    """OUT-6, OUT-12: valid, internationalised addresses too; case and surrounding space do not count."""
    assert verdict(text) == (key, None, None, None)
    assert address_key(text) == address_key(key) == key


@pytest.mark.parametrize("domain", ["test", "invalid", "local", "localhost", "onion", "arpa"])
def test_special_use_domains_that_never_receive_mail(domain: str) -> None:
    """OUT-6: as the library decides; the example domains above are accepted."""
    assert verdict(f"anna@mail.{domain}") == (None, "invalid_pattern", "syntax", None)
    assert verdict(f"anna@mail.{domain.upper()}") == (None, "invalid_pattern", "syntax", None)
    assert verdict(f"anna@{domain}.example.org")[0] is not None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("john@gnail.com", "gmail.com"),
        ("John@GMIAL.com ", "gmail.com"),
        ("john@yahooo.com", "yahoo.com"),
        ("john@hotmial.com", "hotmail.com"),
        ("john@gmail.con", "gmail.com"),
        ("info@outlok.com", "outlook.com"),
    ],
)
def test_misspelt_domain_with_suggestion(text: str, meant: str) -> None:
    """OUT-6: a misspelt well-known domain is invalid, and comes before the role address."""
    assert verdict(text) == (None, "invalid_pattern", "misspelt_domain", meant)


@pytest.mark.parametrize("domain", ["gmail.com", "mail.com", "ymail.com", "gmx.at", "gmx.ch", "hotmail.de", "live.nl"])
def test_real_domains_are_not_misspelt(domain: str) -> None:
    """OUT-6: a mail service of its own is nobody's slip."""
    assert verdict(f"anna@{domain}")[1] is None


@pytest.mark.parametrize("local", ["info", "administrator", "careers", "service", "support", "bewerbung", "rh"])
def test_role_addresses(local: str) -> None:
    """OUT-7: exact match of the local part before `+`, whatever the case; the key is kept."""
    role = ("group_email", "role", None)
    assert verdict(f"{local}@mail.example.org") == (f"{local}@mail.example.org", *role)
    assert verdict(f"{local.upper()}+x+y@mail.example.org") == (f"{local}+x+y@mail.example.org", *role)
    assert verdict(f"{local}.anna@mail.example.org")[1] is None
    assert verdict(f"anna{local}@mail.example.org")[1] is None


def test_role_addresses_are_extendable_and_a_policy_lets_them_pass() -> None:
    """OUT-7: role_addresses add and remove, policy group_emails."""
    rules = load_rules(REFERENCE, add=[" Crew-Desk ", "BÜRO-X"], remove=["INFO"])
    assert verdict("crew-desk@mail.example.org", rules)[1] == "group_email"
    assert verdict("büro-x@mail.example.org", rules)[1] == "group_email"
    assert verdict("info@mail.example.org", rules)[1] is None
    assert verdict("info@mail.example.org", load_rules(REFERENCE, group_emails="allow"))[1] is None


def test_policy_plus_addresses() -> None:
    """OUT-6: allowed by default; `ignore` makes them invalid, before they are role addresses."""
    rules = load_rules(REFERENCE, plus_addresses="ignore")
    assert verdict("anna+x@mail.example.org", rules) == (None, "invalid_pattern", "plus_address", None)
    assert verdict("info+x@mail.example.org", rules) == (None, "invalid_pattern", "plus_address", None)
    assert verdict("anna@mail.example.org", rules)[1] is None


def test_columns_hold_none_and_never_nan() -> None:
    """design: missing text becomes a real None, for an empty column too."""
    frame = check_addresses([None, "anna@mail.example.org"], RULES)
    assert tuple(frame.columns) == ADDRESS_COLUMNS
    assert {str(kind) for kind in frame.dtypes} == {"object"}
    assert frame["email_text"].tolist() == [None, "anna@mail.example.org"]
    assert check_addresses([], RULES).shape == (0, 5)


def test_address_as_received_is_kept_but_for_surrounding_space() -> None:
    """OUT-12: spelling and case stay; nothing but space is nothing."""
    texts = [" Anna.Schmidt@Mail.Example.org\ufeff", "John Smith ", " \u200b", None]
    kept = ["Anna.Schmidt@Mail.Example.org", "John Smith", None, None]
    assert check_addresses(texts, RULES)["email_text"].tolist() == kept


def test_hashes_are_keyed_and_those_of_the_key() -> None:
    """OUT-16: HMAC-SHA256, the same for every spelling of an address, another under another secret."""
    keys = [address_key(text) for text in ("Anna@Mail.example.org ", "anna@mail.example.org", None)]
    first, second, nothing = hash_addresses(keys, b"secret").tolist()
    assert first == second == hmac.new(b"secret", b"anna@mail.example.org", hashlib.sha256).digest()
    assert nothing is None
    assert hash_addresses(keys, b"another").tolist()[0] != first


def test_hash_without_a_secret_is_refused() -> None:
    """OUT-16: an unkeyed hash of an address can be guessed."""
    with pytest.raises(ConfigError, match="set CONTACT_SYNC_KEY"):
        hash_addresses(["anna@mail.example.org"], b"")


def test_hostile_texts_cost_little() -> None:
    """OUT-6: no text makes the check slow."""
    texts = [
        "@" * 5000,
        "a." * 5000,
        "a@" + "a-" * 120,
        "a@" + "a." * 120,
        "\u0301" * 254,
        "." * 254,
        "ü" * 250 + "@a.b",
    ]
    started = time.perf_counter()
    assert {verdict(text)[1] for text in texts} == {"invalid_pattern"}
    assert time.perf_counter() - started < 2
