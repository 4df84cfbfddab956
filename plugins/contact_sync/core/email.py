"""E-mail addresses: is it one, whose, and by which key is it compared (OUT-5, OUT-6, OUT-7, OUT-12).

One key for everything: surrounding space removed, NFC, local part in lower case, domain in lower-case IDNA ASCII.
A pattern accepts the plain cases; email-validator decides all others, without DNS. It refuses the special-use domains
that can never receive mail (.test, .invalid, .local, .localhost, .onion, .arpa) and, as RFC 6761 asks, accepts the
example domains (mail.example.org). Quoted local parts and address literals are refused: no mail service offers them.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import email_validator
import pandas as pd

from contact_sync.core.reference import misspelt_domains, role_locals
from contact_sync.errors import ConfigError

MOST_BYTES = 254  # of a whole address, RFC 5321 with errata
EDGES = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
    "\u200b\u2060\ufeff"
)
"""White space of all scripts, and the invisible spaces that come along from spreadsheets."""

_SPECIAL = "|".join(sorted({name.rpartition(".")[2] for name in email_validator.SPECIAL_USE_DOMAIN_NAMES}))
_ATOM = r"[A-Za-z0-9_%+'-]+"
PLAIN = re.compile(
    rf"(?=.{{1,{MOST_BYTES}}}\Z)"
    rf"{_ATOM}(?:\.{_ATOM})*"
    r"@(?:(?=[A-Za-z0-9-]{1,63}\.)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+"
    rf"(?!(?i:{_SPECIAL})\Z)[A-Za-z]{{2,24}}\Z"
)
"""Accepts only what the library accepts too, with the same key (a property test holds it to that)."""

ADDRESS_COLUMNS = ("email_text", "email_key", "flaw", "flaw_detail", "suggested_domain")
Verdict = tuple[str | None, str | None, str | None, str | None]  # email_key, flaw, flaw_detail, suggested_domain

EMPTY: Verdict = (None, "empty_email", None, None)
NO_ADDRESS: Verdict = (None, "invalid_pattern", "syntax", None)
PLUS: Verdict = (None, "invalid_pattern", "plus_address", None)


@dataclass(frozen=True, slots=True)
class EmailRules:
    """Policies `plus_addresses` (allow | ignore) and `group_emails` (ignore | allow), and the lists they work with.

    role_locals: lower-case local parts of role addresses. misspelt: misspelt domain → the one that was meant.
    """

    plus_addresses: str = "allow"
    group_emails: str = "ignore"
    role_locals: frozenset[str] = frozenset()
    misspelt: Mapping[str, str] = field(default_factory=dict)


def load_rules(
    reference_folder: Path,
    *,
    plus_addresses: str = "allow",
    group_emails: str = "ignore",
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
) -> EmailRules:
    """The rules of an organisation: the reference lists, with its own role addresses added and removed."""
    roles = role_locals(reference_folder) | {_lower(word.strip()) for word in add}
    roles -= {_lower(word.strip()) for word in remove}
    return EmailRules(plus_addresses, group_emails, roles, misspelt_domains(reference_folder))


def check_addresses(texts: Sequence[str | None], rules: EmailRules) -> pd.DataFrame:
    """ADDRESS_COLUMNS for a column of address texts, same order, object columns with real None.

    email_text is the text as given but for surrounding space. email_key is None when the address is empty or invalid.
    flaw: empty_email | invalid_pattern | group_email; flaw_detail: syntax | misspelt_domain | plus_address | role.
    """
    verdicts = judge(texts, rules)
    trimmed = [without_edges(text) for text in texts]
    columns = [trimmed, *(list(column) for column in zip(*verdicts, strict=True))] if verdicts else [[]] * 5
    return pd.DataFrame(
        {name: pd.Series(values, dtype=object) for name, values in zip(ADDRESS_COLUMNS, columns, strict=True)}
    )


def without_edges(text: str | None) -> str | None:
    """The text as received but for surrounding space (OUT-12), None when nothing is left."""
    return (text and text.strip(EDGES)) or None


def judge(texts: Iterable[str | None], rules: EmailRules) -> list[Verdict]:
    """One verdict per text: (email_key, flaw, flaw_detail, suggested_domain)."""
    skip_roles = rules.group_emails == "ignore"
    skip_plus = rules.plus_addresses == "ignore"
    verdicts: list[Verdict] = []
    for text in texts:
        key = address_key(text)
        if key is None:
            verdicts.append(NO_ADDRESS if text and text.strip(EDGES) else EMPTY)
            continue
        local, _, domain = key.rpartition("@")
        if domain in rules.misspelt:
            verdicts.append((None, "invalid_pattern", "misspelt_domain", rules.misspelt[domain]))
        elif skip_plus and "+" in local:
            verdicts.append(PLUS)
        elif skip_roles and local.partition("+")[0] in rules.role_locals:
            verdicts.append((key, "group_email", "role", None))
        else:
            verdicts.append((key, None, None, None))
    return verdicts


def address_key(text: str | None) -> str | None:
    """The key of one address, None if it is empty or no address. The key of a key is the key itself (OUT-12)."""
    if not text:
        return None
    text = text.strip()
    if PLAIN.match(text):
        return text.lower()
    text = text.strip(EDGES)
    # Longer texts are never addresses; asking about a whole letter would cost seconds.
    return _library_key(text) if text and len(text) <= MOST_BYTES else None


def hash_addresses(keys: Iterable[str | None], secret: bytes) -> "pd.Series[bytes]":
    """HMAC-SHA256 of each address key (32 bytes), None where there is none. Raises ConfigError without a secret."""
    return pd.Series(hash_keys(keys, secret), dtype=object)


def hash_keys(keys: Iterable[str | None], secret: bytes) -> list[bytes | None]:
    """As `hash_addresses`, as a list."""
    if not secret:
        raise ConfigError("address hashes need a secret: set CONTACT_SYNC_KEY. Check with: contact-sync doctor")
    return [None if key is None else hmac.digest(secret, key.encode(), "sha256") for key in keys]


@lru_cache(maxsize=4096)
def _library_key(text: str) -> str | None:
    try:
        found = email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return None
    key = f"{_lower(found.local_part)}@{found.ascii_domain}"
    # Lower case can need more bytes than upper case did.
    return key if len(key.encode()) <= MOST_BYTES else None


def _lower(text: str) -> str:
    """Lower case in NFC. Not casefold: it would make one key of ß and ss, which are different mailboxes."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
