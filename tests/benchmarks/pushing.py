"""push_calls_vs_least: calls of a first push, against the fewest that the rules leave (PUSH-5, PUSH-9).

The fewest: each hundred people one upsert; before it their addresses are looked up, because of several records of one
address the latest modified is to be updated: ten a search by the documented `equals`, a hundred by `in`. Metadata would
count as ours. A second push is to make no call at all.
"""

from math import ceil
from time import perf_counter
from typing import Any

import requests
from sqlalchemy import text

from contact_sync.config.organisation import Policies
from contact_sync.config.push import PUSH_MAPPING
from contact_sync.config.resolved_push import ResolvedSwitch
from contact_sync.stages.push_account import AccountRun, push_account
from contact_sync.warehouse.database import Warehouse
from tests.benchmarks.places import Place, client_of, now, place, sandbox

PEOPLE = 5_000
ACCOUNT, LIST = "recruit_demo", "Web news"
SEED = (
    "INSERT INTO contacts.mailing_list (list_id, name, created_at) VALUES (1, :list, now())",
    "INSERT INTO contacts.campaign (campaign_id, external_id, name, kind) VALUES (1, 'c', 'C', 'email_campaign')",
    "INSERT INTO contacts.campaign_list (campaign_id, list_id) VALUES (1, 1)",
    "INSERT INTO contacts.contact (contact_id, email, email_key, first_name, last_name, created_at, updated_at) "
    "SELECT n, a, a, 'Ann', 'Fields', now(), now() "
    "FROM (SELECT n, format('p%s@web.example.org', n) AS a FROM generate_series(1, :people) AS n)",
    "INSERT INTO contacts.membership (list_id, contact_id, status, since) "
    "SELECT 1, contact_id, 'subscribed', now() FROM contacts.contact",
    "INSERT INTO contacts.response (campaign_id, contact_id, kind, happened_at, arrived_at) "
    "SELECT 1, contact_id, 'opened', now(), now() FROM contacts.contact",
)


def run(records: int | None, rounds: int) -> dict[str, Any]:
    """The figures; calls are the same in every round."""
    people = records or PEOPLE
    calls, seconds, again = _push(people, Policies())
    by_in, _, _ = _push(people, Policies(search_in=True))
    writes = ceil(people / 100)
    return {
        "push_calls_vs_least": round(calls / (writes + ceil(people / 10)), 3),
        "push_calls_vs_least_by_in": round(by_in / (2 * writes), 3),
        "push_calls_per_100": round(calls / writes, 2),
        "push_calls_of_second": again,
        "push_people_per_s": round(people / seconds),
        "push_people": people,
    }


def _push(people: int, policies: Policies) -> tuple[int, float, int]:
    """Calls and seconds of a first push of so many people, and calls of a second one."""
    with sandbox(10) as (url, _), place() as here:
        return _twice(here, url, people, policies)


def _twice(here: Place, url: str, people: int, policies: Policies) -> tuple[int, float, int]:
    with here.warehouse() as warehouse:
        with warehouse.transaction() as connection:
            for statement in SEED:
                connection.execute(text(statement), {"list": LIST, "people": people})
        began = perf_counter()
        first = _once(warehouse, url, "first", policies)
        seconds = perf_counter() - began
        return first, seconds, _once(warehouse, url, "second", policies)


def _once(warehouse: Warehouse, url: str, run_id: str, policies: Policies) -> int:
    """One push; the calls of Recruit that it made."""
    requests.delete(f"{url}/_sandbox/calls", timeout=60).raise_for_status()
    switch = ResolvedSwitch(
        account=ACCOUNT,
        module="Candidates",
        event="opened",
        list_name=LIST,
        enabled=True,
        mapping=PUSH_MAPPING,
        status_field=None,
    )
    maker = client_of(url, warehouse)
    asked = AccountRun(ACCOUNT, "push_bench", run_id, (switch,), policies)
    push_account(asked, lambda account: maker(account, None), warehouse, now())
    calls = requests.get(f"{url}/_sandbox/calls", timeout=60).json()
    return sum("/recruit/" in call["path"] for call in calls)
