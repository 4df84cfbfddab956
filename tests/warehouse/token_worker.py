"""One of several processes that want the account's token at the same time (started by test_tokens.py).

Arguments: warehouse URL, accounts host, rounds, threads. The Fernet key comes from CONTACT_SYNC_KEY. Waits for a line
on standard input, so that all begin together. Prints one JSON line: tokens got, refusals with their waits.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import requests

from contact_sync.errors import RateLimited
from contact_sync.warehouse.database import open_warehouse
from contact_sync.warehouse.tokens import WarehouseTokenStore
from contact_sync.zoho.auth import Credentials, request_token


def now() -> datetime:
    """Our clock."""
    return datetime.now(UTC)


def work(url: str, accounts_host: str, rounds: int) -> tuple[list[str], list[float]]:
    """Refuse every token that is offered, `rounds` times; with one round, refuse the token `old` only."""
    warehouse = open_warehouse(url, os.environ["CONTACT_SYNC_KEY"])
    store = WarehouseTokenStore(warehouse.engine, "recruit_demo", warehouse.fernet, now)
    credentials = Credentials("sandbox-client", "sandbox-secret-0000", "sandbox-refresh-0000", accounts_host)
    tokens: list[str] = []
    waits: list[float] = []
    refused = "old"
    with requests.Session() as session:
        for _ in range(rounds):
            try:
                refused = store.renew(refused, lambda: request_token(session, credentials, now())).value
                tokens.append(refused)
            except RateLimited as error:
                waits.append(error.retry_after or 0.0)
    return tokens, waits


def main() -> None:
    """Run the threads and print what they got."""
    url, accounts_host, rounds, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(threads) as pool:
        results = list(pool.map(lambda _: work(url, accounts_host, rounds), range(threads)))
    tokens = [token for got, _ in results for token in got]
    waits = [wait for _, refusals in results for wait in refusals]
    print(json.dumps({"tokens": tokens, "waits": waits}), flush=True)
