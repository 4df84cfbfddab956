"""The Airflow connection of a Zoho Recruit account becomes a ready client.

Built on the HTTP provider's hook: proxies, TLS settings and keep-alive are given as for any HTTP connection. That
hook would also send the login as basic authentication and every key of the extra, the refresh token among them, as a
header; here the session is handed out without either. The ZSC key is kept for the account's fingerprint, never sent.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import requests
from airflow.providers.http.hooks.http import HttpHook

from contact_sync.core.api import AccessToken, ApiCall, CallRecorder, TokenStore
from contact_sync.errors import ConfigError, ContactSyncError
from contact_sync.warehouse.credits import record_calls
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.tokens import WarehouseTokenStore
from contact_sync.zoho.auth import Credentials, NoAuth
from contact_sync.zoho.data_centres import DataCentre, data_centre
from contact_sync.zoho.recruit import RecruitClient
from contact_sync.zoho.transport import Transport

READ_MODULE = "Candidates"
"""The module that syncs read, which an account must offer."""


class ZohoRecruitHook(HttpHook):  # type: ignore[misc] # mypy is told to skip Airflow
    """A Zoho Recruit account.

    zoho_recruit_conn_id: id of the Airflow connection, which is also the name of the account.
    """

    conn_name_attr = "zoho_recruit_conn_id"
    default_conn_name = "zoho_recruit_default"
    conn_type = "zoho_recruit"
    hook_name = "Zoho Recruit"

    def __init__(self, zoho_recruit_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(http_conn_id=zoho_recruit_conn_id, **kwargs)
        self.zoho_recruit_conn_id = zoho_recruit_conn_id

    def get_conn(
        self, headers: dict[Any, Any] | None = None, extra_options: dict[str, Any] | None = None
    ) -> requests.Session:
        """A session with the connection's proxies, TLS settings and keep-alive, and no secret in it."""
        session: requests.Session = super().get_conn(extra_options=extra_options)
        session.auth = NoAuth()
        session.headers.clear()
        session.headers.update({**requests.utils.default_headers(), **(headers or {})})
        return session

    def get_client(self, warehouse: Warehouse, fetch_id: int | None = None) -> RecruitClient:
        """The client of the account: its token is shared through the warehouse, every call is recorded there.

        fetch_id: the fetch whose calls they are; None for calls of no fetch.
        """
        account, mark = self.zoho_recruit_conn_id, self.credentials().mark()
        tokens = WarehouseTokenStore(warehouse.engine, account, warehouse.fernet, _now, mark)
        return self._client(tokens, record_calls(warehouse.engine, account, fetch_id))

    def credentials(self) -> Credentials:
        """What the connection holds. Raises ConfigError naming each empty field."""
        connection = self.get_connection(self.zoho_recruit_conn_id)
        extra = connection.extra_dejson
        needed = {
            "Client id (login)": connection.login,
            "Client secret (password)": connection.password,
            "Refresh token (extra refresh_token)": extra.get("refresh_token"),
        }
        empty = [name for name, value in needed.items() if not value]
        if empty:
            raise self._wrong(f"{' and '.join(empty)} must not be empty. Where to get them: README, a real account.")
        accounts_host = extra.get("accounts_host") or self._data_centre("accounts_host").accounts_host
        return Credentials(connection.login, connection.password, extra["refresh_token"], accounts_host)

    def api_root(self) -> str:
        """Root of the Recruit API: the override of the connection, else that of its data centre."""
        override = self.get_connection(self.zoho_recruit_conn_id).extra_dejson.get("api_root")
        return str(override or self._data_centre("api_root").recruit_root)

    def test_connection(self) -> tuple[bool, str]:
        """Ask Recruit who we are (ACC-2): organisation, edition, modules on offer, and what is missing.

        Uses an access token of its own, because a connection that is being tested may not be the stored one.
        """
        try:
            client = self._client(_OwnToken(), _forget)
            return self._report(client)
        except ContactSyncError as error:
            return False, str(error)

    def _report(self, client: RecruitClient) -> tuple[bool, str]:
        organisation = client.organisation()
        licence = organisation.get("license_details") or {}
        offered = sorted(
            str(module.get("api_name")) for module in client.modules() if module.get("api_supported", True)
        )
        name = organisation.get("company_name") or "an organisation without a name"
        edition = f"{organisation.get('type') or 'edition not told'}, plan {licence.get('plan_type') or 'not told'}"
        text = f"{name} ({edition}). Modules: {', '.join(offered) or 'none'}."
        if READ_MODULE not in offered:
            return False, f"{text} Missing: {READ_MODULE}, which syncs read. Check the profile of the token's user."
        change_field = client.change_field(READ_MODULE)
        return True, f"{text} {READ_MODULE} can be read, changes by {change_field}. Nothing is missing."

    def _client(self, tokens: TokenStore, record: CallRecorder) -> RecruitClient:
        return RecruitClient(Transport(self.get_conn(), self.api_root(), self.credentials(), tokens, record, _now))

    def _data_centre(self, override: str) -> DataCentre:
        code = self.get_connection(self.zoho_recruit_conn_id).extra_dejson.get("data_center")
        if not code:
            raise self._wrong(f"choose the data centre (extra data_center), or give {override} in the extra.")
        return data_centre(str(code))

    def _wrong(self, what: str) -> ConfigError:
        return ConfigError(f"Airflow connection '{self.zoho_recruit_conn_id}': {what}")


class _OwnToken:
    """Keeps one token for the length of a test."""

    def __init__(self) -> None:
        self._token: AccessToken | None = None

    def current(self) -> AccessToken | None:
        """The token, if one was fetched."""
        return self._token

    def renew(self, refused: str | None, ask: Callable[[], AccessToken]) -> AccessToken:
        """A new token."""
        self._token = ask()
        return self._token


def client_factory(warehouse: Warehouse) -> Callable[[str, int], RecruitClient]:
    """What stages make their client with: an account's name and the id of the fetch that its calls are booked on."""

    def make_client(account: str, fetch_id: int) -> RecruitClient:
        return ZohoRecruitHook(account).get_client(warehouse, fetch_id)

    return make_client


def _now() -> datetime:
    return datetime.now(UTC)


def _forget(call: ApiCall) -> None:
    """A test belongs to no account's credits."""
