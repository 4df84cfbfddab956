"""One of several processes that read one account at the same time (started by test_eight_processes.py).

Arguments: warehouse URL, URL of the sandbox. The Fernet key comes from CONTACT_SYNC_KEY. For each line on standard
input it makes so many calls, by a client and a token store of its own; it says `warm` after the first of them, and at
the end a JSON line: how many were answered, and how the others failed.
"""

import json
import os
import sys
from datetime import UTC, datetime

import requests

from contact_sync.errors import ContactSyncError
from contact_sync.warehouse.credits import record_calls
from contact_sync.warehouse.database import Warehouse, open_warehouse
from contact_sync.warehouse.tokens import WarehouseTokenStore
from contact_sync.zoho.auth import Credentials
from contact_sync.zoho.recruit import RecruitClient
from contact_sync.zoho.transport import Transport


def now() -> datetime:
    """Our clock."""
    return datetime.now(UTC)


def client(warehouse: Warehouse, url: str) -> RecruitClient:
    """As a task on another machine has it."""
    owner = Credentials("sandbox-client", "sandbox-secret-0000", "sandbox-refresh-0000", url)
    tokens = WarehouseTokenStore(warehouse.engine, "recruit_demo", warehouse.fernet, now, owner.mark())
    record = record_calls(warehouse.engine, "recruit_demo", None)
    return RecruitClient(Transport(requests.Session(), url, owner, tokens, record, now))


def main() -> None:
    """Work as long as lines come."""
    warehouse = open_warehouse(sys.argv[1], os.environ["CONTACT_SYNC_KEY"])
    print("ready", flush=True)
    for line in sys.stdin:
        asking, answered, failed = client(warehouse, sys.argv[2]), 0, []
        for number in range(int(line)):
            try:
                asking.organisation()
                answered += 1
            except ContactSyncError as error:
                failed.append(f"{type(error).__name__}: {error}")
            if number == 0:
                print("warm", flush=True)
        print(json.dumps({"answered": answered, "failed": failed}), flush=True)
