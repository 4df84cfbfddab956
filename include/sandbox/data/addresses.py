"""E-mail addresses by kind. Every address carries its record's index as its last number, which makes it distinct and
lets it be found again.

Domains are example domains, except the misspelt ones, whose whole point is to look like a real one; nothing is ever
mailed from here.
"""

import re

DOMAINS = ("mail.example.org", "post.example.net", "inbox.example.com", "example.org", "letters.example.edu")
MISSPELT = ("gnail.com", "yahooo.com", "hotmial.com", "gmial.com", "outlok.com")
ROLES = ("info", "administrator", "careers", "service", "support", "Info")
EMPTY = (None, "")
WHITE_SPACE = ("   ", " \t ", "\u00a0", "\r\n")
_BROKEN = (
    "{local}.example.com",
    "{first}..{local}@mail.example.org",
    "{local}@@mail.example.org",
    "{first} {local}@mail.example.org",
    "{local}@",
    "@{local}.example.org",
    "{local}@mail..example.org",
    ".{local}@mail.example.org",
    "{local}@mail.example.org,post.example.net",
    "<{local}@mail.example.org>",
)
_INTERNATIONAL = (
    "候補者{number}@例え.example.com",
    "δοκιμή{number}@παράδειγμα.example.net",
    "{local}@bücher.example.org",
)
_NUMBER = re.compile(r"\d+")


def address(kind: str, number: str, first: str, last: str, pick: int) -> str | None:
    """The address of a record that is not a duplicate; ``number`` ends with its index, ``first`` and ``last`` are in
    plain spelling, ``pick`` is any whole number.
    """
    local = f"{last}{number}"
    match kind:
        case "empty_email":
            return EMPTY[pick % 2]
        case "white_space_email":
            return WHITE_SPACE[pick % 4]
        case "invalid_pattern":
            return _BROKEN[pick % len(_BROKEN)].format(local=local, first=first)
        case "misspelt_domain":
            return f"{first}.{local}@{MISSPELT[pick % len(MISSPELT)]}"
        case "role_address":
            return f"{ROLES[pick % len(ROLES)]}@team{number}.example.net"
        case "role_address_tagged":
            return f"{ROLES[pick % len(ROLES)]}+jobs@team{number}.example.net"
        case "plus_address":
            return f"{first}+jobs.{local}@{DOMAINS[pick % len(DOMAINS)]}"
        case "international_address":
            return _INTERNATIONAL[pick % len(_INTERNATIONAL)].format(local=local, number=number)
    return f"{first}.{local}@{DOMAINS[pick % len(DOMAINS)]}"


def altered(kind: str, original: str) -> str:
    """The original's address as a duplicate writes it: the same one to anybody who trims and ignores case."""
    if kind == "duplicate_case":
        return original.upper()
    return f" {original}\t" if kind == "duplicate_space" else original


def same(value: str) -> str:
    """What two spellings of one address have in common."""
    return value.strip().casefold()


def index_in(value: str) -> int | None:
    """The index that a made address carries; None when there is no number in it."""
    numbers = _NUMBER.findall(value)
    return int(numbers[-1]) if numbers else None
