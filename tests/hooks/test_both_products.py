"""What the connections of Recruit and of Creator have in common, against the sandbox over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest

from contact_sync.errors import ConfigError, CredentialsError
from contact_sync.warehouse.database import Warehouse
from contact_sync.zoho.creator import CreatorClient, Report
from tests.hooks.connecting import SECRETS, connect_creator, connect_recruit
from tests.small_sandbox import sandbox_fixtures

APPLICANTS = Report.of("zylker", "talent-desk", "All_Applicants", "dd-MMM-yyyy", "Europe/Berlin")
Connect = Callable[..., Any]

server_url, sandbox = sandbox_fixtures(20)


@pytest.fixture(params=[connect_recruit, connect_creator], ids=["recruit", "creator"])
def connect(request: pytest.FixtureRequest) -> Connect:
    """Makes the hook of the one or the other."""
    made: Connect = request.param
    return made


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "wrong"}, "client secret (password)"),
        ({"extra": {"refresh_token": "wrong-0000"}}, "refresh token"),
        ({"extra": {"refresh_token": ""}}, "Refresh token (extra refresh_token) must not be empty"),
        ({"login": "", "password": ""}, "Client id (login) and Client secret (password) must not be empty"),
        ({"extra": {"api_root": "", "data_center": "e"}}, "Did you mean 'eu'?"),
        ({"extra": {"accounts_host": ""}}, "choose the data centre"),
    ],
    ids=["secret", "refresh token", "no refresh token", "no client", "data centre", "no data centre"],
)
def test_test_connection_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, sandbox: str, connect: Connect, changes: dict[str, Any], words: str
) -> None:
    """ACC-2: the field to mend by its name in the form; no secret in the message."""
    good, message = connect(monkeypatch, sandbox, **changes).test_connection()
    assert not good
    assert words in message
    assert not any(secret in message for secret in (*SECRETS, "wrong-0000"))


@pytest.mark.parametrize(
    ("connect", "data_centre", "api_root", "accounts_host"),
    [
        (connect_recruit, "eu", "https://recruit.zoho.eu", "https://accounts.zoho.eu"),
        (connect_creator, "ca", "https://www.zohoapis.ca", "https://accounts.zohocloud.ca"),
    ],
    indirect=["connect"],
    ids=["recruit", "creator"],
)
def test_hosts_come_from_the_data_centre(
    monkeypatch: pytest.MonkeyPatch, connect: Connect, data_centre: str, api_root: str, accounts_host: str
) -> None:
    """ACC-1: unless the connection overrides them."""
    hook = connect(monkeypatch, None, extra={"data_center": data_centre})
    assert (hook.api_root(), hook.credentials().accounts_host) == (api_root, accounts_host)
    hook = connect(monkeypatch, None, extra={"data_center": data_centre, "api_root": "http://127.0.0.1:1"})
    assert hook.api_root() == "http://127.0.0.1:1"


def test_a_refused_token_is_a_credentials_error(
    monkeypatch: pytest.MonkeyPatch, sandbox: str, connect: Connect, warehouse: Warehouse
) -> None:
    """ACC-3: so that the run fails at once and says how to renew."""
    client = connect(monkeypatch, sandbox, extra={"refresh_token": "revoked"}).get_client(warehouse)
    with pytest.raises(CredentialsError):
        client.fields(APPLICANTS) if isinstance(client, CreatorClient) else client.organisation()


def test_an_empty_connection_is_a_config_error(
    monkeypatch: pytest.MonkeyPatch, connect: Connect, warehouse: Warehouse
) -> None:
    """ACC-1: it names the connection."""
    with pytest.raises(ConfigError, match=r"Airflow connection '(recruit|creator)_demo'"):
        connect(monkeypatch, None, extra={"refresh_token": None}).get_client(warehouse)
