"""What the Airflow connections of Zoho accounts have in common, whichever product the account is of.

Built on the HTTP provider's hook: proxies, TLS settings and keep-alive are given as for any HTTP connection. That
hook would also send the login as basic authentication and every key of the extra, the refresh token among them, as a
header; here the session is handed out without either. The ZSC key is kept for the account's fingerprint, never sent.
"""

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Any

import requests
from airflow.providers.http.hooks.http import HttpHook

from contact_sync.core.api import ApiCall, CallRecorder, CreditReserver, TokenStore, spend_freely
from contact_sync.core.ceilings import NO_CEILING, Allowance
from contact_sync.errors import ConfigError, ContactSyncError
from contact_sync.hooks.tried_tokens import OwnToken, RenewedToken
from contact_sync.hooks.warehouse_at_hand import warehouse_at_hand
from contact_sync.warehouse.credits import CreditBook
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.token_requests import NOBODYS, TokenRequests, credentials_hash
from contact_sync.warehouse.tokens import WarehouseTokenStore, accounts_with
from contact_sync.zoho.auth import Credentials, NoAuth
from contact_sync.zoho.data_centres import DataCentre, data_centre
from contact_sync.zoho.transport import Transport

NOT_COUNTED = (
    "The request for its access token was not counted: no contacts warehouse can be reached from here (ACC-3)."
)


class ZohoAccountHook(HttpHook, ABC):  # type: ignore[misc] # mypy is told to skip Airflow
    """An account of Zoho. `account`: id of the Airflow connection, which is also the name of the account."""

    def __init__(self, account: str, **kwargs: Any) -> None:
        super().__init__(http_conn_id=account, **kwargs)
        self.account = account
        self._books: list[CreditBook] = []

    def get_conn(
        self, headers: dict[Any, Any] | None = None, extra_options: dict[str, Any] | None = None
    ) -> requests.Session:
        """A session with the connection's proxies, TLS settings and keep-alive, and no secret in it."""
        session: requests.Session = super().get_conn(extra_options=extra_options)
        session.auth = NoAuth()
        session.headers.clear()
        session.headers.update({**requests.utils.default_headers(), **(headers or {})})
        return session

    def credentials(self) -> Credentials:
        """What the connection holds. Raises ConfigError naming each empty field."""
        connection = self.get_connection(self.account)
        extra = connection.extra_dejson
        needed = {
            "Client id (login)": connection.login,
            "Client secret (password)": connection.password,
            "Refresh token (extra refresh_token)": extra.get("refresh_token"),
        }
        empty = [name for name, value in needed.items() if not value]
        if empty:
            raise self.wrong(f"{' and '.join(empty)} must not be empty. Where to get them: docs/guide/connect.md.")
        accounts_host = extra.get("accounts_host") or self._data_centre("accounts_host").accounts_host
        return Credentials(connection.login, connection.password, extra["refresh_token"], accounts_host)

    def api_root(self) -> str:
        """Root of the product's API: the override of the connection, else that of its data centre."""
        override = self.get_connection(self.account).extra_dejson.get("api_root")
        return str(override or self.root_of(self._data_centre("api_root")))

    def test_connection(self) -> tuple[bool, str]:
        """Ask the product who we are, and what is missing (ACC-2).

        Airflow tests a connection under a name made up for the test, saved or not. The account is therefore known by
        its credentials: its new token is shared, and its calls are in the ledger. A token for credentials that no
        account works with yet is counted only, and without a warehouse not even that: then the message says so (ACC-3).
        """
        try:
            mark = self.credentials().mark()
            warehouse = warehouse_at_hand("contact-sync test connection")
            if warehouse is None:
                good, told = self.examine(OwnToken(None), _forget)
                return good, f"{told} {NOT_COUNTED}"
            account = self._known_as(warehouse, mark)
            if account is not None:
                return self._examine_shared(warehouse, account)
            counted = TokenRequests(warehouse.engine, NOBODYS, _now, credentials_hash(warehouse, mark))
            return self.examine(OwnToken(counted), _forget)
        except ContactSyncError as error:
            return False, str(error)

    def test_account(self, warehouse: Warehouse) -> tuple[bool, str]:
        """The same for an account that tasks work with: asked with a new token as well, to see that the credentials are
        still taken. It is counted, and shared from then on (ACC-3); the calls are in the account's ledger (LIM-5).
        """
        try:
            return self._examine_shared(warehouse, self.account)
        except ContactSyncError as error:
            return False, str(error)

    def _examine_shared(self, warehouse: Warehouse, account: str) -> tuple[bool, str]:
        try:
            tokens, record, _ = self._shared_as(account, warehouse, None, NO_CEILING)
            return self.examine(RenewedToken(tokens), record)
        finally:
            self.release()

    def _known_as(self, warehouse: Warehouse, mark: str) -> str | None:
        """The account of this product that works with the same credentials."""
        return next((each for each in accounts_with(warehouse, mark) if self._is_of_this_product(each)), None)

    def _is_of_this_product(self, account: str) -> bool:
        try:
            return bool(self.get_connection(account).conn_type == self.conn_type)
        except Exception:  # Airflow knows it no more: then it is nobody's
            return False

    @abstractmethod
    def root_of(self, centre: DataCentre) -> str:
        """Root of the product's API in a data centre."""

    @abstractmethod
    def examine(self, tokens: TokenStore, record: CallRecorder) -> tuple[bool, str]:
        """What the test of the connection found: whether it can be used, and words for people."""

    def shared(
        self, warehouse: Warehouse, fetch_id: int | None, allowance: Allowance
    ) -> tuple[TokenStore, CallRecorder, CreditReserver]:
        """The account's token as all tasks share it (ACC-3), the ledger that every call is recorded in, and what
        reserves its credits before (LIM-5).

        fetch_id: the fetch whose calls they are; None for calls of no fetch. Call `release` at the end.
        """
        return self._shared_as(self.account, warehouse, fetch_id, allowance)

    def _shared_as(
        self, account: str, warehouse: Warehouse, fetch_id: int | None, allowance: Allowance
    ) -> tuple[TokenStore, CallRecorder, CreditReserver]:
        mark = self.credentials().mark()
        counted_by = credentials_hash(warehouse, mark)
        tokens = WarehouseTokenStore(warehouse.engine, account, warehouse.fernet, _now, mark, counted_by)
        book = CreditBook(warehouse.engine, account, fetch_id, allowance, _now)
        self._books.append(book)
        return tokens, book.record, book.reserve

    def release(self) -> None:
        """Give back what clients of this hook have reserved of the account's credits and not spent (LIM-5)."""
        while self._books:
            self._books.pop().release()

    def transport(
        self, tokens: TokenStore, record: CallRecorder, reserve: CreditReserver = spend_freely, **options: Any
    ) -> Transport:
        """Calls of this account; options as of Transport."""
        parts = (self.get_conn(), self.api_root(), self.credentials(), tokens, record, _now)
        return Transport(*parts, reserve=reserve, **options)

    def wrong(self, what: str) -> ConfigError:
        """The error that names the connection."""
        return ConfigError(f"Airflow connection '{self.account}': {what}")

    def _data_centre(self, override: str) -> DataCentre:
        code = self.get_connection(self.account).extra_dejson.get("data_center")
        if not code:
            raise self.wrong(f"choose the data centre (extra data_center), or give {override} in the extra.")
        return data_centre(str(code))


def _now() -> datetime:
    return datetime.now(UTC)


def _forget(call: ApiCall) -> None:
    """A test belongs to no account's credits."""
