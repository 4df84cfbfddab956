"""airflow_settings.yaml in the form that Airflow's own import commands take.

The file holds no secrets and names services on this machine. Connections that point to this machine get the
address and the secret of the services of this runtime; any other is passed on as it is written, so that a real
account in the file stays the real account.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from include.local.errors import LocalError

HERE = {"", "127.0.0.1", "localhost", "postgres", "sandbox", "host.docker.internal"}
# The sandbox's own made-up account, open to anybody: see docs/sandbox.md.
SANDBOX = {"login": "sandbox-client", "password": "sandbox-secret-0000", "refresh_token": "sandbox-refresh-0000"}
FIELDS = {
    "conn_type": "conn_type",
    "conn_host": "host",
    "conn_schema": "schema",
    "conn_login": "login",
    "conn_password": "password",
    "conn_port": "port",
    "conn_uri": "uri",
}


def read_settings(path: Path) -> dict[str, Any]:
    """The part below `airflow:`. Raises LocalError when the file is missing or is not such a file."""
    if not path.is_file():
        raise LocalError(f"{path} is missing: it names the connections, pools and variables of the demo.")
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or not isinstance(found.get("airflow"), dict):
        raise LocalError(f"{path}: expected a key `airflow` with connections, pools and variables below it.")
    return dict(found["airflow"])


def connections(settings: dict[str, Any], warehouse_url: str, sandbox_url: str) -> dict[str, dict[str, Any]]:
    """Connection id → fields, as `airflow connections import` reads them."""
    found: dict[str, dict[str, Any]] = {}
    for entry in settings.get("connections") or []:
        if not entry.get("conn_id"):
            continue
        fields = {ours: entry[theirs] for theirs, ours in FIELDS.items() if entry.get(theirs) not in (None, "")}
        fields["extra"] = _extra(entry.get("conn_extra"))
        found[entry["conn_id"]] = _local(fields, warehouse_url, sandbox_url)
        if not fields["extra"]:  # Airflow stores an empty mapping as it is, which its database refuses
            del found[entry["conn_id"]]["extra"]
    return found


def pools(settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Pool name → slots and description, as `airflow pools import` reads them; pools without slots are left out."""
    return {
        entry["pool_name"]: {
            "slots": int(entry["pool_slot"]),
            "description": entry.get("pool_description") or "",
            "include_deferred": False,
        }
        for entry in settings.get("pools") or []
        if entry.get("pool_name") and entry.get("pool_slot") is not None
    }


def variables(settings: dict[str, Any]) -> dict[str, Any]:
    """Variable name → value, as `airflow variables import` reads them."""
    return {
        entry["variable_name"]: entry.get("variable_value")
        for entry in settings.get("variables") or []
        if entry.get("variable_name")
    }


def _extra(value: Any) -> dict[str, Any]:
    if isinstance(value, str) and value.strip():
        value = json.loads(value)
    return dict(value or {})


def _local(fields: dict[str, Any], warehouse_url: str, sandbox_url: str) -> dict[str, Any]:
    kind = fields.get("conn_type")
    if kind == "contacts_warehouse" and str(fields.get("host", "")) in HERE:
        url = urlsplit(warehouse_url)
        return {
            **fields,
            "host": url.hostname,
            "port": url.port,
            "login": url.username,
            "password": url.password,
            "schema": url.path.lstrip("/"),
        }
    extra = fields["extra"]
    hosts = {name: urlsplit(str(extra.get(name) or "")).hostname for name in ("accounts_host", "api_root")}
    if str(kind).startswith("zoho_") and any(host in HERE for host in hosts.values()):
        moved = {name: _moved(str(extra[name]), sandbox_url) for name in hosts if extra.get(name)}
        login = {"login": SANDBOX["login"], "password": SANDBOX["password"]}
        return {**login, **fields, "extra": {"refresh_token": SANDBOX["refresh_token"], **extra, **moved}}
    return fields


def _moved(url: str, base: str) -> str:
    """The same path on another server."""
    there = urlsplit(base)
    return urlsplit(url)._replace(scheme=there.scheme, netloc=there.netloc).geturl()
