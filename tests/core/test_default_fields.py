"""Which fields fill address and name where no mapping names them (MAP-1)."""

import pytest

from contact_sync.core.default_fields import email_line, name_lines
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.errors import ConfigError


def _fields(**types: str) -> list[dict[str, str]]:
    return [{"api_name": name, "data_type": kind} for name, kind in types.items()]


def test_the_only_field_of_type_email() -> None:
    """MAP-1: by its type, whatever its name."""
    assert email_line(_fields(Name="text", Contact_Address="email", Email="text"), "Alumni") == FieldMapping(
        "email", "Contact_Address"
    )


@pytest.mark.parametrize(
    ("types", "message"),
    [
        ({"Work": "email", "Home": "email", "Name": "text"},
         "mapping.email: is missing: Alumni has 2 fields of type e-mail (MAP-1). Name the one to mail to. "
         "Allowed: Home, Work."),
        ({"Email": "text"},
         "mapping.email: is missing: Alumni has no field of type e-mail (MAP-1). "
         "Name the field that holds the address, or read another module."),
    ],
)  # fmt: skip
def test_none_or_several_are_refused(types: dict[str, str], message: str) -> None:
    """MAP-1: which one is meant is for a person to say."""
    with pytest.raises(ConfigError) as refused:
        email_line(_fields(**types), "Alumni")
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("names", "lines"),
    [
        (("First_Name", "Last_Name", "Name"), (("first_name", "First_Name"), ("last_name", "Last_Name"))),
        (("Last_Name", "Name"), (("last_name", "Last_Name"),)),
        (("Name", "City"), (("last_name", "Name"),)),
        (("City",), ()),
    ],
)
def test_the_name_field_if_there_is_one(names: tuple[str, ...], lines: tuple[tuple[str, str], ...]) -> None:
    """MAP-1: a whole name is not taken apart, for nobody knows which part comes first."""
    assert name_lines(_fields(**dict.fromkeys(names, "text"))) == tuple(FieldMapping(*line) for line in lines)
