"""How Airflow is set up on one machine: its environment and the commands of its four processes.

All settings go through the environment, made anew from a clean one: an AIRFLOW… variable that a person has exported
for another Airflow does not reach this one. Everything listens on 127.0.0.1 only, nothing reports home, and workers
find the API server on the port it really has.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from include.local.ports import LOOPBACK
from include.local.state import PROJECT, State

ADMIN = "admin"
PRELOADED = PROJECT / "include" / "local" / "preloaded"
FOREIGN = ("AIRFLOW", "CONTACT_SYNC_", "PYTHON", "_AIRFLOW", "SANDBOX_")


@dataclass(frozen=True)
class Addresses:
    """Where the services of this runtime listen: ports on 127.0.0.1 and the URLs of the two databases."""

    ui_port: int
    sandbox_port: int
    warehouse_url: str
    airflow_url: str

    @property
    def ui(self) -> str:
        """The address of Airflow's UI and REST API."""
        return f"http://{LOOPBACK}:{self.ui_port}"

    @property
    def sandbox(self) -> str:
        """The address of the sandbox."""
        return f"http://{LOOPBACK}:{self.sandbox_port}"


def environment(state: State, addresses: Addresses, outer: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of every process of this runtime; writes the login of the UI beside Airflow's own files."""
    outer = os.environ if outer is None else outer
    secrets = state.secrets()
    passwords = state.airflow / "passwords.json"
    if not passwords.is_file():
        passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({ADMIN: secrets.admin_password}), encoding="utf-8")
    settings = {
        "CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "4",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__TEST_CONNECTION": "Enabled",
        "CORE__FERNET_KEY": secrets.airflow_fernet_key,
        "CORE__EXECUTION_API_SERVER_URL": f"{addresses.ui}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "DATABASE__SQL_ALCHEMY_CONN": addresses.airflow_url,
        "API__HOST": LOOPBACK,
        "API__PORT": str(addresses.ui_port),
        "API__BASE_URL": addresses.ui,
        "API__WORKERS": "1",
        "API__SECRET_KEY": secrets.api_secret_key,
        "API_AUTH__JWT_SECRET": secrets.jwt_secret,
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        "DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "10",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    return {
        **_inherited(outer),
        **{f"AIRFLOW__{name}": value for name, value in settings.items()},
        "AIRFLOW_HOME": str(state.airflow),
        "CONTACT_SYNC_KEY": secrets.contact_sync_key,
        "CONTACT_SYNC_WAREHOUSE_URL": addresses.warehouse_url,
        "PYTHONPATH": os.pathsep.join(map(str, (PRELOADED, PROJECT, PROJECT / "plugins"))),
        "PYTHONUNBUFFERED": "1",
    }


def _inherited(outer: Mapping[str, str]) -> dict[str, str]:
    """The person's environment without settings meant for another runtime, and with no proxy for 127.0.0.1."""
    kept = {name: value for name, value in outer.items() if not name.startswith(FOREIGN)}
    for name in ("NO_PROXY", "no_proxy"):
        kept[name] = ",".join(filter(None, [kept.get(name, ""), LOOPBACK, "localhost"]))
    return kept


def components() -> dict[str, list[str]]:
    """Name and command of Airflow's processes. Scheduler and triggerer serve no logs: that would be on 0.0.0.0."""
    airflow = [sys.executable, "-m", "airflow"]
    return {
        "api-server": [*airflow, "api-server"],
        "scheduler": [*airflow, "scheduler", "--skip-serve-logs"],
        "dag-processor": [*airflow, "dag-processor"],
        "triggerer": [*airflow, "triggerer", "--skip-serve-logs"],
    }
