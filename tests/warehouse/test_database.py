"""The URL of the warehouse: what cannot be read is refused without a part of the password."""

import pytest

from contact_sync.errors import ConfigError
from contact_sync.warehouse.database import open_warehouse


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgresql://u:hid@den:word@127.0.0.1:5432/x", id="@ and : in the password"),
        pytest.param("postgresql://u:hid@den:word@127.0.0.1/x", id="the same without a port"),
        pytest.param("postgresql://u:hid@den-word@127.0.0.1:5432/x", id="@ in the password"),
        pytest.param("postgresql://u:hidden@127.0.0.1:word/x", id="a port that is no number"),
        pytest.param("hidden:word", id="no URL at all"),
    ],
)
def test_a_url_that_cannot_be_read(url: str) -> None:
    """One clear message that quotes nothing of the URL, with nothing behind it that would."""
    with pytest.raises(ConfigError) as told:
        open_warehouse(url, None)
    assert str(told.value) == (
        "The warehouse URL cannot be read. It looks like postgresql://USER:PASSWORD@HOST:5432/DATABASE. "
        "In the password write %40 for @, %3A for : and %2F for /."
    )
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__ or told.value.__context__ is None


def test_a_password_written_as_told() -> None:
    """The message's advice leads to the password that was meant."""
    url = open_warehouse("postgresql://u:a%40b%3Ac%2Fd@db.example:5433/x", None).engine.url
    assert (url.password, url.host, url.port, url.database) == ("a@b:c/d", "db.example", 5433, "x")
