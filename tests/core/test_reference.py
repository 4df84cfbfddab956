"""OUT-6, OUT-7: the reference lists themselves, and what their reader refuses."""

from pathlib import Path

import pytest

from contact_sync.core.email import address_key
from contact_sync.core.reference import MISSPELT, ROLES, misspelt_domains, role_locals
from contact_sync.errors import ConfigError

REFERENCE = Path(__file__).parents[2] / "include" / "reference"


def test_lists_are_extensive_and_say_where_they_come_from() -> None:
    """OUT-7: a maintained list names its origin and date."""
    assert len(role_locals(REFERENCE)) > 1000
    assert len(misspelt_domains(REFERENCE)) > 500
    for name in (ROLES, MISSPELT):
        head = (REFERENCE / name).read_text(encoding="utf-8")[:1500]
        assert "# Origin: " in head
        assert "# Date:   20" in head


def test_every_role_can_occur_in_a_key() -> None:
    """OUT-7: a word in another spelling than that of keys would never match."""
    assert [
        word for word in role_locals(REFERENCE) if address_key(f"{word}@mail.example.org") != f"{word}@mail.example.org"
    ] == []


def test_every_misspelt_domain_is_an_address_syntactically() -> None:
    """OUT-6: one that the library refuses anyway would never get its suggestion."""
    both = {*misspelt_domains(REFERENCE), *misspelt_domains(REFERENCE).values()}
    assert [domain for domain in sorted(both) if address_key(f"anna@{domain}") != f"anna@{domain}"] == []


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (ROLES, "info\nInfo", "role_addresses.txt:2: 'Info' is not a local part"),
        (ROLES, "# head\n\ninfo@ # note", "role_addresses.txt:3: 'info@' is not a local part"),
        (MISSPELT, "gmail.com", "misspelt_domains.txt:1: expected 'right.domain: wrong.domain ...'"),
        (MISSPELT, "gmail.com:", "misspelt_domains.txt:1: expected"),
        (MISSPELT, "gmail.com: gmal.com\nymail.com: gmal.com", ":2: 'gmal.com' already stands for gmail.com"),
        (MISSPELT, "gmail.com: ymail.com\nymail.com: yamil.com", "ymail.com: a right domain cannot also be misspelt"),
    ],
)
def test_bad_lists_are_refused_with_file_and_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    """OUT-6, OUT-7: a slip in a list is found when it is read."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        role_locals(tmp_path) if name == ROLES else misspelt_domains(tmp_path)
    assert message in str(refused.value)


def test_missing_list_names_the_way_out(tmp_path: Path) -> None:
    """OUT-7: without the list every role address would pass."""
    with pytest.raises(ConfigError, match=r"cannot be read .No such file or directory.*CONTACT_SYNC_INCLUDE"):
        role_locals(tmp_path)


def test_comments_and_blank_lines(tmp_path: Path) -> None:
    """OUT-7: the format of the file."""
    (tmp_path / ROLES).write_text("# head\n\ninfo sales # both\n", encoding="utf-8")
    assert role_locals(tmp_path) == {"info", "sales"}
