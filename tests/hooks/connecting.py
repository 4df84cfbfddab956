"""The connections of the sandbox's two accounts, as tasks find them, and their hooks."""

import json
from typing import Any

import pytest

from contact_sync.hooks.zoho_creator import ZohoCreatorHook
from contact_sync.hooks.zoho_recruit import ZohoRecruitHook

SECRETS = ("sandbox-secret-0000", "sandbox-refresh-0000", "zsc-0000")
OWNER = {"recruit": {}, "creator": {"owner": "zylker"}}


def connect_recruit(monkeypatch: pytest.MonkeyPatch, sandbox: str | None, **changes: Any) -> ZohoRecruitHook:
    """The hook of the connection `recruit_demo`. changes: of the connection; those of `extra` are laid over it."""
    _connect(monkeypatch, "recruit", sandbox, **changes)
    return ZohoRecruitHook("recruit_demo")


def connect_creator(monkeypatch: pytest.MonkeyPatch, sandbox: str | None, **changes: Any) -> ZohoCreatorHook:
    """The same of `creator_demo`."""
    _connect(monkeypatch, "creator", sandbox, **changes)
    return ZohoCreatorHook("creator_demo")


def _connect(
    monkeypatch: pytest.MonkeyPatch,
    product: str,
    sandbox: str | None,
    *,
    extra: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    hosts = {"accounts_host": sandbox, "api_root": sandbox} if sandbox else {}
    given = {"refresh_token": "sandbox-refresh-0000", "zsc_secret": "zsc-0000", **OWNER[product], **hosts}
    values = {"conn_type": f"zoho_{product}", "login": "sandbox-client", "password": "sandbox-secret-0000"}
    monkeypatch.setenv(
        f"AIRFLOW_CONN_{product.upper()}_DEMO", json.dumps({**values, "extra": {**given, **(extra or {})}, **changes})
    )
