"""Reads the reference lists of include/reference: role addresses and misspelt domains (OUT-6, OUT-7).

Format: UTF-8 text, `#` begins a comment. role_addresses.txt: local parts parted by white space.
misspelt_domains.txt: `right.domain: wrong.domain wrong.domain ...`. Refused, with file and line: anything else.
"""

from collections.abc import Iterator
from pathlib import Path

from contact_sync.errors import ConfigError

ROLES = "role_addresses.txt"
MISSPELT = "misspelt_domains.txt"


def role_locals(folder: Path) -> frozenset[str]:
    """The local parts of role addresses, lower-case."""
    found: set[str] = set()
    for number, line in _lines(folder / ROLES):
        for word in line.split():
            if "@" in word or "+" in word or word != word.lower():
                where = f"{folder / ROLES}:{number}"
                raise ConfigError(f"{where}: '{word}' is not a local part. Allowed: lower-case, without '@' and '+'.")
            found.add(word)
    return frozenset(found)


def misspelt_domains(folder: Path) -> dict[str, str]:
    """Misspelt domain → the well-known one that was meant, lower-case."""
    meant: dict[str, str] = {}
    for number, line in _lines(folder / MISSPELT):
        right, colon, wrong = line.partition(":")
        if not colon or not wrong.split():
            raise ConfigError(f"{folder / MISSPELT}:{number}: expected 'right.domain: wrong.domain ...'.")
        for domain in wrong.split():
            if meant.setdefault(domain, right.strip()) != right.strip():
                raise ConfigError(
                    f"{folder / MISSPELT}:{number}: '{domain}' already stands for {meant[domain]}; keep one of them."
                )
    if both := meant.keys() & set(meant.values()):
        raise ConfigError(f"{folder / MISSPELT}: {', '.join(sorted(both))}: a right domain cannot also be misspelt.")
    return meant


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as problem:
        raise ConfigError(
            f"{file}: cannot be read ({problem.strerror}). It belongs to the project: restore it, or name the folder "
            "with reference/ in CONTACT_SYNC_INCLUDE."
        ) from problem
    for number, line in enumerate(text.splitlines(), start=1):
        if content := line.partition("#")[0].strip():
            yield number, content
